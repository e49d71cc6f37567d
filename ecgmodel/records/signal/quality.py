"""What is wrong with a signal: stretches missing, flat, clipped, or an artefact; and whether it is upside down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import uniform_filter1d

StretchKind = Literal["missing", "flat", "clipped", "artefact"]

FLAT_S = 0.5
"""A living heart's ECG is never the same for as long; the longest rest between two waves is shorter."""

CLIPPED_S = 0.012
"""No peak of an ECG stays at its highest value for as long."""

ARTEFACT_SWINGS = 10.0
"""A sample is an artefact where it is so many times the usual swing of two seconds away from those around it."""

ARTEFACT_MV = 5.0
"""Nothing smaller is called an artefact: the beats of a weak lead may be followed by those of a strong one."""

ARTEFACT_WINDOW_S = 2.0
ARTEFACT_JOIN_S = 0.1

INVERTED_RATIO = 1.4
"""From this ratio of the deepest to the highest excursion of usual beats a lead is taken for upside down."""

NEGATIVE_LEADS = frozenset({"aVR", "V1", "V2", "V3R", "V4R"})
"""Leads in which a healthy QRS complex points down."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a signal with a fault.

    Attributes
    ----------
    kind : {"missing", "flat", "clipped", "artefact"}
        No samples; the same value all the time; held at the end of the converter's range; a jump that no heart makes.
    start, stop : int
        Samples, [start, stop).
    """

    kind: StretchKind
    start: int
    stop: int


def find_stretches(signal: np.ndarray, fs: float) -> tuple[Stretch, ...]:
    """Find where a signal is missing, flat or clipped.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32
        One lead; NaN where there is no sample.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    tuple of Stretch
        In the order of time; no two overlap.
    """
    if len(signal) == 0:
        return ()
    missing = np.isnan(signal)
    if missing.all():
        return (Stretch("missing", 0, len(signal)),)
    runs = [("missing", run) for run in _runs(missing)] if missing.any() else []
    del missing  # of a day, as much as the other masks below
    low, high = float(np.nanmin(signal)), float(np.nanmax(signal))
    ends: dict[float, list[tuple[int, int]]] = {low: [], high: []}
    shortest = max(3, round(CLIPPED_S * fs))
    rests = _run_edges(signal[1:] == signal[:-1], shortest - 1)  # of steps; NaN is not equal to NaN
    at_end = np.isin(signal[rests[:, 0]], [low, high])
    long = rests[:, 1] + 1 - rests[:, 0] >= FLAT_S * fs
    for start, last in rests[at_end | long].tolist():  # a day rests a hundred thousand times elsewhere
        stop, value = last + 1, float(signal[start])
        if value in ends and low < high and stop - start >= shortest:
            ends[value].append((start, stop))
        elif stop - start >= FLAT_S * fs:
            runs.append(("flat", (start, stop)))
    for held in ends.values():  # a single rest at the highest value, as of a coarse converter, is no clipping
        if len(held) > 1 or (held and held[0][1] - held[0][0] >= FLAT_S * fs):
            runs += [("clipped", run) for run in held]
    held = [run for _, run in runs]
    for start, stop in find_artefacts(signal, fs):
        if not any(start < other_stop and other_start < stop for other_start, other_stop in held):
            runs.append(("artefact", (start, stop)))
    return tuple(sorted((Stretch(kind, *run) for kind, run in runs), key=lambda stretch: stretch.start))


