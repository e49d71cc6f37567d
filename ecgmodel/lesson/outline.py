"""What a lesson consists of: its lengths, its parts and its papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

SceneName = Literal["beat", "convolution", "gate", "what_if", "split"]

TIMETABLES: Mapping[int, Mapping[str, int]] = {
    10: {"beat": 3, "what_if": 4, "split": 3},
    45: {"start": 2, "beat": 8, "convolution": 8, "gate": 9, "what_if": 8, "split": 8, "close": 2},
    90: {
        "start": 4, "beat": 14, "convolution": 14, "gate": 14, "what_if": 14, "split": 14, "class": 12, "close": 4
    },
}  # fmt: skip
"""Minutes of each part of a lesson, by its length."""

Paper = Literal["plan", "worksheet", "key"]
PAPERS: Mapping[Paper, str] = {"plan": "lesson-plan", "worksheet": "worksheet", "key": "answer-key"}
"""The papers, and what their files are called."""

FIRST_RECORD = "119"
"""A record with clear normal and ventricular beats; where it is not on this machine, a simulated one serves."""


def name_file(paper: Paper, minutes: int, lang: str) -> str:
    """Return the name of a paper's file."""
    return f"{PAPERS[paper]}-{minutes}.{lang}.html"
