"""Beats against windows cut by hand."""

import numpy as np
import pytest
from scipy.fft import dct, idct

from ecgmodel.errors import SegmentError
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.beats import (
    AFTER_SAMPLES,
    BEFORE_SAMPLES,
    CHANNELS,
    DELAY_S,
    HISTORY,
    LOCAL_BEATS,
    MANY_BEATS,
    REFRESH,
    SLOW,
    TYPICAL_AFTER,
    TYPICAL_BEFORE,
    USUAL_CHANGE,
    cut_beats,
    irregularity,
    prematurity,
    usual_rr,
)
from ecgmodel.segments.wander import WANDER_WAVES

FS = 360.0


def make_signal(n_samples: int = 7200) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(n_samples).astype(np.float32)


def test_the_stated_delay_is_what_the_window_waits_for() -> None:
    """370 samples behind the R peak at 360 Hz."""
    assert BEFORE_SAMPLES + AFTER_SAMPLES == 1000
    assert pytest.approx(370 / 360) == DELAY_S


def test_the_window_is_the_standardised_signal_around_the_r_peak() -> None:
    """With its wander left in, the lead's channel is the plain cut, scaled."""
    signal = make_signal()
    segments = cut_beats(signal, np.array([2000, 2360]), FS, level=False)
    window = signal[2360 - 630 : 2360 + 370]
    np.testing.assert_allclose(segments.signal[1, :, 0], (window - window.mean()) / window.std(), atol=1e-5)
    assert segments.start_sample.tolist() == [1370, 1730]


def test_the_wander_is_the_nearest_sum_of_slow_cosines() -> None:
    """By scipy's cosine transform: what its slowest waves hold is gone, all else is there, scaled."""
    signal = make_signal()
    lead = cut_beats(signal, np.array([2000, 2360]), FS).signal[1, :, 0]
    waves = dct(signal[2360 - 630 : 2360 + 370].astype(float), norm="ortho")
    waves[:WANDER_WAVES] = 0
    window = idct(waves, norm="ortho")
    np.testing.assert_allclose(lead, window / window.std(), atol=1e-5)


