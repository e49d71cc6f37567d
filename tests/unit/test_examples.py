"""Every example in a docstring of the library gives what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[2] / "ecgmodel"
MODULES = sorted(
    "ecgmodel." + path.relative_to(LIBRARY).with_suffix("").as_posix().replace("/", ".")
    for path in LIBRARY.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)

SHOWN = {
    "ecgmodel.records.sources.catalogue.open_record",
    "ecgmodel.records.signal.r_peaks.detect_r_peaks",
    "ecgmodel.segments.runs.cut_runs",
    "ecgmodel.segments.beats.cut_beats",
    "ecgmodel.classification.classify.classify_record",
    "ecgmodel.network.inside.gates.trace_gates",
    "ecgmodel.scores.metrics.score",
}
"""What the README and the chapters call: open a record, detect, cut, classify, read the gates, score."""


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, no_mitdb: None):
    """The examples of a module run, on records that need no database."""
    tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_the_readme_calls_has_an_example(name: str):
    """The functions that a newcomer meets first show how they are called."""
    module, _, function = name.rpartition(".")
    assert ">>> " in getattr(importlib.import_module(module), function).__doc__
