"""Where a heartbeat may be: every swell of a signal's energy in the band of the QRS complex, and what it looks like.

Energy is the mean square of the signal between 4 and 22 Hz over 0.1 s: high in a QRS complex, lower in P and T waves.
Each swell is described by `FEATURES`, logarithms of ratios, so that neither the unit nor the sign of the signal counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import uniform_filter1d

WORKING_HZ = 90.0
"""The signal is averaged down to about this rate first, for speed: what tells a QRS complex lies below 30 Hz."""

BAND_HZ = (4.0, 22.0)
ENERGY_S = 0.1
APART_S = 0.1
"""No two candidates are closer together."""

SILENT = 1e-12
"""Share of the largest energy that is the rounding of a flat stretch, as across a gap, and no swell."""

LEAST_SHARE = 0.08
"""Amplitude of the smallest candidate, as a share of the usual highest one around it."""

LEVEL_S = 1.5
"""In this time there is at least one beat, unless the heart pauses."""

N_LEVELS = 4
"""Blocks of `LEVEL_S` on either side, over which the median is taken."""

SILENT_SHARE = 0.05
"""Where the highest amplitude of `LEVEL_S` is below this share of the usual one, nothing beats; such a block says
nothing of how high beats are."""

SPIKE_SIZE = 15.0
"""A sample that is further from the median of its second than this many times the usual range of a second is none of
the heart's."""

N_RANGES = 10
"""Seconds on either side, over which that range is the median."""

WINDOWS_S = ((0.1, 0.2), (0.2, 0.3), (0.3, 0.5), (0.5, 0.75), (0.75, 1.1))
"""From a candidate, on either side: where a P wave, a T wave and the next beat are."""

STEEP_WINDOWS_S = WINDOWS_S[:2]
"""Where a steeper wave makes a P or T wave of the candidate."""

VALLEY_S = (0.04, 0.2)
GRAIN_S = 0.03
"""Precision of these windows."""

SIDES = ("before", "after")

FEATURES = (
    "height over the usual highest around it",
    "quiet level around it over the usual highest",
    "height of the slope's energy over the usual highest",
    "steepness: energy of the slope over energy",
    *(f"highest {low:g} to {high:g} s {side}, over its height" for low, high in WINDOWS_S for side in SIDES),
    *(f"steepest {low:g} to {high:g} s {side}, over its slope" for low, high in STEEP_WINDOWS_S for side in SIDES),
    *(f"lowest {VALLEY_S[0]:g} to {VALLEY_S[1]:g} s {side}, over its height" for side in SIDES),
)
"""What describes a candidate; each is the natural logarithm of a ratio of amplitudes."""

LEAST_RATIO = 1e-3
"""Smaller ratios are all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Where a beat may be.

    Attributes
    ----------
    sample : ndarray of shape (n_candidates,), int64
        Ascending; the middle of the swell, not the R peak.
    features : ndarray of shape (n_candidates, n_features), float64
        In the order of `FEATURES`.
    """

    sample: np.ndarray
    features: np.ndarray


