"""The chapters in their order."""

from __future__ import annotations

from pages.learn import comparison, data, gru, lstm, memory, network, outcome, shape_and_rhythm, shapes
from pages.learn.lesson import Chapter

CHAPTERS: tuple[Chapter, ...] = (
    shape_and_rhythm.CHAPTER,
    memory.CHAPTER,
    lstm.CHAPTER,
    gru.CHAPTER,
    comparison.CHAPTER,
    shapes.CHAPTER,
    network.CHAPTER,
    data.CHAPTER,
    outcome.CHAPTER,
)


def find_chapter(number: int) -> Chapter:
    """Return the chapter with this number, or else the first."""
    return next((chapter for chapter in CHAPTERS if chapter.number == number), CHAPTERS[0])
