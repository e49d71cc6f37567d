"""Beats with their intervals, stretches of rhythm, the next of a kind."""

import numpy as np
import pytest

from ecgmodel.records.record import Annotations
from ecgmodel.records.timeline import beat_times, find_gaps, rhythm_spans, rr_intervals

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


def test_an_interval_across_a_gap_is_none():
    """Four minutes without samples are no RR interval; a lost sample is no gap, nor is one lead out of two."""
    signal = np.zeros((100 * 300, 2), dtype=np.float32)
    signal[1050:25_050, :] = np.nan
    signal[150] = np.nan
    signal[25_320:25_350, 0] = np.nan
    gaps = find_gaps(signal, fs=100.0)
    assert gaps.tolist() == [[1050, 25_050]]
    r_sample = np.array([100, 200, 1000, 25_100, 25_200, 25_400])
    expected = [np.nan, 1.0, 8.0, np.nan, 1.0, 2.0]
    np.testing.assert_allclose(rr_intervals(r_sample, 100.0, gaps), expected)
    inside = np.insert(r_sample, 3, 12_000)  # what a detector finds on the line drawn over a gap
    np.testing.assert_allclose(rr_intervals(inside, 100.0, gaps), [*expected[:3], np.nan, *expected[3:]])


def test_gaps_at_the_ends():
    """What is missing before the first beat or after the last one lies between no two beats."""
    signal = np.ones(1000, dtype=np.float32)
    signal[:90] = signal[900:] = np.nan
    gaps = find_gaps(signal, fs=100.0)
    assert gaps.tolist() == [[0, 90], [900, 1000]]
    np.testing.assert_allclose(rr_intervals(np.array([100, 200, 300]), 100.0, gaps), [np.nan, 1.0, 1.0])
    assert len(rr_intervals(np.empty(0, dtype=np.int64), 100.0, gaps)) == 0
