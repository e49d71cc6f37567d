"""Beats: one heartbeat in its context, cut from R peaks alone, and so from any signal, live ones included.

The rule
--------
A segment is 1000 samples at 360 Hz: 1.75 s before the R peak, the R peak, and 1.03 s after it. Most segments thus hold
the two beats before and, unless the heart is slow, the one after, so that it can be seen how early the beat came and
how long the pause after it is. A live monitor can name a beat `DELAY_S` after its R peak, not earlier.

Six channels; nothing in them comes later than the window's end:

0. The lead without the wander of its baseline, with zero mean and unit variance over the part of the segment that lies
   inside the record. Wander is the sum of the slowest cosines, `wander.WANDER_WAVES` of them, that comes nearest to the
   segment. (A filter over the whole record would see what comes after the window.)
1. The residual: the lead less the typical beat, from 0.25 s before this R peak to 0.44 s behind it, 0 elsewhere.
   The typical beat is the median of the `HISTORY` beats before, each without the wander of its own segment, aligned at
   their R peaks and scaled as channel 0, taken anew every `REFRESH` beats; for the first ones it is the median of the
   beats so far, this one included. What would be broad for another may be usual for this heart.
2. How early each beat came: twice the logarithm of its RR interval over the local one, the median of the last
   `LOCAL_BEATS` intervals, its own included; held from its R peak to the next, so the beat behind shows how long the
   pause was.
3. How early this heart's beats can come: the same over its slow rhythm, the `SLOW` quantile of the last `MANY_BEATS`
   intervals. It reveals early beats where they are the rule. After this beat's R peak, its own value is held.
4. How irregular the rhythm is: the median change from one interval to the next over the last `MANY_BEATS`, see
   `irregularity`. In atrial fibrillation an early beat says little. After this beat's R peak, its own value is held.
5. The same as channel 3 over the last `LONG_BEATS` intervals: a run of early beats may outlast the memory of the other
   channels. After this beat's R peak, its own value is held. Networks of five channels, which are older, read the
   others.

Channels 2 to 5 are 0 before the record's first R peak. That these measures of rhythm reveal premature beats was found
by cross-validation over the people of DS1, before any network read them.
"""

from __future__ import annotations

from bisect import insort

import numpy as np
from scipy.ndimage import rank_filter

from ecgmodel.errors import SegmentError
from ecgmodel.labels import class_index
from ecgmodel.segments.dataset import FLAT, MODEL_FS, SEGMENT_SAMPLES, Segments
from ecgmodel.segments.resampling import resample_lead, to_model_samples
from ecgmodel.segments.wander import find_wander

BEFORE_SAMPLES = 630
AFTER_SAMPLES = SEGMENT_SAMPLES - BEFORE_SAMPLES
DELAY_S = AFTER_SAMPLES / MODEL_FS
"""How long after its R peak a beat's window is complete, in seconds."""

CHANNELS = ("lead", "residual", "prematurity", "slow prematurity", "irregularity", "long prematurity")
LOCAL_BEATS = 8
MANY_BEATS = 64
LONG_BEATS = 256
SLOW = 0.9
MAX_RATIO = 3.0
USUAL_CHANGE = 0.05
"""Change from one RR interval to the next, as the difference of logarithms, at which `irregularity` is about 0."""

HISTORY = 32
REFRESH = 8
TYPICAL_BEFORE = 90
TYPICAL_AFTER = 160


