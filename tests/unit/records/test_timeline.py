"""Beats with their intervals, stretches of rhythm, the next of a kind."""

import numpy as np
import pytest

from ecgmodel.records.record import Annotations
from ecgmodel.records.timeline import beat_times, find_sample, rhythm_spans

MARKS = Annotations(
    sample=np.asarray([10, 100, 460, 500, 640, 1000]),
    symbol=np.asarray(["+", "N", "V", "+", "N", "~"]),
    aux=np.asarray(["(N", "", "", "(B", "", ""]),
)


def test_intervals_are_between_beats_only():
    """A rhythm mark between two beats does not shorten their interval."""
    beats = beat_times(MARKS, fs=360.0)
    assert beats.symbol.tolist() == ["N", "V", "N"]
    assert np.isnan(beats.rr_s[0])
    assert beats.rr_s[1:].tolist() == pytest.approx([1.0, 0.5])
    assert beats.rate_bpm[1:].tolist() == pytest.approx([60.0, 120.0])


def test_window_keeps_the_interval_to_the_beat_outside():
    """The first beat of a window still knows how long ago the beat before it was."""
    window = beat_times(MARKS, fs=360.0).between(1.0, 100 / 360 + 1.5)
    assert window.symbol.tolist() == ["V"]
    assert window.rr_s.tolist() == pytest.approx([1.0])


def test_rhythms_last_until_the_next():
    """The last rhythm lasts to the end of the record."""
    spans = rhythm_spans(MARKS, n_samples=2000)
    assert [(span.rhythm, span.start_sample, span.stop_sample) for span in spans] == [
        ("(N", 10, 500),
        ("(B", 500, 2000),
    ]


def test_no_rhythms():
    """A record whose beats alone are annotated has no stretches."""
    assert rhythm_spans(MARKS.beats(), n_samples=2000) == ()


@pytest.mark.parametrize(
    ("place", "step", "expected"),
    [(0, 1, 5), (5, 1, 9), (9, 1, None), (9, -1, 5), (5, -1, None), (7.5, -1, 5), (7.5, 1, 9)],
)
def test_next_and_previous(place, step, expected):
    """The beat at the place itself is neither next nor previous."""
    assert find_sample(np.asarray([5, 9]), place, step) == expected
