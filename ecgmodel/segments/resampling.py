"""Bringing a lead to the model's sampling frequency, block by block, so that a day of it needs little memory."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from ecgmodel.records.signal.quality import fill_missing
from ecgmodel.segments.dataset import MODEL_FS

BLOCK = 1 << 20
"""Samples that are resampled at a time."""

LARGEST_TERM = 1000
"""Largest term of the ratio of whole numbers that stands for that of the frequencies, so that the filter stays
short."""

FILTER_REACH = 10
"""Half length of the anti-aliasing filter of `scipy.signal.resample_poly`, in periods of the lower frequency."""


def model_ratio(fs: float) -> Fraction:
    """Return how many samples at `MODEL_FS` one sample at `fs` makes, as `resample_lead` takes it."""
    return Fraction(MODEL_FS / fs).limit_denominator(LARGEST_TERM)


def to_model_samples(sample: np.ndarray, fs: float, n_samples: int) -> np.ndarray:
    """Return where samples of a lead of `n_samples` at `fs` lie after `resample_lead`: same shape, int64."""
    ratio = model_ratio(fs)
    last = max(-(-n_samples * ratio.numerator // ratio.denominator) - 1, 0)
    exact = np.asarray(sample, dtype=np.int64) * ratio.numerator
    return np.minimum((exact + ratio.denominator // 2) // ratio.denominator, last)


def resample_lead(signal: np.ndarray, fs: float, progress: Callable[[float], None] | None = None) -> np.ndarray:
    """Return a lead at `MODEL_FS`, by polyphase filtering with an anti-aliasing filter.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; NaN where samples are missing, which stay missing.
    fs : float
        Its sampling frequency in Hz.
    progress : callable or None
        Called with the share that is done, 0 to 1, after each block; what it raises ends the work.

    Returns
    -------
    ndarray of shape (ceil(n_samples * MODEL_FS / fs),), float32
    """
    ratio = model_ratio(fs)
    up, down = ratio.numerator, ratio.denominator
    n_samples = len(signal)
    result = np.empty(-(-n_samples * up // down), dtype=np.float32)
    # Blocks begin at whole multiples of `down`, where samples of both frequencies coincide.
    step = max(BLOCK // down, 1) * down
    margin = -(-(FILTER_REACH * max(up, down) // up + 2) // down) * down
    for start in range(0, n_samples, step):
        stop = min(start + step, n_samples)
        first, last = max(start - margin, 0), min(stop + margin, n_samples)
        piece = signal[first:last].astype(np.float32, copy=False)
        missing = np.isnan(piece)
        padded = np.pad(fill_missing(piece), (margin, margin), mode="edge")
        values = resample_poly(padded, up, down)
        skip = (start - first + margin) // down * up
        place = slice(start // down * up, -(-stop * up // down))
        result[place] = values[skip : skip + place.stop - place.start]
        if missing.any():
            nearest = np.arange(place.start, place.stop) * down // up - first
            result[place][missing[np.minimum(nearest, len(missing) - 1)]] = np.nan
        if progress is not None:
            progress(stop / n_samples)
    return result
