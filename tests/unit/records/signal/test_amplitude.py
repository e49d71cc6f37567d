"""The height of R peaks, where it is known from how the signal was made."""

from __future__ import annotations

import numpy as np
import pytest

from ecgmodel.records.signal.amplitude import measure_r_amplitude

FS = 250.0


def spikes(height: float, offset: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return ten seconds of baseline with a triangle of 40 ms each second, and where their peaks are."""
    signal = np.full(2500, offset)
    r_sample = np.arange(125, 2500, 250)
    for r in r_sample:
        signal[r - 5 : r + 6] += height * (1 - np.abs(np.arange(-5, 6)) / 5)
    return signal, r_sample


@pytest.mark.parametrize(("height", "offset"), [(1.2, 0.0), (0.3, 5.0), (-0.8, 0.1)])
def test_the_height_is_over_the_baseline_and_keeps_its_sign(height: float, offset: float) -> None:
    """The offset of a converter does not count; complexes that point down are negative."""
    signal, r_sample = spikes(height, offset)
    assert measure_r_amplitude(signal, FS, r_sample) == pytest.approx(height)


def test_one_artefact_does_not_move_the_median_and_missing_samples_are_left_out() -> None:
    """A spike of 30 V in one beat changes nothing; of a beat in a gap nothing is said."""
    signal, r_sample = spikes(1.0)
    signal[r_sample[3]] = 30_000.0
    signal[1100:1200] = np.nan
    assert measure_r_amplitude(signal, FS, r_sample) == pytest.approx(1.0)


def test_without_a_beat_there_is_no_height() -> None:
    """No beat, or none outside a gap: no number is invented."""
    assert measure_r_amplitude(np.zeros(100), FS, np.empty(0, dtype=np.int64)) is None
    assert measure_r_amplitude(np.full(1000, np.nan), FS, np.array([500])) is None