@pytest.mark.parametrize("channel", [0, 1])
def test_slow_wander_hardly_changes_a_segment(channel: int) -> None:
    """Under 1 mV of it at 0.3 Hz, which would be most of the picture, each whole segment looks as it did."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=FS, baseline_wander_mv=0.0))
    signal, r_sample = record.lead(), record.annotations.beats().sample
    inside = (r_sample >= 630) & (r_sample < len(signal) - 370)
    wander = np.sin(2 * np.pi * 0.3 * np.arange(len(signal)) / FS).astype(np.float32)

    def change(level: bool) -> float:
        plain, moved = (cut_beats(x, r_sample, FS, level=level).signal[..., channel] for x in (signal, signal + wander))
        return float(np.sqrt(np.mean((plain - moved)[inside] ** 2)))

    assert change(level=False) > 0.4
    assert change(level=True) < change(level=False) / 4


def test_beside_a_gap_the_wander_goes_too() -> None:
    """A record that begins within the window, and one with samples missing: a slow slope is taken off what is there."""
    signal = make_signal(3000) + np.linspace(0, 20, 3000, dtype=np.float32)
    signal[1600:1700] = np.nan
    lead = cut_beats(signal, np.array([200, 1500]), FS).signal[:, :, 0]
    for row, present in ((lead[0], slice(430, None)), (lead[1], np.r_[0:730, 830:1000])):
        kept = row[present]
        place = np.arange(1000)[present]
        assert abs(np.polyfit(place / 1000, kept, 1)[0]) < 0.3
        assert kept.std() == pytest.approx(1, abs=1e-3)


def test_nothing_behind_the_window_is_seen() -> None:
    """What comes later than the delay, signal or beats, changes no channel."""
    signal = make_signal()
    r_sample = np.array([1000, 1360, 1720, 2000, 2400, 2760])
    before = cut_beats(signal, r_sample, FS).signal[3]
    changed = signal.copy()
    changed[2000 + 370 :] = 9
    after = cut_beats(changed, np.array([1000, 1360, 1720, 2000, 2500]), FS).signal[3]
    np.testing.assert_array_equal(before, after)


def test_the_rhythm_of_an_early_beat_by_hand() -> None:
    """Regular beats 1 s apart, one 0.6 s after its forerunner, then a pause of 0.9 s: the window sees it end."""
    r_sample = np.array([360, 720, 1080, 1440, 1656, 1980])
    early = cut_beats(make_signal(), r_sample, FS).signal[4]
    at_r = BEFORE_SAMPLES
    # In front of it the beats came in time; its own interval is 0.6 of the local one.
    np.testing.assert_allclose(early[at_r - 300 : at_r, 2], 0, atol=1e-6)
    np.testing.assert_allclose(early[at_r : at_r + 324, 2], 2 * np.log(0.6), rtol=1e-5)
    # The beat behind comes after 0.9 of the local interval; by the slow rhythm the early beat's own value stays.
    np.testing.assert_allclose(early[at_r + 324 :, 2], 2 * np.log(0.9), rtol=1e-5)
    np.testing.assert_allclose(early[at_r:, 3], 2 * np.log(0.6), rtol=1e-5)
    # Of three changes between intervals two are 0.
    np.testing.assert_allclose(early[at_r:, 4], np.log(0.1), rtol=1e-5)


def test_early_beats_show_where_they_are_the_rule() -> None:
    """Of three beats two are early: by the median they come in time, by the slow rhythm they do not."""
    r_sample = np.cumsum(np.tile([216, 216, 400], 30))
    local, slow = prematurity(r_sample, LOCAL_BEATS, 0.5), prematurity(r_sample, MANY_BEATS, SLOW)
    early = slice(60, 90, 3)
    np.testing.assert_allclose(local[early], 0, atol=1e-9)
    np.testing.assert_allclose(slow[early], 2 * np.log(216 / 400), rtol=1e-9)


def test_a_run_of_early_beats_outlasts_the_short_memory() -> None:
    """A hundred beats at twice the rate: by the last 64 intervals they have become usual, by the last 256 not yet."""
    r_sample = np.cumsum([360] * 150 + [180] * 100)
    last = cut_beats(np.zeros(r_sample[-1] + 400, np.float32), r_sample, FS).signal[-1]
    np.testing.assert_allclose(last[BEFORE_SAMPLES:, 3], 0, atol=1e-6)
    np.testing.assert_allclose(last[BEFORE_SAMPLES:, 5], 2 * np.log(0.5), rtol=1e-5)


def test_irregularity_tells_fibrillation_from_a_steady_heart() -> None:
    """Intervals that alternate by 10 % all change by that; random ones change much, equal ones not at all."""
    alternating = np.cumsum(np.tile([300, 330], 100))
    expected = np.log(np.log(1.1) / USUAL_CHANGE + 0.1)
    np.testing.assert_allclose(irregularity(alternating)[-1], expected, rtol=1e-6)
    np.testing.assert_allclose(irregularity(np.arange(0, 36_000, 300))[-1], np.log(0.1))
    fibrillation = np.cumsum(np.random.default_rng(0).normal(250, 50, 200).clip(100)).astype(int)
    assert irregularity(fibrillation)[-1] > 1


def test_the_rhythm_does_not_know_the_rate() -> None:
    """A heart at half the rate gives the same heights."""
    rhythm = np.cumsum([350, 350, 350, 200, 500, 350])
    for n_beats, quantile in ((LOCAL_BEATS, 0.5), (MANY_BEATS, SLOW)):
        one, other = (prematurity(r_sample, n_beats, quantile) for r_sample in (rhythm, 2 * rhythm))
        np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(irregularity(rhythm), irregularity(2 * rhythm))


@pytest.mark.parametrize("quantile", [0.5, 0.9])
@pytest.mark.parametrize("n_beats", [8, 64])
@pytest.mark.parametrize("n", [2, 5, 30, 100])
def test_the_usual_rr_is_a_quantile_of_the_last_intervals(quantile: float, n_beats: int, n: int) -> None:
    """Against numpy on each history, the beat's own interval included."""
    r_sample = np.cumsum(np.random.default_rng(2).integers(200, 500, n))
    interval = np.diff(r_sample) / FS
    expected = [np.quantile(interval[max(0, k - n_beats) : k], quantile) for k in range(1, n)]
    np.testing.assert_allclose(usual_rr(r_sample, n_beats, quantile), [interval[0], *expected])


