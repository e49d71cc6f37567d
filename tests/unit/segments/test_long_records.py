"""Long signals, worked on in pieces: the pieces give what the whole gives."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from scipy.signal import resample_poly

from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments import resampling
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.long_records import iter_beats
from ecgmodel.segments.resampling import ResampledLead, resample_lead, to_model_samples


@pytest.fixture(scope="module")
def half_hour():
    return simulate_record(SimulationPlan(ventricular_share=0.1), seed=3)


@pytest.mark.parametrize("piece", [256, 1000, 5000])
def test_pieces_are_cut_as_the_whole(half_hour, piece):
    """Every array of the pieces, put together, is that of `cut_beats`, number by number."""
    signal, peaks = half_hour.lead(), half_hour.annotations.beats().sample
    whole = cut_beats(signal, peaks, half_hour.fs)
    parts = list(iter_beats(signal, peaks, piece))
    assert sum(len(part) for part in parts) == len(peaks)
    for field in fields(whole):
        joined = np.concatenate([getattr(part, field.name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, field.name), err_msg=field.name)


def test_no_beats():
    """A signal without beats gives no piece."""
    assert list(iter_beats(np.zeros(1000, np.float32), np.empty(0, np.int64), 100)) == []


@pytest.mark.parametrize("fs", [125.0, 130.0, 250.0, 500.0, 512.844, 1000.0])
def test_blocks_are_resampled_as_the_whole(monkeypatch, fs):
    """In blocks of a few thousand samples comes out what scipy makes of the whole signal, but for its ends."""
    monkeypatch.setattr(resampling, "BLOCK", 3000)
    signal = np.random.default_rng(0).normal(size=20_011).astype(np.float32)
    ratio = resampling.model_ratio(fs)
    whole = resample_poly(signal, ratio.numerator, ratio.denominator)
    found = resample_lead(signal, fs)
    assert len(found) == len(whole)
    edge = 40
    np.testing.assert_allclose(found[edge:-edge], whole[edge:-edge], atol=1e-5)


def test_missing_samples_stay_missing_and_spread_nowhere():
    """A gap, also at the start, is NaN for as long as it was; a constant beside it stays what it is."""
    signal = np.ones(10_000, np.float32)
    signal[:500] = np.nan
    signal[4000:5000] = np.nan
    found = resample_lead(signal, 250.0)
    missing = np.isnan(found)
    assert missing.sum() == pytest.approx(1500 * 360 / 250, abs=3)
    np.testing.assert_allclose(found[~missing], 1.0, atol=1e-3)


def test_places_do_not_drift():
    """An R peak an hour into a watch's 512.844 Hz is found where the resampled signal has it."""
    fs, at = 512.844, 1_846_000
    signal = np.zeros(1_850_000, np.float32)
    signal[at - 20 : at + 21] = np.hanning(41)
    place = to_model_samples(np.array([at]), fs, len(signal))[0]
    assert abs(int(resample_lead(signal, fs).argmax()) - place) <= 1


def test_detection_in_blocks():
    """Over three hours, blocks of an hour find each annotated beat once: no seam repeats or loses one."""
    record = simulate_record(SimulationPlan(duration_s=3 * 3600.0, fs=200.0), seed=5)
    truth = record.annotations.beats().sample
    shares: list[float] = []
    found = detect_r_peaks(record.lead(), record.fs, shares.append)
    assert shares[-1] == 1.0
    assert len(shares) == 3
    assert (np.diff(found) > 0.2 * record.fs).all()
    for seam in (3600 * 200, 2 * 3600 * 200):
        near = slice(seam - 6000, seam + 6000)
        expected = truth[(truth >= near.start) & (truth < near.stop)]
        there = found[(found >= near.start) & (found < near.stop)]
        assert len(there) == len(expected)
        assert np.abs(there - expected).max() <= 0.06 * record.fs


@pytest.mark.parametrize("fs", [250.0, 333.3])
def test_any_part_of_a_resampled_lead_is_that_of_the_whole(fs: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any order, across the borders of blocks and gaps."""
    monkeypatch.setattr("ecgmodel.segments.resampling.BLOCK", 500)
    signal = np.random.default_rng(3).standard_normal(6000).astype(np.float32)
    signal[2000:2100] = np.nan
    whole, lead = resample_lead(signal, fs), ResampledLead(signal, fs)
    assert len(lead) == len(whole) > 8 * lead.block
    for start, stop in ((0, 10), (5000, 9999), (2500, 3600), (100, 4000), (0, 3), (2900, 2900), (8000, 20_000)):
        np.testing.assert_array_equal(lead[start:stop], whole[start:stop])
