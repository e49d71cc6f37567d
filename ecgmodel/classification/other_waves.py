"""Waves as steep as those taken for R peaks: the marks may then stand on something else.

Nothing in a heart's cycle is as steep as its QRS complex. Where a P wave towers over R, or a spike or a jump of an
electrode was taken for a beat, something steeper lies beside the mark. The limits were set on both leads of the 48
records of the MIT-BIH Arrhythmia Database and of 39 of its Supraventricular Arrhythmia Database: there the usual ratio
is at most 0.6, and 1 is passed beside at most 4 % of a record's marks, except in five leads of three paced records
(104, 107 and 217), with 10 % and more. Of 10-s strips of people without a pacemaker 0.2 % are doubted, nearly all 108.

On simulated hearts (12, with P waves of 15 to 30 ms standard deviation, 1 to 2 times as tall as R) all but 2 of 101 are
doubted in which a tenth of the beats or more is marked wrongly. P waves three times as tall are as steep as R or
steeper: of 36 such hearts 17 are doubted.
"""

from __future__ import annotations

import numpy as np

from ecgmodel.records.imports.evidence import Sentence, say

SLOPE_S = 0.012
"""Steepness is how far a lead moves in this time, twice."""

OWN_S = 0.07
"""A QRS complex is steep within this time of its R peak,"""

APART_S = (0.1, 0.34)
"""and another wave from here to there, on both sides,"""

APART_RR = 0.6
"""but not beyond this part of the way to the next mark, whose QRS complex is steep, too."""

USUAL_RATIO = 0.7
SHARE, LEAST_STEEPER = 0.08, 10
"""A doubt is raised where the median ratio, other wave over own, is at least `USUAL_RATIO`, or where the other wave is
the steeper one beside this share of the marks, and beside at least so many: a few do not speak against all names."""

LEAST_BEATS = 5
MOST_BEATS = 400
"""As many are looked at, spread over the recording."""


def measure_other_waves(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compare the steepest other wave near each mark with the steepest slope at the mark.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; NaN where there is no sample.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n_beats,), int64
        Ascending.

    Returns
    -------
    ratio : ndarray of shape (n,), float64
        Steepness of the other wave over that of the mark's own, for at most `MOST_BEATS` marks that lie clear of gaps
        and ends.
    away_s : ndarray of shape (n,), float64
        Where the other wave stands, in seconds from the mark; positive behind it.

    Examples
    --------
    A sharp wave every second, and a half as steep one 0.2 s behind each.

    >>> signal = np.zeros(4000)
    >>> r_sample = np.arange(500, 3600, 360)
    >>> signal[r_sample], signal[r_sample + 72] = 1.0, 0.5
    >>> ratio, away_s = measure_other_waves(signal, 360.0, r_sample)
    >>> ratio.tolist()[:2], away_s.round(1).tolist()[:2]
    ([0.5, 0.5], [0.2, 0.2])
    """
    step, reach = max(round(SLOPE_S * fs), 1), round(APART_S[1] * fs)
    margin = reach + step
    neighbour = np.minimum(np.diff(r_sample, prepend=-(10**9)), np.diff(r_sample, append=len(signal) + 10**9))
    inside = np.flatnonzero((r_sample >= margin) & (r_sample < len(signal) - margin))
    chosen = inside[np.unique(np.linspace(0, len(inside) - 1, min(len(inside), MOST_BEATS)).astype(int))]
    windows = np.asarray(signal)[r_sample[chosen, np.newaxis] + np.arange(-margin, margin + 1)].astype(np.float64)
    whole = np.isfinite(windows).all(axis=1)
    windows, neighbour = windows[whole], neighbour[chosen][whole]
    steep = np.abs(windows[:, 2 * step :] - windows[:, : -2 * step])  # (n, 2 * reach + 1)
    away = np.abs(np.arange(-reach, reach + 1))
    own = np.where(away <= round(OWN_S * fs), steep, 0).max(axis=1)
    searched = (away >= round(APART_S[0] * fs)) & (away <= APART_RR * neighbour[:, np.newaxis])
    other = np.where(searched, steep, 0)
    place, highest = other.argmax(axis=1), other.max(axis=1)
    ratio = np.divide(highest, own, out=np.where(highest > 0, np.inf, 0.0), where=own > 0)
    return ratio, (place - reach) / fs


def doubt_other_waves(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> Sentence | None:
    """Return what to say where marks may stand on other waves; parameters as `measure_other_waves`."""
    ratio, away_s = measure_other_waves(signal, fs, r_sample)
    steeper = int(np.sum(ratio > 1))
    often = steeper >= max(SHARE * len(ratio), LEAST_STEEPER)
    if len(ratio) < LEAST_BEATS or not (often or np.median(ratio) >= USUAL_RATIO):
        return None
    rivals = ratio >= USUAL_RATIO
    behind, before = away_s[rivals & (away_s > 0)], away_s[rivals & (away_s < 0)]
    share = float(rivals.mean())
    if len(behind) >= len(before):
        return say(
            "Beside {share:.0%} of the R peaks that were found, another wave is as steep, or nearly so, most often "
            "{ms:.0f} ms after them: the marks may stand on tall P waves, on a pacemaker's spikes or on noise, and the "
            "names mean little. Choose another lead, or correct the marks.",
            share=share,
            ms=1000 * float(np.median(behind)),
        )
    return say(
        "Beside {share:.0%} of the R peaks that were found, another wave is as steep, or nearly so, most often "
        "{ms:.0f} ms before them: the marks may stand on T waves, on a pacemaker's spikes or on noise, and the names "
        "mean little. Choose another lead, or correct the marks.",
        share=share,
        ms=-1000 * float(np.median(before)),
    )
