"""P, QRS and T of one beat, by rules that a reader can follow with a finger on the trace.

It is made for showing a clear beat, not for measuring patients: P is the largest bump between the beat before and QRS,
T the largest one behind QRS. Where QRS was not measured (`qrs_width`), it is shown where the trace is steep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.signal.qrs_width import QrsSpan

QRS_SEARCH_S = (0.14, 0.16)  # before and behind the R peak
STEEP = 0.12  # part of the steepest slope that still belongs to QRS
QUIET_S = 0.022  # so long must the trace be less steep for QRS to have ended
P_SEARCH_S = (0.26, 0.015)  # before QRS
T_SEARCH_S = (0.06, 0.40)  # behind QRS
VISIBLE_MV = 0.05
SMOOTH_S = 0.012


@dataclass(frozen=True, slots=True)
class Waves:
    """Where the waves of a beat are, in samples from the record's start.

    Attributes
    ----------
    qrs_start, qrs_stop : int
    p_peak, t_peak : int or None
        `None` where no bump of `VISIBLE_MV` stands out.
    """

    qrs_start: int
    qrs_stop: int
    p_peak: int | None
    t_peak: int | None


def find_waves(
    signal: np.ndarray,
    fs: float,
    r_sample: int,
    previous_r: int | None = None,
    qrs: QrsSpan | None = None,
    *,
    atrial: bool = True,
) -> Waves:
    """Find the waves of one beat.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV.
    fs : float
        In Hz.
    r_sample : int
        Its R peak.
    previous_r : int or None
        R peak of the beat before, whose T wave must not be taken for a P wave.
    qrs : QrsSpan or None
        QRS as it was measured; `None` shows the steep part of this beat.
    atrial : bool
        Whether the beat comes from the atria. One from the ventricles has no P wave of its own, and what stands before
        it is the end of the last T wave, or a P wave that conducted nothing.
    """
    smooth = _smooth(np.nan_to_num(signal), round(SMOOTH_S * fs), r_sample, fs)
    values, offset = smooth
    r = r_sample - offset
    start, stop = _steep_part(values, fs, r) if qrs is None else (qrs.start - offset, qrs.stop - offset)
    p_low = start - round(P_SEARCH_S[0] * fs)
    if previous_r is not None:
        p_low = max(p_low, previous_r - offset + round(0.30 * fs), (previous_r - offset + 2 * r) // 3)
    p = _bump(values, p_low, start - round(P_SEARCH_S[1] * fs)) if atrial else None
    t = _bump(values, stop + round(T_SEARCH_S[0] * fs), stop + round(T_SEARCH_S[1] * fs))
    return Waves(start + offset, stop + offset, None if p is None else p + offset, None if t is None else t + offset)


def _steep_part(values: np.ndarray, fs: float, r: int) -> tuple[int, int]:
    """Return where the trace begins and ends to be steep around an R peak."""
    slope = np.abs(np.gradient(values))
    low = max(r - round(QRS_SEARCH_S[0] * fs), 0)
    high = min(r + round(QRS_SEARCH_S[1] * fs), len(values) - 1)
    steep = slope[low : high + 1] > STEEP * slope[low : high + 1].max(initial=0)
    quiet = max(round(QUIET_S * fs), 1)
    before, behind = steep[: r - low + 1][::-1], steep[r - low :]
    return r - _steps_until_quiet(before, quiet), r + _steps_until_quiet(behind, quiet)


def _smooth(signal: np.ndarray, width: int, r_sample: int, fs: float) -> tuple[np.ndarray, int]:
    first, last = max(r_sample - round(fs), 0), min(r_sample + round(fs), len(signal))
    kernel = np.ones(max(width, 1)) / max(width, 1)
    padded = np.pad(signal[first:last].astype(np.float64), len(kernel), mode="edge")
    return np.convolve(padded, kernel, mode="same")[len(kernel) : -len(kernel)], first


def _steps_until_quiet(steep: np.ndarray, quiet: int) -> int:
    """Return how far from the R peak the last steep sample lies before a quiet stretch."""
    last = 0
    for step, is_steep in enumerate(steep):
        if is_steep:
            last = step
        elif step - last >= quiet and last > 0:
            break
    return last


def _bump(values: np.ndarray, low: int, high: int) -> int | None:
    """Return where the trace is farthest from the straight line between two places."""
    low, high = max(low, 0), min(high, len(values) - 1)
    if high - low < 4:
        return None
    part = values[low : high + 1]
    away = np.abs(part - np.linspace(part[0], part[-1], len(part)))
    peak = int(away.argmax())
    return low + peak if away[peak] >= VISIBLE_MV else None
