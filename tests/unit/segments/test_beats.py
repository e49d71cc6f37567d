"""Beats against windows cut by hand."""

import numpy as np
import pytest

from ecgmodel.errors import SegmentError
from ecgmodel.segments.beats import AFTER_SAMPLES, BEFORE_SAMPLES, DELAY_S, cut_beats, local_rr

FS = 360.0


def make_signal(n_samples: int = 7200) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(n_samples).astype(np.float32)


def test_the_stated_delay_is_what_the_window_waits_for() -> None:
    """370 samples behind the R peak at 360 Hz."""
    assert BEFORE_SAMPLES + AFTER_SAMPLES == 1000
    assert pytest.approx(370 / 360) == DELAY_S


def test_the_window_is_the_standardised_signal_around_the_r_peak() -> None:
    """The lead's channel is the plain cut, scaled."""
    signal = make_signal()
    segments = cut_beats(signal, np.array([2000, 2360]), FS)
    window = signal[2360 - 630 : 2360 + 370]
    np.testing.assert_allclose(segments.signal[1, :, 0], (window - window.mean()) / window.std(), atol=1e-5)
    assert segments.start_sample.tolist() == [1370, 1730]


def test_nothing_behind_the_window_is_seen() -> None:
    """What comes later than the delay, signal or beats, changes no channel."""
    signal = make_signal()
    r_sample = np.array([1000, 1360, 1720, 2000, 2400, 2760])
    before = cut_beats(signal, r_sample, FS).signal[3]
    changed = signal.copy()
    changed[2000 + 370 :] = 9
    after = cut_beats(changed, np.array([1000, 1360, 1720, 2000, 2500]), FS).signal[3]
    np.testing.assert_array_equal(before, after)


def test_the_saw_of_an_early_beat_by_hand() -> None:
    """Regular beats 1 s apart, one 0.6 s after its forerunner, then a pause of 1.4 s."""
    r_sample = np.array([360, 720, 1080, 1440, 1656, 2160])
    segments = cut_beats(make_signal(), r_sample, FS)
    relative, seconds = segments.signal[4, :, 1], segments.signal[4, :, 2]
    at_r = 630
    # One sample before the R peak the time since the last one is 215 samples; the local RR is 1 s.
    assert seconds[at_r - 1] == pytest.approx(215 / 360 - 0.5)
    assert relative[at_r - 1] == pytest.approx(215 / 360 - 0.5)
    assert seconds[at_r] == pytest.approx(-0.5)
    # The pause is still growing where the window ends.
    assert seconds[-1] == pytest.approx(369 / 360 - 0.5, abs=1e-6)


def test_the_relative_saw_does_not_know_the_rate() -> None:
    """A heart at half the rate gives the same heights at its R peaks."""
    slow = cut_beats(make_signal(), np.array([700, 1400, 2100, 2800]), FS).signal[3, 629, 1]
    quick = cut_beats(make_signal(), np.array([350, 700, 1050, 1400]), FS).signal[3, 629, 1]
    assert slow == pytest.approx(quick, abs=2e-3)


def test_local_rr_is_the_median_of_the_last_eight() -> None:
    """Against numpy on each history, this beat's own interval included."""
    r_sample = np.cumsum(np.random.default_rng(2).integers(200, 500, 30))
    interval = np.diff(r_sample) / FS
    expected = [np.median(interval[max(0, k - 8) : k]) for k in range(1, 30)]
    np.testing.assert_allclose(local_rr(r_sample), [expected[0], *expected])


def test_beyond_the_record_there_are_zeros() -> None:
    """The first beat's window begins before the record; standardised over what is there."""
    signal = make_signal()
    lead = cut_beats(signal, np.array([100, 460]), FS).signal[0, :, 0]
    assert not lead[: 630 - 100].any()
    assert lead[530:].mean() == pytest.approx(0, abs=1e-5)
    assert lead[530:].std() == pytest.approx(1, abs=1e-4)


def test_gaps_are_zeros_and_do_not_spread() -> None:
    """NaN samples count neither in the mean nor in the spread."""
    signal = make_signal()
    signal[2100:2150] = np.nan
    lead = cut_beats(signal, np.array([2000]), FS).signal[0, :, 0]
    assert np.isfinite(lead).all()
    assert not lead[730:780].any()
    assert np.delete(lead, np.arange(730, 780)).std() == pytest.approx(1, abs=1e-4)


def test_a_flat_signal_gives_zeros() -> None:
    """No division by a spread of zero."""
    lead = cut_beats(np.full(3000, 0.7, np.float32), np.array([1500]), FS).signal[0, :, 0]
    assert np.abs(lead).max() < 1e-5


def test_a_resampled_recording_shows_the_same_beat() -> None:
    """A sum of slow sines, sampled at 500 Hz, comes out as at 360 Hz."""
    wave = lambda fs: sum(np.sin(2 * np.pi * f * np.arange(int(20 * fs)) / fs + f) for f in (1.3, 5, 11))  # noqa: E731
    quick = cut_beats(wave(500.0), np.array([3000, 3500, 5000]), 500.0)
    plain = cut_beats(wave(360.0), np.array([2160, 2520, 3600]), 360.0)
    np.testing.assert_allclose(quick.signal, plain.signal, atol=5e-3)


def test_pieces_are_cut_as_the_whole() -> None:
    """The rhythm of a piece is that of all beats."""
    signal, r_sample = make_signal(), np.arange(300, 7000, 310)
    whole = cut_beats(signal, r_sample, FS)
    piece = cut_beats(signal, r_sample, FS, select=slice(5, 9))
    np.testing.assert_array_equal(whole.signal[5:9], piece.signal)
    np.testing.assert_array_equal(whole.r_sample[5:9], piece.r_sample)


@pytest.mark.parametrize("r_sample", [[], [1500]])
def test_no_beats_and_one_beat(r_sample: list[int]) -> None:
    """Both are answers, not faults."""
    segments = cut_beats(make_signal(), np.array(r_sample, dtype=np.int64), FS)
    assert segments.signal.shape == (len(r_sample), 1000, 3)


@pytest.mark.parametrize("r_sample", [[500, 400], [-1], [7200]])
def test_impossible_r_peaks_are_refused(r_sample: list[int]) -> None:
    """Out of order, before the start, behind the end."""
    with pytest.raises(SegmentError, match="R peaks"):
        cut_beats(make_signal(), np.array(r_sample), FS)


def test_labels_are_the_five_classes_or_unknown() -> None:
    """A fusion beat is none of the five."""
    segments = cut_beats(make_signal(), np.array([1000, 1400, 1800]), FS, np.array(["N", "F", "V"]), "x")
    assert segments.label.tolist() == [0, -1, 4]
    assert set(segments.record) == {"x"}
