"""R peaks of signals that nobody annotated."""

from __future__ import annotations

import numpy as np

from ecgmodel.errors import RecordError

MIN_SECONDS = 1.0
"""A shorter signal has no beat that a detector could tell from its surroundings."""

MIN_FS_HZ = 60.0
"""The detector's band reaches up to 30 Hz, so the signal has to be sampled more often than this."""

LOCATE_S = 0.06
BASELINE_S = 0.25


def detect_r_peaks(signal: np.ndarray, fs: float) -> np.ndarray:
    """Find the R peaks of one lead.

    The detector of Brunner & Hofer (sleepecg; doi 10.21105/joss.05411, after Pan & Tompkins 1985) finds the beats. It
    points at the steepest part of a QRS complex, which in a broad or notched one is not where annotators put the beat,
    so each is then moved to the largest deflection within `LOCATE_S` from the median of `BASELINE_S` on both sides.
    Over the 48 MIT-BIH records this brings the beats within 20 ms of the annotation from 92.0 % to 96.8 % (in 111, with
    its notched bundle branch block, from 3 % to 98 %).

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit. No beat is reported where it is NaN.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    ndarray of shape (n_beats,), int64
        Samples, ascending; empty where the signal is flat or shorter than `MIN_SECONDS`.

    Raises
    ------
    RecordError
        Where `fs` is not above `MIN_FS_HZ`.
    """
    if not fs > MIN_FS_HZ:  # also true for NaN
        raise RecordError(
            "R peaks cannot be found in a signal sampled at {fs:g} Hz. It needs more than {least:g} Hz.",
            fs=fs,
            least=MIN_FS_HZ,
        )
    signal = np.asarray(signal, dtype=np.float64)
    known = np.isfinite(signal)
    if len(signal) < MIN_SECONDS * fs or not known.any():
        return np.empty(0, dtype=np.int64)
    if not known.all():
        at = np.arange(len(signal))
        signal = np.interp(at, at[known], signal[known])
    if np.ptp(signal) == 0:
        return np.empty(0, dtype=np.int64)
    # sleepecg loads scipy.signal and more (1 s), and annotated records never need it.
    from sleepecg import detect_heartbeats

    found = np.asarray(detect_heartbeats(signal, fs), dtype=np.int64)
    peaks = np.unique(_locate(signal, fs, found))
    return peaks[known[peaks]]


def _locate(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> np.ndarray:
    """Move each sample to the largest deflection around it: ndarray of shape (n_beats,), int64."""
    near = r_sample[:, None] + np.arange(-round(LOCATE_S * fs), round(LOCATE_S * fs) + 1)
    wide = r_sample[:, None] + np.linspace(-BASELINE_S * fs, BASELINE_S * fs, 45).astype(np.int64)
    near, wide = (np.clip(window, 0, len(signal) - 1) for window in (near, wide))
    deflection = np.abs(signal[near] - np.median(signal[wide], axis=1, keepdims=True))  # (n_beats, n_near)
    return near[np.arange(len(r_sample)), deflection.argmax(axis=1)]
