"""Spikes of a pacemaker in front of QRS complexes: paced beats belong to none of the classes, so each name is wrong.

A spike lasts a millisecond or two and comes out of the recorder's filter as a peak of a few samples that nothing in a
heart makes. The limits were set on the 48 records of the MIT-BIH Arrhythmia Database, and there is no other paced
record to judge them on. Of its four paced ones 102 and 104 are found, in front of 24 and 32 % of whose beats a spike
stands; 107 and 217, where none stands out in the lead that is read, are not: `other_waves` doubts their detected beats.
No lead of the 44 others has more than 7 %. At the 128 Hz of the Supraventricular Arrhythmia Database nothing can be
said.
"""

from __future__ import annotations

import numpy as np

from ecgmodel.records.imports.evidence import Sentence, say

MIN_FS_HZ = 250.0
"""Below this rate a recorder's filter has no room for a spike."""

SPIKE_S = 0.006
"""A spike rises and falls again within this time on both sides,"""

AROUND_S = 0.02
LEFT_OVER = 0.7
"""and this part of its height in a wider stretch is there already: flanks of QRS complexes go on rising."""

HEIGHT = 0.15
"""Of the QRS complex, that a spike has at least."""

OVER_NOISE = 8.0
"""How many times as high it is as the usual peak of a few samples in this lead."""

BEFORE_S, AFTER_S = 0.2, 0.02
SHARE = 0.15
"""Of the beats, that have a spike where a pacemaker is suspected."""

MOST_BEATS = 400
"""As many are looked at, spread over the recording."""


def measure_spikes(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> float:
    """Return in front of which share of the beats a spike stands; 0 where the rate is too low to say.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV; NaN where there is no sample.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n_beats,), int64
    """
    near, wide = max(round(SPIKE_S * fs), 1), round(AROUND_S * fs)
    before, after = round(BEFORE_S * fs) + wide, round(0.2 * fs)
    inside = r_sample[(r_sample >= before) & (r_sample < len(signal) - after)]
    if fs < MIN_FS_HZ or len(inside) == 0:
        return 0.0
    chosen = inside[np.unique(np.linspace(0, len(inside) - 1, min(len(inside), MOST_BEATS)).astype(int))]
    windows = np.asarray(signal)[chosen[:, np.newaxis] + np.arange(-before, after)].astype(np.float64)
    windows = windows[np.isfinite(windows).all(axis=1)]
    if len(windows) == 0:
        return 0.0
    sharp, broad = _prominence(windows, near, wide), _prominence(windows, wide, wide)
    usual = float(np.median(sharp[sharp > 0])) if (sharp > 0).any() else 0.0
    height = np.ptp(windows[:, before - round(0.1 * fs) :], axis=1, keepdims=True)
    searched = slice(0, round((BEFORE_S + AFTER_S) * fs))
    spikes = (sharp >= LEFT_OVER * broad) & (sharp >= HEIGHT * height) & (sharp > OVER_NOISE * usual)
    return float(spikes[:, searched].any(axis=1).mean())


def doubt_pacing(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> Sentence | None:
    """Return what to say where a pacemaker is suspected; parameters as `measure_spikes`."""
    share = measure_spikes(signal, fs, r_sample)
    if share < SHARE:
        return None
    return say(
        "Spikes of a few milliseconds stand in front of {share:.0%} of the beats, as a pacemaker gives them. Paced "
        "beats belong to none of the five classes: whatever they are named here is wrong, however sure it looks.",
        share=share,
    )


def _prominence(windows: np.ndarray, reach: int, margin: int) -> np.ndarray:
    """Return how far each sample stands out over both samples at a distance, upwards or downwards; 0 where it does not.

    `margin` samples at both ends are left out, (n, n_samples - 2 * margin).
    """
    n = windows.shape[1]
    here = windows[:, margin : n - margin]
    left = here - windows[:, margin - reach : n - margin - reach]
    right = here - windows[:, margin + reach : n - margin + reach]
    return np.maximum(np.maximum(np.minimum(left, right), np.minimum(-left, -right)), 0)
