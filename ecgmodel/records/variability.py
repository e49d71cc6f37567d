"""Heart rate variability of normal-to-normal intervals, in the time domain.

Definitions are those of the Task Force of the European Society of Cardiology and the North American Society of Pacing
and Electrophysiology, Circulation 93 (5): 1043-1065, 1996, doi 10.1161/01.CIR.93.5.1043; those of the Poincaré plot are
Brennan, Palaniswami & Kamen's, IEEE Trans. Biomed. Eng. 48 (11): 1342-1347, 2001, doi 10.1109/10.959330.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import BEAT_SYMBOLS
from ecgmodel.records.timeline import rr_intervals

NORMAL_SYMBOLS = frozenset("NLRB")
"""Beats of the sinus node, however they are conducted; in atrial fibrillation the databases write N, too."""

LARGE_DIFFERENCE_S = 0.05
"""More than 50 ms count for pNN50."""


@dataclass(frozen=True, slots=True, eq=False)
class NormalIntervals:
    """The intervals from one normal beat to the next.

    Attributes
    ----------
    end_s : ndarray of shape (n,), float64
        Where each ends, in seconds from the start of the record, ascending.
    nn_s : ndarray of shape (n,), float64
        In seconds.
    follows : ndarray of shape (n,), bool
        Whether it begins at the beat at which the one before it ends; never of the first.
    """

    end_s: np.ndarray
    nn_s: np.ndarray
    follows: np.ndarray

    def __len__(self) -> int:
        return len(self.nn_s)

    @property
    def pairs_s(self) -> tuple[np.ndarray, np.ndarray]:
        """Each interval that follows another, behind that one: two ndarrays of one length, float64, in seconds."""
        place = np.flatnonzero(self.follows)
        return self.nn_s[place - 1], self.nn_s[place]


@dataclass(frozen=True, slots=True)
class Variability:
    """How much normal-to-normal intervals vary.

    Attributes
    ----------
    n_intervals, n_pairs : int
        Intervals, and those that follow another at once.
    seconds : float
        All intervals together.
    mean_s : float
    sdnn_ms : float
        Standard deviation of all intervals.
    rmssd_ms : float
        Root of the mean square of the differences between intervals that follow each other.
    pnn50 : float
        Of all intervals, the share that differ from the one before by more than 50 ms, 0 to 1.
    sd1_ms, sd2_ms : float
        Standard deviations of the Poincaré plot across and along its line of identity.
    """

    n_intervals: int
    n_pairs: int
    seconds: float
    mean_s: float
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float
    sd1_ms: float
    sd2_ms: float


def find_normal_intervals(
    r_sample: np.ndarray, symbol: np.ndarray, fs: float, gaps: np.ndarray | None = None
) -> NormalIntervals:
    """Find the intervals of which both beats are normal, with no other beat and no gap between them.

    Parameters
    ----------
    r_sample : ndarray of shape (n,), int64
        Ascending.
    symbol : ndarray of shape (n,), str
        PhysioBank codes; marks that are no beats are left out.
    fs : float
        In Hz.
    gaps : ndarray of shape (n_gaps, 2), int64, or None
        As of `timeline.find_gaps`.
    """
    is_beat = np.isin(symbol, list(BEAT_SYMBOLS))
    r_sample, symbol = np.asarray(r_sample)[is_beat], np.asarray(symbol)[is_beat]
    rr_s = rr_intervals(r_sample, fs, gaps)
    normal = np.isin(symbol, list(NORMAL_SYMBOLS))
    counts = normal & np.roll(normal, 1) & np.isfinite(rr_s) & (rr_s > 0)  # the first has no interval, so none wraps
    place = np.flatnonzero(counts)
    return NormalIntervals(r_sample[place] / fs, rr_s[place], np.diff(place, prepend=-2) == 1)


def take_intervals(rr_s: np.ndarray, follows: np.ndarray | None = None) -> NormalIntervals:
    """Return intervals of which no beat is known, as if all were normal.

    Parameters
    ----------
    rr_s : ndarray of shape (n,), float64
        In seconds, in the order of time.
    follows : ndarray of shape (n,), bool, or None
        Whether each follows the one before at once; `None` where all do.
    """
    follows = np.arange(len(rr_s)) > 0 if follows is None else follows
    return NormalIntervals(np.cumsum(rr_s), np.asarray(rr_s, dtype=np.float64), follows)


def measure_variability(intervals: NormalIntervals) -> Variability | None:
    """Return the measures; `None` of fewer than three intervals, or fewer than two that follow another.

    Standard deviations divide by n - 1. pNN50 divides by the number of all intervals, as the Task Force defines it.
    """
    before, after = intervals.pairs_s
    if len(intervals) < 3 or len(before) < 2:
        return None
    nn_ms = 1000 * intervals.nn_s
    before_ms, after_ms = 1000 * before, 1000 * after
    step_ms = after_ms - before_ms
    # Intervals are whole samples: a difference of 50 ms is none of more, whatever floating point makes of it.
    n_large = int(np.sum(np.abs(step_ms) > 1000 * LARGE_DIFFERENCE_S + 1e-6))
    return Variability(
        n_intervals=len(intervals),
        n_pairs=len(before),
        seconds=float(intervals.nn_s.sum()),
        mean_s=float(intervals.nn_s.mean()),
        sdnn_ms=float(nn_ms.std(ddof=1)),
        rmssd_ms=float(np.sqrt(np.mean(step_ms**2))),
        pnn50=n_large / len(intervals),
        sd1_ms=float((step_ms / np.sqrt(2)).std(ddof=1)),
        sd2_ms=float(((after_ms + before_ms) / np.sqrt(2)).std(ddof=1)),
    )