def test_the_residual_is_the_lead_less_the_median_of_the_beats_before() -> None:
    """By numpy for one beat; scaled as the lead's channel, and nothing of the beat itself in the median."""
    signal, r_sample = make_signal(36_000), np.arange(400, 35_000, 310)
    segments = cut_beats(signal, r_sample, FS, level=False)
    k = 3 * REFRESH + 5
    window = signal[r_sample[k] - 630 : r_sample[k] + 370]
    history = r_sample[:24] if HISTORY >= 24 else r_sample[24 - HISTORY : 24]
    median = np.median([signal[r - TYPICAL_BEFORE : r + TYPICAL_AFTER] for r in history], axis=0)
    expected = (window[630 - 90 : 630 + 160] - median) / window.std()
    np.testing.assert_allclose(segments.signal[k, 630 - 90 : 630 + 160, 1], expected, atol=1e-5)
    assert not segments.signal[k, : 630 - 90, 1].any()
    assert not segments.signal[k, 630 + 160 :, 1].any()


def test_the_first_beats_are_compared_with_those_so_far() -> None:
    """By numpy: beats 0 to k; a first beat that begins before the record does not count."""
    signal, r_sample = make_signal(), np.array([60, 400, 710, 1020, 1330, 1640])
    segments = cut_beats(signal, r_sample, FS, level=False)
    assert not segments.signal[0, :, 1].any()
    for k in (1, 2, 5):
        window = signal[max(0, r_sample[k] - 630) : r_sample[k] + 370]
        near = signal[r_sample[k] - 90 : r_sample[k] + 160]
        seen = [signal[r - TYPICAL_BEFORE : r + TYPICAL_AFTER] for r in r_sample[1 : k + 1]]
        expected = (near - np.median(seen, axis=0)) / window.std()
        np.testing.assert_allclose(segments.signal[k, 630 - 90 : 630 + 160, 1], expected, atol=1e-5)


def test_in_a_regular_rhythm_the_residual_is_zero() -> None:
    """A periodic signal is its own typical beat."""
    wave = np.tile(np.sin(np.linspace(0, 2 * np.pi, 360, endpoint=False)) ** 3, 30).astype(np.float32)
    segment = cut_beats(wave, np.arange(90, 360 * 30, 360), FS).signal[20]
    np.testing.assert_allclose(segment[:, 1], 0, atol=1e-5)


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
    signal, r_sample = make_signal(), np.arange(300, 7000, 210)
    whole = cut_beats(signal, r_sample, FS)
    piece = cut_beats(signal, r_sample, FS, select=slice(5, 19))
    np.testing.assert_array_equal(whole.signal[5:19], piece.signal)
    np.testing.assert_array_equal(whole.r_sample[5:19], piece.r_sample)


@pytest.mark.parametrize("r_sample", [[], [1500]])
def test_no_beats_and_one_beat(r_sample: list[int]) -> None:
    """Both are answers, not faults."""
    segments = cut_beats(make_signal(), np.array(r_sample, dtype=np.int64), FS)
    assert segments.signal.shape == (len(r_sample), 1000, len(CHANNELS))


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
