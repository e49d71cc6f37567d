"""What is wrong with a signal, stretch by stretch: missing, flat, clipped; and whether it is upside down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import uniform_filter1d

StretchKind = Literal["missing", "flat", "clipped"]

FLAT_S = 0.5
"""A living heart's ECG is never the same for as long; the longest rest between two waves is shorter."""

CLIPPED_S = 0.012
"""No peak of an ECG stays at its highest value for as long."""

INVERTED_RATIO = 1.4
"""From this ratio of the deepest to the highest excursion of usual beats a lead is taken for upside down."""

NEGATIVE_LEADS = frozenset({"aVR", "V1", "V2", "V3R", "V4R"})
"""Leads in which a healthy QRS complex points down."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a signal with a fault.

    Attributes
    ----------
    kind : {"missing", "flat", "clipped"}
        No samples; the same value all the time; held at the end of the converter's range.
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
    runs = [("missing", run) for run in _runs(missing)]
    low, high = float(np.nanmin(signal)), float(np.nanmax(signal))
    ends: dict[float, list[tuple[int, int]]] = {low: [], high: []}
    shortest = max(3, round(CLIPPED_S * fs))
    for start, last in _runs(signal[1:] == signal[:-1], shortest - 1):  # of steps; NaN is not equal to NaN
        stop, value = last + 1, float(signal[start])
        if value in ends and low < high and stop - start >= shortest:
            ends[value].append((start, stop))
        elif stop - start >= FLAT_S * fs:
            runs.append(("flat", (start, stop)))
    for held in ends.values():  # a single rest at the highest value, as of a coarse converter, is no clipping
        if len(held) > 1 or (held and held[0][1] - held[0][0] >= FLAT_S * fs):
            runs += [("clipped", run) for run in held]
    return tuple(sorted((Stretch(kind, *run) for kind, run in runs), key=lambda stretch: stretch.start))


def _runs(mask: np.ndarray, shortest: int = 1) -> list[tuple[int, int]]:
    """Return start and stop of each run of at least `shortest` true values."""
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    edges = np.concatenate([[0], edges, [len(mask)]]) if len(mask) else np.zeros(1, dtype=np.int64)
    first = 0 if len(mask) and mask[0] else 1
    runs = np.column_stack([edges[first:-1:2], edges[first + 1 :: 2]])
    return [(int(a), int(b)) for a, b in runs[runs[:, 1] - runs[:, 0] >= shortest]]


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