def find_artefacts(signal: np.ndarray, fs: float, swings: float = ARTEFACT_SWINGS) -> list[tuple[int, int]]:
    """Find jumps that are far larger than the beats around them, as of a loose plug or a flash of static.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV; NaN where there is no sample.
    fs : float
        In Hz.
    swings : float
        How many times the usual swing a sample has to be away from the middle of its two seconds.

    Returns
    -------
    list of tuple of int
        Start and stop of each, in samples, ascending.

    Examples
    --------
    >>> beats = np.tile(np.r_[np.zeros(90), np.ones(10)], 40)
    >>> beats[1234] = 30_000.0
    >>> find_artefacts(beats, 100.0)
    [(1234, 1235)]
    """
    width = max(round(ARTEFACT_WINDOW_S * fs), 2)
    count = len(signal) // width
    if count < 3:
        return []
    swing = np.empty(count)
    for first in range(0, count, 4096):  # piece by piece, since a lead of several is copied to be cut
        last = min(first + 4096, count)
        windows = signal[first * width : last * width].reshape(last - first, width)
        swing[first:last] = np.fmax.reduce(windows, axis=1) - np.fmin.reduce(windows, axis=1)
    moving = swing[np.isfinite(swing) & (swing > 0)]
    if not len(moving):
        return []
    least = max(swings * float(np.median(moving)), ARTEFACT_MV)
    found: list[int] = []
    for i in np.flatnonzero(swing > least):
        stop = len(signal) if i == count - 1 else (i + 1) * width
        piece = signal[i * width : stop].astype(np.float64)
        found.extend((i * width + np.flatnonzero(np.abs(piece - np.nanmedian(piece)) > least)).tolist())
    tail = signal[count * width :].astype(np.float64)
    if len(tail) and np.isfinite(tail).any() and not (count and swing[-1] > least):
        before = signal[(count - 1) * width : count * width].astype(np.float64)
        middle = np.nanmedian(before if np.isfinite(before).any() else tail)
        found.extend((count * width + np.flatnonzero(np.abs(tail - middle) > least)).tolist())
    return _join(found, round(ARTEFACT_JOIN_S * fs))


def _join(samples: list[int], reach: int) -> list[tuple[int, int]]:
    """Return samples as runs; those within `reach` of each other are one."""
    runs: list[tuple[int, int]] = []
    for sample in samples:
        if runs and sample - runs[-1][1] < max(reach, 1):
            runs[-1] = (runs[-1][0], sample + 1)
        else:
            runs.append((sample, sample + 1))
    return runs


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Return start and stop of each run of true values."""
    return [(start, stop) for start, stop in _run_edges(mask).tolist()]


def _run_edges(mask: np.ndarray, shortest: int = 1) -> np.ndarray:
    """Return start and stop of each run of at least `shortest` true values: ndarray of shape (n, 2), int64."""
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    edges = np.concatenate([[0], edges, [len(mask)]]) if len(mask) else np.zeros(1, dtype=np.int64)
    first = 0 if len(mask) and mask[0] else 1
    runs = np.column_stack([edges[first:-1:2], edges[first + 1 :: 2]])
    return runs[runs[:, 1] - runs[:, 0] >= shortest]


def fill_missing(signal: np.ndarray) -> np.ndarray:
    """Return a signal with straight lines over its missing samples, for filters and detectors that bear no NaN.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32

    Returns
    -------
    ndarray of shape (n_samples,), float32
        `signal` itself where nothing is missing; zeros where everything is.
    """
    missing = np.isnan(signal)
    if not missing.any():
        return signal
    if missing.all():
        return np.zeros_like(signal)
    there = np.flatnonzero(~missing)
    filled = signal.copy()
    gaps = np.flatnonzero(missing)
    filled[gaps] = np.interp(gaps, there, signal[there])
    return filled


@dataclass(frozen=True, slots=True)
class Polarity:
    """Which way the usual beats of a lead point.

    Attributes
    ----------
    up, down : float
        Median over short windows of the highest and the deepest excursion from the baseline, in the signal's own unit.
    """

    up: float
    down: float

    @property
    def inverted(self) -> bool | None:
        """Whether the lead is upside down; `None` where it cannot be told."""
        if self.down > INVERTED_RATIO * self.up:
            return True
        return False if self.up > 1.1 * self.down else None


def measure_polarity(signal: np.ndarray, fs: float, window_s: float = 2.0) -> Polarity | None:
    """Measure which way the beats of a lead point.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit.
    fs : float
        Sampling frequency in Hz.
    window_s : float
        Length of the windows; each should hold a beat or two.

    Returns
    -------
    Polarity or None
        `None` where the signal is shorter than two windows or does not move.
    """
    width = round(window_s * fs)
    signal = fill_missing(np.asarray(signal, dtype=np.float64))
    count = len(signal) // width if width else 0
    if count < 2:
        return None
    smooth = uniform_filter1d(signal, max(1, round(0.02 * fs)))  # mains hum points both ways
    swings = (smooth - uniform_filter1d(smooth, max(1, round(0.6 * fs))))[: count * width].reshape(count, width)
    polarity = Polarity(float(np.median(swings.max(axis=1))), float(np.median(-swings.min(axis=1))))
    return polarity if max(polarity.up, polarity.down) > 0 else None