def find_candidates(signal: np.ndarray, fs: float) -> Candidates:
    """Find all swells of energy that may be a beat.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit; at least a second, all of it known.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    Candidates
    """
    step = max(1, round(fs / WORKING_HZ))
    working_fs = fs / step
    filtered = _filter(_remove_spikes(_average(signal, step), working_fs), working_fs)
    slope = np.zeros_like(filtered)
    np.subtract(filtered[2:], filtered[:-2], out=slope[1:-1])
    width = max(1, round(ENERGY_S * working_fs))
    energy, slope_energy = _measure_energy(filtered, width), _measure_energy(slope, width)
    peak = _find_peaks(energy, 2 * round(APART_S * working_fs) + 1)

    block = max(1, round(LEVEL_S * working_fs))
    level, quiet = _measure_levels(energy, block, peak)
    large = (energy[peak] >= LEAST_SHARE**2 * level) & (energy[peak] > SILENT * energy.max())
    peak, level, quiet = peak[large], level[large], quiet[large]
    slope_level, _ = _measure_levels(slope_energy, block, peak)
    height = energy[peak]
    ratios = [height / level, quiet / level, slope_energy[peak] / slope_level, slope_energy[peak] / height]
    beside = _Surroundings(peak, working_fs)
    ratios += [found / height for found in beside.highest(energy, WINDOWS_S)]
    ratios += [found / slope_energy[peak] for found in beside.highest(slope_energy, STEEP_WINDOWS_S)]
    ratios += [found / height for found in beside.lowest(energy, VALLEY_S)]
    features = 0.5 * np.log(np.maximum(np.stack(ratios, axis=1), LEAST_RATIO**2))  # of energies, hence the half
    return Candidates(peak * step + step // 2, features)


def _average(signal: np.ndarray, step: int) -> np.ndarray:
    """Return the mean of every `step` samples: ndarray of shape (n_samples // step,), float64."""
    n_samples = len(signal) // step * step
    total = signal[:n_samples:step].astype(np.float64)
    for offset in range(1, step):
        total += signal[offset:n_samples:step]
    return total / step


def _remove_spikes(signal: np.ndarray, fs: float) -> np.ndarray:
    """Return the signal with straight lines in place of what no heart does."""
    second = round(fs)
    blocks = _cut_blocks(signal, second)
    ranges = np.ptp(blocks, axis=1)
    if not ranges.any():
        return signal
    moving = ranges > SILENT_SHARE * np.median(ranges[ranges > 0])
    usual = np.interp(np.arange(len(ranges)), np.flatnonzero(moving), _running_median(ranges[moving], N_RANGES))
    suspect = np.flatnonzero(ranges > SPIKE_SIZE * usual)
    # The last block also stands for the rest of the signal that is too short for one.
    if not len(suspect) and np.ptp(signal[-second:]) <= SPIKE_SIZE * usual[-1]:
        return signal
    block = np.minimum(np.arange(len(signal)) // second, len(ranges) - 1)
    kept = np.abs(signal - np.median(blocks, axis=1)[block]) <= SPIKE_SIZE * usual[block]
    at = np.arange(len(signal))
    return np.interp(at, at[kept], signal[kept])


def _filter(signal: np.ndarray, fs: float) -> np.ndarray:
    """Return the part of a signal in `BAND_HZ`, without delay."""
    from scipy.signal import sosfiltfilt  # loads slowly

    padding = min(len(signal) - 1, round(fs))
    return np.ascontiguousarray(sosfiltfilt(_design_band(fs), signal, padlen=padding))


@cache
def _design_band(fs: float) -> np.ndarray:
    from scipy.signal import butter

    return butter(2, BAND_HZ, "bandpass", fs=fs, output="sos")


def _measure_energy(values: np.ndarray, width: int) -> np.ndarray:
    """Return the mean square of `width` values, in the memory of `values`: new memory would take longer than sums."""
    np.square(values, out=values)
    uniform_filter1d(values, width, mode="nearest", output=values)
    return np.maximum(values, 0.0, out=values)  # rounding can go below


def _find_peaks(energy: np.ndarray, width: int) -> np.ndarray:
    """Return where `energy` is the highest of `width` samples."""
    return np.flatnonzero((energy == run_over(np.maximum, energy, width)) & (energy > 0))


def run_over(extreme: np.ufunc, values: np.ndarray, width: int) -> np.ndarray:
    """Return the highest (`np.maximum`) or lowest (`np.minimum`) of `width` values around each: same shape.

    Beyond its ends the first and the last value are taken to go on. The extremes of 2, 4, 8 and more neighbours come
    from each other: a third of the time of scipy's filter, which walks from value to value.
    """
    before = width // 2
    found = np.pad(values, (before, width - 1 - before), mode="edge")
    reach = 1
    while reach < width:
        step = min(reach, width - reach)
        found = extreme(found[:-step], found[step:])
        reach += step
    return found


def _measure_levels(energy: np.ndarray, block: int, sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how high beats usually are around each sample, and how low it is where there is none."""
    blocks = _cut_blocks(energy, block)
    highest = blocks.max(axis=1)
    if not highest.any():
        return np.ones(len(sample)), np.zeros(len(sample))
    fifth = blocks.shape[1] // 5
    low = np.partition(blocks[:, ::3], fifth // 3, axis=1)[:, fifth // 3]  # every third sample tells it as well
    kept = highest > SILENT_SHARE**2 * np.median(highest[highest > 0])
    middle = (np.flatnonzero(kept) + 0.5) * block
    return tuple(np.interp(sample, middle, _running_median(values[kept], N_LEVELS)) for values in (highest, low))


class _Surroundings:
    """Looks for the extremes of energies before and after each peak, to a precision of `GRAIN_S`."""

    def __init__(self, peak: np.ndarray, fs: float):
        self.grain = max(1, round(GRAIN_S * fs))
        self.at = peak // self.grain
        self.fs = fs / self.grain

    def highest(self, energy: np.ndarray, windows_s: Iterable[tuple[float, float]]) -> list[np.ndarray]:
        """Return the highest energy in each window, before and after: ndarrays of shape (n_peaks,)."""
        highest = np.maximum.reduce(self._deal(energy))
        return [found for window_s in windows_s for found in self._look(highest, np.maximum, window_s)]

    def lowest(self, energy: np.ndarray, window_s: tuple[float, float]) -> list[np.ndarray]:
        """Return the lowest energy in a window, before and after: ndarrays of shape (n_peaks,)."""
        return self._look(np.minimum.reduce(self._deal(energy)), np.minimum, window_s)

    def _deal(self, energy: np.ndarray) -> list[np.ndarray]:
        """Return the first samples of all grains, the second, and so on."""
        stop = max(len(energy) // self.grain, 1) * self.grain
        return [energy[offset : stop : self.grain] for offset in range(self.grain)]

    def _look(self, grains: np.ndarray, extreme: np.ufunc, window_s: tuple[float, float]) -> list[np.ndarray]:
        low, high = window_s
        found = run_over(extreme, grains, max(1, round((high - low) * self.fs)))
        away = round((low + high) / 2 * self.fs)
        last = len(grains) - 1
        at = np.minimum(self.at, last)
        # Beyond its ends the signal is taken to go on as its mirror image.
        before, after = np.abs(at - away), last - np.abs(last - at - away)
        return [found[np.minimum(before, last)], found[np.maximum(after, 0)]]


def _cut_blocks(values: np.ndarray, block: int) -> np.ndarray:
    """Return whole blocks of the values, or all of them where they are fewer: ndarray of shape (n_blocks, block)."""
    n_blocks = len(values) // block
    return values[: n_blocks * block].reshape(n_blocks, block) if n_blocks else values[None, :]


def _running_median(values: np.ndarray, n_beside: int) -> np.ndarray:
    """Return the median of each value and `n_beside` on both sides: same shape."""
    padded = np.pad(values, n_beside, mode="symmetric" if len(values) >= n_beside else "edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * n_beside + 1), axis=1)
