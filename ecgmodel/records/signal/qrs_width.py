"""How long QRS takes, from all leads of a record and several beats of one kind.

As electrocardiographs do, it is measured on a representative beat and over all leads at once, from the earliest onset
to the latest offset (Kligfield et al. 2007, doi 10.1161/CIRCULATIONAHA.106.180200): what noise hides in one beat
stands out in the mean of many, and the slow end of a bundle branch block shows in V1 where MLII is level. The borders
are where the spatial velocity, the length of the slope over all leads, rises above and falls below a part of its peak
(after van Bemmel, Kors and van Herpen, Methods Inf Med 29:346-353, 1990). Two leads may miss what twelve would show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BEFORE_S, AFTER_S = 0.35, 0.45  # of the representative beat
NEAR = 30
"""So many beats of the kind are looked at, the nearest first, and at most `MOST` of them averaged."""
MOST = 15
LEAST = 3
ALIKE = 0.9  # correlation of QRS with that of the beat itself
ALIGN_S = 0.017  # annotations stand so far from where beats match best
QRS_S = 0.12  # to both sides of R: what is compared
LOW_PASS_HZ = 60.0
STEEP = 0.25  # part of the steepest slope that no P or T wave reaches
STEEP_S = (0.10, 0.13)  # before and behind R: where QRS has its steep parts
ONSET, OFFSET = 0.03, 0.07  # parts of the steepest slope; behind QRS the ST segment and T wave are never quite level
QUIET_S = 0.012
LIMIT_S = (0.12, 0.16)  # before and behind R: farther away nothing is believed
MOST_S = 0.20  # what is longer has rather run on into a steep T wave


@dataclass(frozen=True, slots=True)
class QrsSpan:
    """Onset and offset of QRS.

    Attributes
    ----------
    start, stop : int
        In samples of the record, for the beat that was asked for.
    n_beats : int
        How many were averaged.
    """

    start: int
    stop: int
    n_beats: int

    def ms(self, fs: float) -> float:
        """Return how long QRS takes, in milliseconds."""
        return (self.stop - self.start) / fs * 1000


def measure_qrs(signals: np.ndarray, fs: float, r_sample: int, alike: np.ndarray) -> QrsSpan | None:
    """Measure QRS of one beat, with the help of others of its kind.

    Parameters
    ----------
    signals : ndarray of shape (n_samples, n_leads)
        In mV.
    fs : float
        In Hz.
    r_sample : int
        R peak of the beat.
    alike : ndarray of int
        R peaks of the beats with its label, in any order; those whose QRS looks otherwise are left out.

    Returns
    -------
    QrsSpan or None
        `None` where fewer than `LEAST` beats look alike, or QRS does not stand out from what surrounds it.
    """
    before, after = round(BEFORE_S * fs), round(AFTER_S * fs)
    margin = max(round(ALIGN_S * fs), 1)
    near = alike[np.argsort(np.abs(alike - r_sample), kind="stable")][:NEAR]
    near = near[(near >= before + margin) & (near < len(signals) - after - margin)]
    if len(near) < LEAST or not before <= r_sample < len(signals) - after:
        return None
    ours = np.nan_to_num(signals[r_sample - before : r_sample + after]).astype(np.float64)  # (n_span, n_leads)
    matched = [_align(signals, int(r), ours, before, margin, round(QRS_S * fs)) for r in near]
    kept = [part for part in matched if part is not None][:MOST]
    if len(kept) < LEAST:
        return None
    borders = _borders(np.mean(kept, axis=0), before, fs)
    if borders is None:
        return None
    return QrsSpan(r_sample + borders[0] - before, r_sample + borders[1] - before, len(kept))


def _align(signals: np.ndarray, r: int, ours: np.ndarray, before: int, margin: int, qrs: int) -> np.ndarray | None:
    """Return a beat where it matches `ours` best, its leads around 0; `None` where it looks otherwise."""
    within = slice(before - qrs, before + qrs)
    wanted = (ours[within] - ours[within].mean(axis=0)).ravel()
    best, best_part = ALIKE, None
    for shift in range(-margin, margin + 1):
        start = r + shift - before
        part = np.nan_to_num(signals[start : start + len(ours)]).astype(np.float64)
        here = (part[within] - part[within].mean(axis=0)).ravel()
        size = np.linalg.norm(here) * np.linalg.norm(wanted)
        likeness = here @ wanted / size if size > 0 else 0.0
        if likeness > best:
            best, best_part = likeness, part - np.median(part, axis=0)
    return best_part


def _borders(beat: np.ndarray, r: int, fs: float) -> tuple[int, int] | None:
    """Return onset and offset in a representative beat of shape (n_span, n_leads); `None` where there are none."""
    from scipy.signal import butter, sosfiltfilt  # loads slowly

    low_pass = butter(2, min(LOW_PASS_HZ, 0.4 * fs), fs=fs, output="sos")
    slope = np.gradient(sosfiltfilt(low_pass, beat, axis=0), axis=0)
    velocity = np.linalg.norm(slope, axis=1)  # (n_span,)
    low, high = r - round(STEEP_S[0] * fs), r + round(STEEP_S[1] * fs)
    steepest = velocity[low:high].max()
    if steepest == 0:
        return None
    steep = low + np.flatnonzero(velocity[low:high] > STEEP * steepest)
    quiet = max(round(QUIET_S * fs), 1)
    first, last = r - round(LIMIT_S[0] * fs), r + round(LIMIT_S[1] * fs)
    start, stop = int(steep[0]), int(steep[-1])
    while start > first and velocity[start - quiet : start].max() >= ONSET * steepest:
        start -= 1
    while stop < last and velocity[stop + 1 : stop + 1 + quiet].max() >= OFFSET * steepest:
        stop += 1
    return None if start <= first or stop >= last or stop - start > MOST_S * fs else (start, stop)
