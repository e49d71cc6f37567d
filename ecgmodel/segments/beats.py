"""Beats: one heartbeat in its context, cut by R peaks alone, so for any signal and for live work.

The rule
--------
A segment is 1000 samples at 360 Hz: 1.75 s up to the R peak, the R peak, and 1.03 s behind it. So most segments hold
the two beats before and, unless the heart is slow, the one after: how early the beat came and how long the pause behind
it is can be seen. A live monitor can name a beat `DELAY_S` after its R peak, not earlier.

Three channels:

0. The lead, with zero mean and unit variance over the part of the segment that lies inside the record.
1. The time since the last R peak in units of the local RR interval (the median of the last `LOCAL_BEATS` intervals,
   this beat's own included), less 1/2: a saw whose tooth is as high as its beat is late. Causal; it knows no later
   R peak than those in the window.
2. The same in seconds, less 1/2: it keeps the heart's rate, which the other divides away.

Both are 0 in front of the record's first R peak, and cut at `MAX_SINCE`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from ecgmodel.errors import SegmentError
from ecgmodel.labels import class_index
from ecgmodel.segments.dataset import FLAT, MODEL_FS, SEGMENT_SAMPLES, Segments

BEFORE_SAMPLES = 630
AFTER_SAMPLES = SEGMENT_SAMPLES - BEFORE_SAMPLES
DELAY_S = AFTER_SAMPLES / MODEL_FS
"""How long after its R peak a beat's window is complete, in seconds."""

CHANNELS = ("lead", "relative time since R", "seconds since R")
LOCAL_BEATS = 8
MAX_SINCE = 3.0
MIN_RR_S = 0.2


def cut_beats(
    signal: np.ndarray,
    r_sample: np.ndarray,
    fs: float,
    symbol: np.ndarray | None = None,
    record: str = "",
    select: slice = slice(None),
) -> Segments:
    """Cut one segment around each R peak.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit, since each segment is standardised. NaN where there is no signal.
    r_sample : ndarray of shape (n_beats,), int64
        R peaks in samples of `signal`, ascending.
    fs : float
        Sampling frequency in Hz; other signals than those of 360 Hz are resampled.
    symbol : ndarray of shape (n_beats,), str, or None
        The experts' symbols, where there are any.
    record : str
        Name to keep.
    select : slice
        Of the beats to cut. The rhythm is that of all beats; long records are cut piece by piece.

    Returns
    -------
    Segments
        With `SEGMENT_SAMPLES` samples and three channels; samples count at 360 Hz.

    Raises
    ------
    SegmentError
        Where R peaks are not ascending or lie outside the signal.
    """
    r_sample = np.asarray(r_sample, dtype=np.int64)
    if len(r_sample) and (r_sample[0] < 0 or r_sample[-1] >= len(signal) or (np.diff(r_sample) < 0).any()):
        raise SegmentError(
            "R peaks must ascend and lie within the {n} samples of the signal. Detect them again.", n=len(signal)
        )
    if fs != MODEL_FS:
        r_sample = np.minimum(np.round(r_sample * (MODEL_FS / fs)).astype(np.int64), int(len(signal) * MODEL_FS / fs))
        signal = resample_lead(signal, fs)
    centre = r_sample[select]
    windows = np.empty((len(centre), SEGMENT_SAMPLES, len(CHANNELS)), dtype=np.float32)
    windows[..., 0] = _standardise_rows(_windows(signal.astype(np.float32, copy=False), centre, np.nan))
    windows[..., 1:] = _time_since_r(len(signal), r_sample, select)
    label = [class_index(mark) for mark in symbol[select]] if symbol is not None else np.full(len(centre), -1)
    return Segments(
        signal=windows,
        length=np.full(len(centre), SEGMENT_SAMPLES, dtype=np.int32),
        label=np.asarray(label, dtype=np.int64),
        record=np.full(len(centre), record),
        start_sample=centre - BEFORE_SAMPLES,
        r_sample=centre,
        n_beats=np.ones(len(centre), dtype=np.int32),
    )


