"""Simulated electrode motion, for the detector of R peaks to be fitted on: `em` of nstdb is kept for the stress test.

Where an electrode slips, the baseline jumps and comes back, within the band of a QRS complex and as high as one (Moody,
Muldrow & Mark 1984). Here it is made of two parts: bumps and jumps of 30 to 250 ms, about one a second of each width,
few of them very high; and a random walk between 0.5 and 8 Hz.
"""

from __future__ import annotations

import numpy as np

WIDTHS_S = (0.03, 0.06, 0.12, 0.25)
PER_SECOND = 1.2
"""Bumps or jumps of each width."""

SPREAD = 0.8
"""Standard deviation of the logarithm of their heights."""

JUMP_SHARE = 0.5
"""Chance that what has one width jumps and fades, in place of rising and falling."""

WALK_HZ = (0.5, 8.0)
WALK_SHARE = (0.3, 1.2)
"""Lowest and highest size of the random walk beside that of the bumps."""


def simulate_electrode_motion(n_samples: int, fs: float, random: np.random.Generator) -> np.ndarray:
    """Return the noise of an electrode that slips: ndarray of shape (n_samples,), float64.

    Its standard deviation is between 1.04 and 1.56, that of the bumps alone is 1.

    Parameters
    ----------
    n_samples : int
        Of some seconds.
    fs : float
        In Hz.
    random : numpy Generator

    Examples
    --------
    >>> simulate_electrode_motion(720, 360.0, np.random.default_rng(0)).shape
    (720,)
    """
    from scipy.signal import butter, sosfiltfilt  # loads slowly

    bumps = np.zeros(n_samples)
    for width in WIDTHS_S:
        height = random.standard_normal(n_samples) * np.exp(SPREAD * random.standard_normal(n_samples))
        height *= random.random(n_samples) < PER_SECOND / fs
        seconds = np.arange(-round(4 * width * fs), round(4 * width * fs) + 1) / fs
        jumps = random.random() < JUMP_SHARE
        shape = np.where(seconds >= 0, np.exp(-seconds / width), 0) if jumps else np.exp(-0.5 * (seconds / width) ** 2)
        centred = np.convolve(height, shape)[len(shape) // 2 :][:n_samples]
        bumps += centred * (1 + 0.5 * random.standard_normal())
    walk = np.cumsum(random.standard_normal(n_samples))
    walk = sosfiltfilt(butter(1, WALK_HZ, "bandpass", fs=fs, output="sos"), walk)
    return _scale(bumps) + random.uniform(*WALK_SHARE) * _scale(walk)


def _scale(values: np.ndarray) -> np.ndarray:
    return values / max(values.std(), 1e-9)
