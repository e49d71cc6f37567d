"""What a sampling rate would mean for the heart: help for a visitor whose file does not say its rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ecgmodel.records.signal.quality import fill_missing
from ecgmodel.records.signal.r_peaks import MIN_FS_HZ, detect_r_peaks

SECONDS = 60.0
PLAUSIBLE_BPM = (40.0, 180.0)
USUAL_BPM = 75.0
MIN_BEATS = 4


def hint_heart_rates(signal: np.ndarray, rates_hz: Sequence[float]) -> dict[float, float]:
    """Return the heart rate that a lead would have at each of some sampling rates.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit.
    rates_hz : sequence of float

    Returns
    -------
    dict of float to float
        Beats a minute by sampling rate, only where a resting or moving heart may beat so.
    """
    # A detector that is told a wrong rate misses beats or adds some; least where the heart seems to beat as usual.
    intervals = {fs: interval for fs in rates_hz if (interval := _median_rr(signal, fs)) is not None}
    if not intervals:
        return {}
    usual = min(intervals, key=lambda fs: abs(math.log(60 * fs / intervals[fs] / USUAL_BPM)))
    rates = {fs: 60 * fs / intervals[usual] for fs in rates_hz}
    return {fs: rate for fs, rate in rates.items() if PLAUSIBLE_BPM[0] <= rate <= PLAUSIBLE_BPM[1]}


def _median_rr(signal: np.ndarray, fs: float) -> float | None:
    """Return the median RR interval in samples, as found in the first minute at a sampling rate."""
    if not fs > MIN_FS_HZ:
        return None
    peaks = detect_r_peaks(fill_missing(np.asarray(signal[: round(SECONDS * fs)], dtype=np.float32)), fs)
    return float(np.median(np.diff(peaks))) if len(peaks) >= MIN_BEATS else None