def resample_lead(signal: np.ndarray, fs: float) -> np.ndarray:
    """Return a lead at `MODEL_FS`, by polyphase filtering with an anti-aliasing filter.

    NaN stays NaN, widened by the filter's length.
    """
    ratio = Fraction(MODEL_FS / fs).limit_denominator(1000)
    return resample_poly(signal, ratio.numerator, ratio.denominator, padtype="line").astype(np.float32)


def local_rr(r_sample: np.ndarray) -> np.ndarray:
    """Return, for each beat, the median of the last `LOCAL_BEATS` RR intervals that end no later than its R peak.

    Parameters
    ----------
    r_sample : ndarray of shape (n_beats,), int64
        At `MODEL_FS`.

    Returns
    -------
    ndarray of shape (n_beats,), float64
        In seconds, at least `MIN_RR_S`; 1 where there is a single beat.
    """
    if len(r_sample) < 2:
        return np.ones(len(r_sample))
    interval = np.diff(r_sample) / MODEL_FS
    history = np.concatenate([np.full(LOCAL_BEATS, np.nan), interval])
    windows = np.lib.stride_tricks.sliding_window_view(history, LOCAL_BEATS)[1:]
    median = np.nanmedian(windows, axis=1)  # of the beats from the second on
    return np.maximum(np.r_[median[0], median], MIN_RR_S)


def _windows(signal: np.ndarray, centre: np.ndarray, outside: float) -> np.ndarray:
    """Return the stretch around each R peak, (n, n_samples); `outside` stands for what lies beyond the record."""
    padded = np.pad(signal, (BEFORE_SAMPLES, AFTER_SAMPLES), constant_values=outside)
    return np.lib.stride_tricks.sliding_window_view(padded, SEGMENT_SAMPLES)[centre]


def _time_since_r(n_samples: int, r_sample: np.ndarray, select: slice) -> np.ndarray:
    """Return channels 1 and 2, (n, n_samples, 2)."""
    centre = r_sample[select]
    if len(centre) == 0:
        return np.zeros((0, SEGMENT_SAMPLES, 2), dtype=np.float32)
    sample = np.arange(n_samples + AFTER_SAMPLES)
    last = np.repeat(r_sample, np.diff(r_sample, append=len(sample)))
    seconds = np.zeros(len(sample), dtype=np.float32)
    # In front of the first R peak nothing is known: a mark that no time can be.
    seconds[: r_sample[0]] = -1
    seconds[r_sample[0] :] = (sample[r_sample[0] :] - last) / MODEL_FS
    seconds = _windows(seconds, centre, -1)
    scale = local_rr(r_sample)[select].astype(np.float32)
    both = np.stack([seconds / scale[:, np.newaxis], seconds], axis=-1)
    return np.where(seconds[..., np.newaxis] < 0, 0, np.minimum(both, MAX_SINCE) - 0.5)


def _standardise_rows(windows: np.ndarray) -> np.ndarray:
    """Return each row with zero mean and unit variance over its finite samples; 0 where there are none."""
    gaps = ~np.isfinite(windows).all(axis=1)
    result = np.empty_like(windows)
    result[~gaps] = _centre(windows[~gaps], np.ones((1, SEGMENT_SAMPLES), dtype=bool))
    result[gaps] = _centre(np.nan_to_num(windows[gaps], posinf=0, neginf=0), np.isfinite(windows[gaps]))
    return result


def _centre(windows: np.ndarray, present: np.ndarray) -> np.ndarray:
    count = present.sum(axis=1, keepdims=True).clip(min=1)
    centred = windows - windows.sum(axis=1, keepdims=True) / count
    centred *= present
    spread = np.sqrt(np.einsum("ij,ij->i", centred, centred)[:, np.newaxis] / count)
    # What is left of a flat line is rounding, and must not be blown up.
    flat = spread <= FLAT * np.abs(windows).max(axis=1, keepdims=True, initial=0)
    return np.where(flat, 0, centred / np.where(flat, 1, spread))
