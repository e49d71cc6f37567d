"""Simulated electrode motion: as strong as it says, as slow as an electrode, and where its bumps are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import welch

from ecgmodel.training.electrode_motion import simulate_electrode_motion


@pytest.mark.parametrize("fs", [128.0, 360.0])
@pytest.mark.parametrize("seed", range(3))
def test_its_size_and_its_band(seed: int, fs: float) -> None:
    """Between 1.04 and 1.56 in size, nine tenths of its power below 10 Hz, and the same for the same seed."""
    n = round(60 * fs)
    noise = simulate_electrode_motion(n, fs, np.random.default_rng(seed))
    assert noise.shape == (n,)
    assert 0.95 < noise.std() < 1.7
    frequency, power = welch(noise, fs, nperseg=round(4 * fs))
    assert power[frequency < 10].sum() > 0.9 * power.sum()
    np.testing.assert_array_equal(noise, simulate_electrode_motion(n, fs, np.random.default_rng(seed)))


def test_a_short_stretch_is_no_longer_than_asked_for() -> None:
    """Also where its widest bump is longer."""
    assert simulate_electrode_motion(500, 360.0, np.random.default_rng(0)).shape == (500,)
