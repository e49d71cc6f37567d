"""A recording in a few numbers: beats of each class, RR intervals, heart rate, and what the model is not sure of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.records.timeline import rr_intervals

UNSURE = "?"
"""PhysioBank's "not classified": the symbol of a beat whose most probable class is not probable enough."""

LONGEST_RR_S = 3.0
"""A longer interval is a pause, and no rate is taken from it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Lowest, middle and highest of some values."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class BeatSummary:
    """A recording's beats in numbers.

    Attributes
    ----------
    n_beats : int
    counts : dict of str to int
        Beats of each class, in class order, then of every other symbol that occurs.
    seconds : float
        Length of the recording.
    rr_s : Spread or None
        RR intervals in seconds: the 5th, 50th and 95th of a hundred; `None` with fewer than two beats.
    rate_bpm : Spread or None
        Beats a minute, from the same intervals.
    longest_rr_s : float or None
    longest_rr_sample : int or None
        R peak at which the longest interval begins.
    """

    n_beats: int
    counts: dict[str, int]
    seconds: float
    rr_s: Spread | None
    rate_bpm: Spread | None
    longest_rr_s: float | None
    longest_rr_sample: int | None


def name_or_unsure(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Return the symbol of the most probable class, or `UNSURE` where its probability is below `threshold`.

    Parameters
    ----------
    probabilities : ndarray of shape (n, 5)
        In the order of `labels.CLASSES`.
    threshold : float
        From 0, where every beat gets a name, to 1.

    Returns
    -------
    ndarray of shape (n,), str
    """
    if not len(probabilities):
        return np.empty(0, dtype="U1")
    best = probabilities.argmax(axis=1)
    return np.where(probabilities.max(axis=1) >= threshold, np.array(CLASSES)[best], UNSURE)


def summarise_beats(
    r_sample: np.ndarray, symbol: np.ndarray, fs: float, n_samples: int, gaps: np.ndarray | None = None
) -> BeatSummary:
    """Describe a recording's beats in numbers.

    Parameters
    ----------
    r_sample : ndarray of shape (n,), int64
        Ascending.
    symbol : ndarray of shape (n,), str
    fs : float
        In Hz.
    n_samples : int
        Length of the recording.
    gaps : ndarray of shape (n_gaps, 2), int64, or None
        Where samples are missing, see `timeline.find_gaps`: no RR interval is taken across them.
    """
    symbols, counts = np.unique(np.asarray(symbol, dtype=str), return_counts=True)
    found = dict(zip(symbols.tolist(), counts.tolist(), strict=True))
    ordered = {name: found.pop(name, 0) for name in CLASSES} | found
    rr = rr_intervals(r_sample, fs, gaps)
    known = np.flatnonzero(np.isfinite(rr))
    longest = int(known[rr[known].argmax()]) if len(known) else None
    usual = rr[(rr > 0) & (rr <= LONGEST_RR_S)]
    spread = None
    rate = None
    if len(usual):
        low, median, high = (float(q) for q in np.quantile(usual, (0.05, 0.5, 0.95)))
        spread, rate = Spread(low, median, high), Spread(60 / high, 60 / median, 60 / low)
    return BeatSummary(
        n_beats=len(r_sample),
        counts=ordered,
        seconds=n_samples / fs,
        rr_s=spread,
        rate_bpm=rate,
        longest_rr_s=None if longest is None else float(rr[longest]),
        longest_rr_sample=None if longest is None else int(r_sample[longest - 1]),
    )
