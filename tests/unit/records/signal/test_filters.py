"""Filters: what they take off, what they leave, and that blocks leave no seam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.signal import filters
from ecgmodel.records.signal.filters import measure_mains, remove_baseline, remove_mains
from ecgmodel.records.signal.preparation import Preparation, prepare_record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 250.0


def sine(hertz: float, seconds: float = 60.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * FS)) / FS).astype(np.float32)


def size(signal: np.ndarray) -> float:
    """Return the root mean square away from the ends."""
    return float(np.sqrt(np.mean(signal[2500:-2500] ** 2)))


def test_baseline_goes_and_the_heart_stays():
    """Wander of 0.1 Hz is at most a twentieth of what it was, an oscillation of 5 Hz within a hundredth."""
    assert size(remove_baseline(sine(0.1), FS)) < 0.05 * size(sine(0.1))
    assert size(remove_baseline(sine(5.0), FS)) == pytest.approx(size(sine(5.0)), rel=0.01)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_goes_and_its_neighbours_stay(mains_hz):
    """The hum is less than a hundredth of what it was; 10 Hz beside it nine tenths are left."""
    assert size(remove_mains(sine(mains_hz), FS, mains_hz)) < 0.01
    assert size(remove_mains(sine(mains_hz - 10), FS, mains_hz)) > 0.9 * size(sine(mains_hz - 10))


def test_no_delay():
    """The R peaks of a filtered ECG are where they were."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=FS), seed=1)
    peaks = record.annotations.beats().sample[5:-5]
    filtered = remove_mains(remove_baseline(record.lead(), FS), FS, 50)
    for peak in peaks:
        near = slice(peak - 15, peak + 16)
        before, after = np.abs(record.lead()[near]).argmax(), np.abs(filtered[near]).argmax()
        assert abs(int(before) - int(after)) <= 1


def test_blocks_leave_no_seam(monkeypatch):
    """In blocks of half a minute comes out what comes out of the whole."""
    record = simulate_record(SimulationPlan(duration_s=180.0, fs=FS, baseline_wander_mv=0.3), seed=2)
    whole = remove_baseline(record.lead(), FS)
    monkeypatch.setattr(filters, "BLOCK", round(30 * FS))
    np.testing.assert_allclose(remove_baseline(record.lead(), FS), whole, atol=2e-3)


def test_gaps_stay_gaps():
    """Missing samples are missing afterwards, and no others."""
    signal = sine(5.0)
    signal[:100] = np.nan
    signal[5000:5500] = np.nan
    np.testing.assert_array_equal(np.isnan(remove_baseline(signal, FS)), np.isnan(signal))


def test_hum_that_cannot_be_there():
    """130 Hz holds 50 Hz and not 60 Hz; the page's record is refused with a sentence."""
    record = simulate_record(SimulationPlan(duration_s=10.0, fs=130.0), seed=1)
    prepare_record(record, Preparation(mains_hz=50))
    with pytest.raises(RecordError, match="130 Hz cannot contain interference at 60 Hz"):
        prepare_record(record, Preparation(mains_hz=60))


def test_off_changes_nothing():
    """Without a filter it is the same record, not a copy."""
    record = simulate_record(SimulationPlan(duration_s=10.0), seed=1)
    assert prepare_record(record, Preparation()) is record


def test_every_lead_is_filtered():
    """Both leads lose their wander; progress goes up to 1."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=FS), seed=1)
    record = replace(record, signals=record.signals + 3 * sine(0.1)[:, None])
    shares: list[float] = []
    found = prepare_record(record, Preparation(baseline=True, mains_hz=60), shares.append)
    assert (np.abs(found.signals[2500:-2500].mean(axis=0)) < 0.05).all()
    assert found.signals.shape == record.signals.shape
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_hum_is_measured():
    """A hum of 0.1 mV is found as its root mean square, 0.0707 mV; none where there is none."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=FS, mains_mv=0.0, muscle_mv=0.0), seed=4)
    assert measure_mains(record.lead() + 0.1 * sine(50.0), FS, 50) == pytest.approx(0.0707, rel=0.05)
    assert measure_mains(record.lead(), FS, 50) < 0.005
    assert measure_mains(record.lead(), 100.0, 60) == 0.0
