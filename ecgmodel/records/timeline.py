"""What happens when in an annotated record: beats with their RR intervals, stretches of rhythm, the next of a kind."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Annotations

RHYTHM_NAMES = {
    "(AB": "Atrial bigeminy",
    "(AFIB": "Atrial fibrillation",
    "(AFL": "Atrial flutter",
    "(B": "Ventricular bigeminy",
    "(BII": "Second-degree AV block",
    "(IVR": "Idioventricular rhythm",
    "(N": "Normal sinus rhythm",
    "(NOD": "Nodal rhythm",
    "(P": "Paced rhythm",
    "(PREX": "Pre-excitation",
    "(SBR": "Sinus bradycardia",
    "(SVTA": "Supraventricular tachycardia",
    "(T": "Ventricular trigeminy",
    "(VFL": "Ventricular flutter",
    "(VT": "Ventricular tachycardia",
}
"""The rhythms that MIT-BIH names in the text of its `+` marks (https://physionet.org/physiobank/annotations.shtml)."""


GAP_S = 0.04
"""Half a narrow QRS complex: of a beat that falls into less, a flank is still seen."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatTimes:
    """Beats in the order of time.

    Attributes
    ----------
    sample : ndarray of shape (n,), int64
        R peaks, in samples from the start of the record.
    time_s : ndarray of shape (n,), float64
        The same in seconds.
    symbol : ndarray of shape (n,), str
    rr_s : ndarray of shape (n,), float64
        Interval since the beat before, in seconds; NaN at the first beat of a record and across a gap.
    rate_bpm : ndarray of shape (n,), float64
        Beats a minute at that interval; NaN likewise.
    """

    sample: np.ndarray
    time_s: np.ndarray
    symbol: np.ndarray
    rr_s: np.ndarray
    rate_bpm: np.ndarray

    def __len__(self) -> int:
        return len(self.sample)

    def between(self, start_s: float, stop_s: float) -> BeatTimes:
        """Return the beats of a window, `start_s` included and `stop_s` not."""
        low, high = np.searchsorted(self.time_s, [start_s, stop_s])
        window = slice(low, high)
        return BeatTimes(
            self.sample[window], self.time_s[window], self.symbol[window], self.rr_s[window], self.rate_bpm[window]
        )


@dataclass(frozen=True, slots=True)
class RhythmSpan:
    """A stretch of one rhythm, in samples; `stop_sample` is not part of it."""

    rhythm: str
    start_sample: int
    stop_sample: int


def find_gaps(signals: np.ndarray, fs: float) -> np.ndarray:
    """Find where a recording has no samples for so long that a beat could be there.

    Parameters
    ----------
    signals : ndarray of shape (n_samples,) or (n_samples, n_leads), float32
        NaN where there is no sample. Of several leads one is enough to see a beat.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    ndarray of shape (n, 2), int64
        Samples [start, stop) of each gap of at least `GAP_S`, in the order of time.
    """
    shortest = max(math.ceil(GAP_S * fs), 1)
    if not np.isnan(signals[::shortest]).any():  # a gap would hold one of these; a day need not be read for it
        return np.empty((0, 2), dtype=np.int64)
    missing = np.isnan(signals)
    if missing.ndim == 2:
        missing = missing.all(axis=1)
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False)).reshape(-1, 2)
    return drop_short_gaps(edges, fs)


def drop_short_gaps(gaps: np.ndarray, fs: float) -> np.ndarray:
    """Return those stretches without samples, one a row, that last at least `GAP_S`."""
    return gaps[gaps[:, 1] - gaps[:, 0] >= GAP_S * fs]


def rr_intervals(r_sample: np.ndarray, fs: float, gaps: np.ndarray | None = None) -> np.ndarray:
    """Return the interval before each beat in seconds; what lies across a gap is no RR interval.

    Parameters
    ----------
    r_sample : ndarray of shape (n,), int64
        R peaks, ascending.
    fs : float
        Sampling frequency in Hz.
    gaps : ndarray of shape (n_gaps, 2), int64, or None
        As of `find_gaps`; `None` where nothing is missing.

    Returns
    -------
    ndarray of shape (n,), float64
        NaN at the first beat, and where samples are missing since the beat before.
    """
    rr_s = np.diff(r_sample / fs, prepend=np.nan)
    for start, stop in () if gaps is None else gaps.tolist():
        rr_s[np.searchsorted(r_sample, start) : np.searchsorted(r_sample, stop) + 1] = np.nan
    return rr_s


def beat_times(annotations: Annotations, fs: float, gaps: np.ndarray | None = None) -> BeatTimes:
    """Return the beats of a record with their RR intervals; marks that are no beats are left out."""
    beats = annotations.beats()
    time_s = beats.sample / fs
    rr_s = rr_intervals(beats.sample, fs, gaps)
    # Two marks of one database may share a sample; their rate is infinite, and no warning helps.
    with np.errstate(divide="ignore"):
        rate_bpm = 60.0 / rr_s
    return BeatTimes(beats.sample, time_s, beats.symbol, rr_s, rate_bpm)


def rhythm_spans(annotations: Annotations, n_samples: int) -> tuple[RhythmSpan, ...]:
    """Return the stretches of rhythm, each up to the next change or the end of the record."""
    changes = (annotations.symbol == "+") & np.char.startswith(annotations.aux, "(")
    starts = annotations.sample[changes].tolist()
    stops = [*starts[1:], n_samples]
    names = annotations.aux[changes].tolist()
    return tuple(RhythmSpan(name, start, stop) for name, start, stop in zip(names, starts, stops, strict=False))