def cut_beats(
    signal: np.ndarray,
    r_sample: np.ndarray,
    fs: float,
    symbol: np.ndarray | None = None,
    record: str = "",
    lead: str = "",
    select: slice | np.ndarray = slice(None),
    *,
    level: bool = True,
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
    record, lead : str
        Names to keep.
    select : slice or ndarray of int
        Which beats to cut, ascending. The rhythm is that of all beats; long records are cut piece by piece.
    level : bool
        Take the wander of the baseline off. Networks are trained with it left in, among other noise, and read without.

    Returns
    -------
    Segments
        With `SEGMENT_SAMPLES` samples and the six channels above; samples count at 360 Hz.

    Raises
    ------
    SegmentError
        Where R peaks are not ascending or lie outside the signal.

    Examples
    --------
    Five beats of a signal of 250 Hz; segments have 360 Hz.

    >>> signal = np.zeros(2000, dtype=np.float32)
    >>> signal[[200, 450, 700, 950, 1200]] = 1.0
    >>> segments = cut_beats(signal, np.array([200, 450, 700, 950, 1200]), fs=250.0)
    >>> segments.signal.shape, segments.r_sample.tolist()
    ((5, 1000, 6), [288, 648, 1008, 1368, 1728])
    """
    r_sample = np.asarray(r_sample, dtype=np.int64)
    if len(r_sample) and (r_sample[0] < 0 or r_sample[-1] >= len(signal) or (np.diff(r_sample) < 0).any()):
        raise SegmentError(
            "R peaks must ascend and lie within the {n} samples of the signal. Detect them again.", n=len(signal)
        )
    if fs != MODEL_FS:
        r_sample = to_model_samples(r_sample, fs, len(signal))
        signal = resample_lead(signal, fs)
    signal = signal.astype(np.float32, copy=False)
    chosen = np.arange(len(r_sample))[select]
    centre = r_sample[chosen]
    # Channel by channel in memory, as the convolutions read them.
    windows = np.empty((len(centre), len(CHANNELS), SEGMENT_SAMPLES), dtype=np.float32)
    scaling = _scale_rows(_windows(signal, centre, BEFORE_SAMPLES, AFTER_SAMPLES), windows[:, 0], level)
    _place_residual(signal, r_sample, chosen, scaling, windows, level)
    _place_rhythm(len(signal), r_sample, chosen, windows[:, 2:])
    label = [class_index(mark) for mark in symbol[select]] if symbol is not None else np.full(len(centre), -1)
    return Segments(
        signal=windows.transpose(0, 2, 1),
        length=np.full(len(centre), SEGMENT_SAMPLES, dtype=np.int32),
        label=np.asarray(label, dtype=np.int64),
        record=np.full(len(centre), record),
        lead=np.full(len(centre), lead),
        start_sample=centre - BEFORE_SAMPLES,
        r_sample=centre,
        n_beats=np.ones(len(centre), dtype=np.int32),
    )


def usual_rr(r_sample: np.ndarray, n_beats: int, quantile: float) -> np.ndarray:
    """Return, for each beat, a quantile of the last `n_beats` RR intervals that end no later than its R peak.

    Parameters
    ----------
    r_sample : ndarray of shape (n,), int64
        At `MODEL_FS`.
    n_beats : int
    quantile : float
        0 to 1; 0.5 is the median.

    Returns
    -------
    ndarray of shape (n,), float64
        In seconds; for the first beat, the interval after it; 1 where there is a single beat.
    """
    if len(r_sample) < 2:
        return np.ones(len(r_sample))
    interval = np.diff(r_sample) / MODEL_FS
    return np.concatenate([interval[:1], _running_quantile(interval, n_beats, quantile)])


def prematurity(r_sample: np.ndarray, n_beats: int, quantile: float) -> np.ndarray:
    """Return twice the logarithm of each beat's RR interval over the usual one, see `usual_rr`.

    0 means in time, negative early; 0 for the first beat. Intervals count from 1 / `MAX_RATIO` to `MAX_RATIO` times the
    usual one.
    """
    ratio = np.ones(len(r_sample))
    usual = usual_rr(r_sample, n_beats, quantile)[1:]
    ratio[1:] = np.diff(r_sample) / MODEL_FS / np.where(usual > 0, usual, 1)
    return 2 * np.log(ratio.clip(1 / MAX_RATIO, MAX_RATIO))


def irregularity(r_sample: np.ndarray) -> np.ndarray:
    """Return how much RR intervals have lately differed from one to the next: ndarray of shape (n,), float64.

    The median of |log(RR / RR before)| over the last `MANY_BEATS` beats, on a logarithmic scale that is about 0 at
    `USUAL_CHANGE`, 1 at three times that, and -2.3 where all intervals are equal.
    """
    change = np.zeros(len(r_sample))
    if len(r_sample) > 2:
        interval = np.diff(r_sample).clip(min=1)
        change[2:] = _running_quantile(np.abs(np.diff(np.log(interval))), MANY_BEATS, 0.5)
    return np.log(change / USUAL_CHANGE + 0.1)


def _running_quantile(values: np.ndarray, n: int, quantile: float) -> np.ndarray:
    """Return the quantile of each value and up to n - 1 before it, interpolated linearly."""
    place = quantile * (np.minimum(np.arange(1, len(values) + 1), n) - 1)
    below, above = place.astype(int), np.ceil(place).astype(int)
    low, high = np.empty(len(values)), np.empty(len(values))
    few = min(n - 1, len(values))
    ordered: list[float] = []
    for i, value in enumerate(values[:few].tolist()):
        insort(ordered, value)
        low[i], high[i] = ordered[below[i]], ordered[above[i]]
    if few < len(values):
        # A filter that keeps its window in order from value to value: sorting each takes fifty times as long.
        window = {"size": n, "origin": n - 1 - n // 2}  # ends at the value itself
        low[few:] = rank_filter(values, int(below[-1]), **window)[few:]
        high[few:] = rank_filter(values, int(above[-1]), **window)[few:]
    return low + (high - low) * (place - below)


def _windows(signal: np.ndarray, centre: np.ndarray, before: int, after: int) -> np.ndarray:
    """Return the stretch around each R peak, (n, before + after); NaN beyond the record."""
    padded = np.pad(signal, (before, after), constant_values=np.nan)
    return np.lib.stride_tricks.sliding_window_view(padded, before + after)[centre]


def _scale_rows(windows: np.ndarray, out: np.ndarray, level: bool) -> tuple[np.ndarray, np.ndarray]:
    """Write each row of (n, n_samples) with zero mean and unit variance over its finite samples, 0 elsewhere, to `out`.

    Returns mean and reciprocal spread, (n, 1) each; the latter is 0 for flat rows.
    """
    mean, gain = np.zeros((len(windows), 1), np.float32), np.zeros((len(windows), 1), np.float32)
    gaps = ~np.isfinite(windows).all(axis=1)
    for rows in (~gaps, gaps) if gaps.any() else (slice(None),):  # a slice of all rows, the usual case, copies nothing
        values, count = windows[rows], np.full((1, 1), windows.shape[1])
        wander = find_wander(values) if level else None
        if rows is gaps:
            present = np.isfinite(values)
            values, count = np.where(present, values, 0), present.sum(axis=1, keepdims=True).clip(min=1)
        highest, lowest = (extreme(axis=1, keepdims=True, initial=0) for extreme in (values.max, values.min))
        if level:
            values = np.subtract(values, wander, out=wander).astype(np.float32)
            if rows is gaps:
                values *= present
        mean[rows] = values.sum(axis=1, keepdims=True) / count
        centred = values - mean[rows]
        if rows is gaps:
            centred *= present
        spread = np.sqrt(np.einsum("ij,ij->i", centred, centred)[:, np.newaxis] / count)
        # What remains of a flat line is rounding error, and must not be magnified.
        flat = spread <= FLAT * np.maximum(highest, -lowest)
        gain[rows] = np.where(flat, 0, 1 / np.where(flat, 1, spread))
        out[rows] = np.multiply(centred, gain[rows], out=centred)
    return mean, gain


def _place_residual(
    signal: np.ndarray,
    r_sample: np.ndarray,
    chosen: np.ndarray,
    scaling: tuple[np.ndarray, np.ndarray],
    windows: np.ndarray,
    level: bool,
) -> None:
    """Write channel 1 of the beats `chosen` to `windows` (n, n_channels, n_samples), whose channel 0 is there."""
    place = slice(BEFORE_SAMPLES - TYPICAL_BEFORE, BEFORE_SAMPLES + TYPICAL_AFTER)
    lead, out = windows[:, 0, place], windows[:, 1, place]
    windows[:, 1] = 0
    block = chosen // REFRESH
    numbers = np.unique(block[block > 0])
    for number, typical in zip(numbers, _typical_beats(signal, r_sample, numbers, level), strict=True):
        rows = slice(*np.searchsorted(block, [number, number + 1]))
        out[rows] = lead[rows] - (typical - scaling[0][rows]) * scaling[1][rows]
    for row in np.flatnonzero(block == 0):
        beats = _nearby_windows(signal, r_sample[: chosen[row] + 1], level)
        whole = beats[np.isfinite(beats).all(axis=1)]  # the first one may begin before the record
        if len(whole):
            out[row] = lead[row] - (_median(whole) - scaling[0][row]) * scaling[1][row]


def _typical_beats(signal: np.ndarray, r_sample: np.ndarray, numbers: np.ndarray, level: bool) -> np.ndarray:
    """Return the medians of the histories of some blocks of `REFRESH` beats, numbered from 1: (n_blocks, n_samples)."""
    full = numbers * REFRESH >= HISTORY
    few = [_median(_nearby_windows(signal, r_sample[: number * REFRESH], level)) for number in numbers[~full]]
    if not full.any():
        return np.array(few)
    first = numbers[full][0] * REFRESH - HISTORY
    beats = _nearby_windows(signal, r_sample[first : numbers[-1] * REFRESH], level)
    histories = np.lib.stride_tricks.sliding_window_view(beats, HISTORY, axis=0)  # (n, n_samples, HISTORY)
    typical = _median(histories[numbers[full] * REFRESH - HISTORY - first], axis=-1)
    return np.concatenate([few, typical]) if few else typical


def _median(beats: np.ndarray, axis: int = 0) -> np.ndarray:
    """Return the median along an axis; 0 where there is a gap.

    Sorting a few rows is six times as fast as numpy's median, which selects.
    """
    ordered = np.moveaxis(np.sort(beats, axis=axis), axis, 0)  # NaN comes last
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return np.where(np.isnan(ordered[-1]), 0, middle)


def _nearby_windows(signal: np.ndarray, centre: np.ndarray, level: bool) -> np.ndarray:
    """Return the windows of the typical beat around R peaks that lie close together; NaN beyond the record."""
    before, after = (BEFORE_SAMPLES, AFTER_SAMPLES) if level else (TYPICAL_BEFORE, TYPICAL_AFTER)
    first, last = centre[0] - before, centre[-1] + after
    windows = _windows(signal[max(first, 0) : last], centre - max(first, 0), before, after)
    if not level:
        return windows
    place = slice(BEFORE_SAMPLES - TYPICAL_BEFORE, BEFORE_SAMPLES + TYPICAL_AFTER)
    return (windows[:, place] - find_wander(windows, place)).astype(np.float32)


def _place_rhythm(n_samples: int, r_sample: np.ndarray, chosen: np.ndarray, out: np.ndarray) -> None:
    """Write channels 2 to 5 of the beats `chosen` to `out` (n, 4, n_samples)."""
    if len(chosen) == 0:
        return
    # One value a sample of the record, then windows of it: each R peak's value is held up to the next one.
    held_for = np.diff(r_sample, prepend=0, append=n_samples + AFTER_SAMPLES)
    local, slow = prematurity(r_sample, LOCAL_BEATS, 0.5), prematurity(r_sample, MANY_BEATS, SLOW)
    long = prematurity(r_sample, LONG_BEATS, SLOW)
    own = [value.astype(np.float32) for value in (local, slow, irregularity(r_sample), long)]
    for index, value in enumerate(own):
        held = np.repeat(np.r_[np.float32(0), value], held_for)
        padded = np.pad(held, (BEFORE_SAMPLES, 0))
        out[:, index] = np.lib.stride_tricks.sliding_window_view(padded, SEGMENT_SAMPLES)[r_sample[chosen]]
    for index in (1, 2, 3):
        out[:, index, BEFORE_SAMPLES:] = own[index][chosen, np.newaxis]
