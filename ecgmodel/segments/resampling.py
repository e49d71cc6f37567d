"""Bringing a lead to the model's sampling frequency, block by block, so that a day of it needs little memory."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from threading import Lock

import numpy as np

from ecgmodel.records.signal.quality import fill_missing
from ecgmodel.segments.dataset import MODEL_FS

BLOCK = 1 << 20
"""Samples that are resampled at a time."""

KEPT = 3
"""Blocks that stay in memory: two threads may be on either side of a border that each reaches across."""

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
    lead = ResampledLead(signal, fs)
    result = np.empty(len(lead), dtype=np.float32)
    for start in range(0, len(lead), lead.block):
        result[start : start + lead.block] = lead[start : start + lead.block]
        if progress is not None:
            progress(min((start + lead.block) / len(lead), 1.0))
    return result


class ResampledLead:
    """A lead at `MODEL_FS` of which only what is asked for is computed, the same values as `resample_lead` gives.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; NaN where samples are missing, which stay missing.
    fs : float
        Its sampling frequency in Hz.

    Attributes
    ----------
    block : int
        Samples, at `MODEL_FS`, that are computed at a time. The last `KEPT` blocks are kept, so threads that walk
        through the lead side by side rarely compute one twice.
    """

    def __init__(self, signal: np.ndarray, fs: float) -> None:
        ratio = model_ratio(fs)
        self._up, self._down = ratio.numerator, ratio.denominator
        self._signal = signal
        # Blocks begin at whole multiples of `down`, where samples of both frequencies coincide.
        self._step = max(BLOCK // self._down, 1) * self._down
        self.block = self._step // self._down * self._up
        self._kept: dict[int, np.ndarray] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return -(-len(self._signal) * self._up // self._down)

    def __getitem__(self, select: slice) -> np.ndarray:
        """Return samples, ndarray of float32, from one to another; a step is not taken."""
        start, stop, _ = select.indices(len(self))
        parts = [np.empty(0, dtype=np.float32)]
        for number in range(start // self.block, -(-stop // self.block)):
            begin = number * self.block
            parts.append(self._compute(number)[max(start - begin, 0) : stop - begin])
        return np.concatenate(parts) if len(parts) != 2 else parts[1]

    def _compute(self, number: int) -> np.ndarray:
        with self._lock:
            block = self._kept.get(number)
            if block is None:
                block = self._kept[number] = self._resample(number)
                for first in sorted(self._kept)[:-KEPT]:
                    del self._kept[first]
            return block

    def _resample(self, number: int) -> np.ndarray:
        from scipy.signal import resample_poly  # loads slowly

        up, down, n_samples = self._up, self._down, len(self._signal)
        margin = -(-(FILTER_REACH * max(up, down) // up + 2) // down) * down
        start = number * self._step
        stop = min(start + self._step, n_samples)
        first, last = max(start - margin, 0), min(stop + margin, n_samples)
        piece = self._signal[first:last].astype(np.float32, copy=False)
        missing = np.isnan(piece)
        padded = np.pad(fill_missing(piece), (margin, margin), mode="edge")
        values = resample_poly(padded, up, down)
        skip = (start - first + margin) // down * up
        place = slice(start // down * up, -(-stop * up // down))
        result = values[skip : skip + place.stop - place.start].astype(np.float32)
        if missing.any():
            nearest = np.arange(place.start, place.stop) * down // up - first
            result[missing[np.minimum(nearest, len(missing) - 1)]] = np.nan
        return result
