"""R peaks of signals that nobody annotated."""

from __future__ import annotations

import numpy as np

MIN_SECONDS = 1.0
"""A shorter signal has no beat that a detector could tell from its surroundings."""


def detect_r_peaks(signal: np.ndarray, fs: float) -> np.ndarray:
    """Find the R peaks of one lead with the detector of Brunner & Hofer (sleepecg; doi 10.21105/joss.05411).

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    ndarray of shape (n_beats,), int64
        Samples, ascending; empty where the signal is flat or shorter than `MIN_SECONDS`.
    """
    # sleepecg loads slowly, and annotated records never need it.
    from sleepecg import detect_heartbeats

    if len(signal) < MIN_SECONDS * fs or np.ptp(signal) == 0:
        return np.empty(0, dtype=np.int64)
    return np.asarray(detect_heartbeats(signal.astype(np.float64), fs), dtype=np.int64)
