"""Filters against slow wander and mains hum, without delay and block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.records.signal.quality import fill_missing

BASELINE_HZ = 0.5
"""What is slower than this is wander of the baseline; the slowest heart beats at about this rate."""

MAINS_QUALITY = 25.0
"""Frequency over width of the notch: 2 Hz at 50 Hz."""

MAINS_HZ = (50, 60)
BLOCK = 1 << 20
SETTLE_S = 20.0
"""After this the slower filter has forgotten how its block began."""

Mains = Literal[50, 60]


def remove_baseline(signal: np.ndarray, fs: float, progress: Callable[[float], None] | None = None) -> np.ndarray:
    """Return a lead without its slow wander: a Butterworth high-pass of second order at 0.5 Hz, forward and back.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32
        NaN where samples are missing, which stay missing.
    fs : float
        Sampling frequency in Hz.
    progress : callable or None
        Called with the share that is done, 0 to 1, after each block; what it raises ends the work.

    Returns
    -------
    ndarray of shape (n_samples,), float32
    """
    from scipy.signal import butter  # loads slowly

    return _filter_blocks(signal, fs, butter(2, BASELINE_HZ, "highpass", fs=fs, output="sos"), progress)


def remove_mains(
    signal: np.ndarray, fs: float, mains_hz: Mains, progress: Callable[[float], None] | None = None
) -> np.ndarray:
    """Return a lead without mains hum: a notch at 50 or 60 Hz, forward and back; see `remove_baseline`.

    Raises
    ------
    RecordError
        Where the sampling rate is too low for the signal to hold this frequency.
    """
    if not fs > 2.2 * mains_hz:
        raise RecordError(
            "A signal sampled at {fs:g} Hz cannot contain interference at {mains} Hz. Leave this filter off.",
            fs=fs,
            mains=mains_hz,
        )
    from scipy.signal import iirnotch, tf2sos

    return _filter_blocks(signal, fs, tf2sos(*iirnotch(mains_hz, MAINS_QUALITY, fs=fs)), progress)


def measure_mains(signal: np.ndarray, fs: float, mains_hz: Mains, seconds: float = 60.0) -> float:
    """Return the root mean square of the hum at 50 or 60 Hz in the first minute of a lead, in its own unit.

    0 where the sampling rate is too low to hold this frequency. What the neighbouring frequencies have is noise and
    is taken off.
    """
    piece = fill_missing(np.asarray(signal[: round(seconds * fs)], dtype=np.float64))
    if not fs > 2.2 * mains_hz or len(piece) < fs:
        return 0.0
    power = np.abs(np.fft.rfft((piece - piece.mean()) * np.hanning(len(piece)))) ** 2
    hertz = np.fft.rfftfreq(len(piece), 1 / fs)
    away = np.abs(hertz - mains_hz)
    near = away <= 1.0
    beside = (away > 1.5) & (away <= 5.0)
    if not near.any() or not beside.any():
        return 0.0
    excess = max(float(power[near].sum() - near.sum() * np.median(power[beside])), 0.0)
    return float(np.sqrt(2 * excess / (np.hanning(len(piece)) ** 2).sum() / len(piece)))


def _filter_blocks(
    signal: np.ndarray, fs: float, sections: np.ndarray, progress: Callable[[float], None] | None
) -> np.ndarray:
    from scipy.signal import sosfiltfilt

    margin = round(SETTLE_S * fs)
    result = np.empty(len(signal), dtype=np.float32)
    for start in range(0, len(signal), BLOCK):
        stop = min(start + BLOCK, len(signal))
        first, last = max(start - margin, 0), min(stop + margin, len(signal))
        piece = np.asarray(signal[first:last], dtype=np.float64)
        missing = np.isnan(piece)
        padding = min(round(fs), len(piece) - 1)
        values = sosfiltfilt(sections, fill_missing(piece), padlen=padding)
        values[missing] = np.nan
        result[start:stop] = values[start - first : stop - first]
        if progress is not None:
            progress(stop / len(signal))
    return result
