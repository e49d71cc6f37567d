"""Counting beats that were found and invented, against cases counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecgmodel.records.record import Annotations
from ecgmodel.records.signal.matching import in_flutter, match_beats
from ecgmodel.scores.beat_detection import DetectionCounts, count_detections


def mark(*marks: tuple[int, str]) -> Annotations:
    """Return annotations without further text."""
    sample, symbol = zip(*marks, strict=True)
    return Annotations(np.array(sample), np.array(symbol), np.array([""] * len(marks)))


@pytest.mark.parametrize(
    ("true", "found", "is_found", "is_true"),
    [
        ([100], [154], [1], [1]),
        ([100], [155], [0], [0]),
        ([100], [46, 54], [1], [0, 1]),
        ([100, 180], [140, 190], [1, 1], [1, 1]),
        ([100, 150], [125], [1, 0], [1]),
        ([100, 150], [90, 145, 160], [1, 1], [1, 1, 0]),
        ([100, 400], [], [0, 0], []),
        ([], [100], [], [0]),
        ([100, 200, 300], [50, 205, 250, 301], [1, 1, 1], [1, 1, 0, 1]),
    ],
)
def test_pairs_counted_by_hand(true, found, is_found, is_true):
    """Each beat has one detection, each detection one beat, 54 samples apart at most."""
    partner = match_beats(np.array(true, dtype=np.int64), np.array(found, dtype=np.int64), 54)
    assert (partner >= 0).tolist() == [bool(value) for value in is_found]
    assert np.isin(np.arange(len(found)), partner).tolist() == [bool(value) for value in is_true]


def test_flutter_is_left_out():
    """Between `[` and `]`, and after a `[` that the end cuts short, nothing counts on either side."""
    annotations = mark((100, "N"), (400, "["), (450, "!"), (600, "N"), (800, "]"), (1000, "V"), (1400, "["))
    found = np.array([100, 500, 700, 990, 1200, 1500])
    assert in_flutter(annotations, found).tolist() == [False, True, True, False, False, True]
    assert count_detections(annotations, found, 360.0) == DetectionCounts(2, 0, 1)


def test_figures():
    """8 of 10 found and 2 invented: both figures are 80 %; of nothing there is no figure."""
    counts = DetectionCounts(4, 1, 2) + DetectionCounts(6, 1, 0)
    assert (counts.sensitivity, counts.positive_predictivity) == (0.8, 0.8)
    nothing = DetectionCounts(0, 0, 0)
    assert math.isnan(nothing.sensitivity)
    assert math.isnan(nothing.positive_predictivity)
