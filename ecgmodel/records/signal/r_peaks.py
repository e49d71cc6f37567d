"""R peaks of signals that nobody annotated."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.errors import RecordError

if TYPE_CHECKING:
    from ecgmodel.records.signal.beat_scores import BeatScorer

MIN_SECONDS = 1.0
"""A shorter signal has no beat that a detector could tell from its surroundings."""

MIN_FS_HZ = 60.0
"""The detector's band reaches up to 22 Hz, and the steepness of a QRS complex is beyond it."""

LEAST_SCORE = 0.45
"""A candidate that is less likely a beat is none. Over the people of DS1 and svdb, each scored by a network that was
fitted without them, missed and invented beats together hardly change between 0.4 and 0.45; in electrode motion the
higher limit invents fewer."""

SURE_SCORE = 0.95
"""Half of the beats of an ECG score more: 0.986 and above in each record of mitdb and svdb. Where they do not, and come
without a rhythm, the signal is likely noise, and only what scores as much passes for a beat."""

REGULAR_SHARE = 0.1
"""Half of the RR intervals of a rhythm are within this share of their median; those of a very fast heart, whose beats
score less, are."""

REFRACTORY_S = 0.2
"""Of two candidates closer than this, the likelier is the beat; the heart cannot beat again so soon."""

LOCATE_S = 0.06
BASELINE_S = 0.25

BLOCK_S = 3600.0
"""Longer signals are searched in blocks, so that a day needs little memory."""

OVERLAP_S = 30.0
"""How far blocks reach into each other: the detector has to get used to the size of the beats."""


def detect_r_peaks(
    signal: np.ndarray,
    fs: float,
    progress: Callable[[float], None] | None = None,
    scorer: BeatScorer | None = None,
) -> np.ndarray:
    """Find the R peaks of one lead.

    Swells of energy in the band of the QRS complex are the candidates (`beat_candidates`). Each is scored by a small
    network that sees how high and steep it is beside what surrounds it (`beat_scores`), so P and T waves and noise are
    passed over that a threshold alone would take. The beats are then moved to the largest deflection within `LOCATE_S`
    from the median of `BASELINE_S` on both sides, where annotators put them.

    What it reaches, database by database and in noise, is in `assets/results/r-peaks.json`, which
    `python -m ecgmodel detector` measures.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead; any unit. No beat is reported where it is NaN.
    fs : float
        Sampling frequency in Hz.
    progress : callable or None
        Called with the share that is done, 0 to 1, after each block; what it raises ends the search.
    scorer : BeatScorer or None
        Scores the candidates; `None` takes the one that the project ships.

    Returns
    -------
    ndarray of shape (n_beats,), int64
        Samples, ascending; empty where the signal is flat or shorter than `MIN_SECONDS`.

    Raises
    ------
    RecordError
        Where `fs` is not above `MIN_FS_HZ`.

    Examples
    --------
    A beat is found where its R peak lies within 150 ms (ANSI/AAMI EC57).

    >>> from ecgmodel.records.sources.catalogue import open_record
    >>> record = open_record("simulated-mixed")
    >>> true, found = record.annotations.beats().sample[:30], detect_r_peaks(record.lead("MLII"), record.fs)[:30]
    >>> bool((abs(true - found) < 0.15 * record.fs).all())
    True
    """
    if not fs > MIN_FS_HZ:  # also true for NaN
        raise RecordError(
            "R peaks cannot be found in a signal sampled at {fs:g} Hz. It needs more than {least:g} Hz.",
            fs=fs,
            least=MIN_FS_HZ,
        )
    signal = np.asarray(signal)
    block, overlap = round(BLOCK_S * fs), round(OVERLAP_S * fs)
    starts = range(0, max(len(signal) - overlap, 1), block)
    stops = [start + block if start + block + overlap < len(signal) else len(signal) for start in starts]

    def search(start: int, stop: int) -> np.ndarray:
        first = max(start - overlap, 0)
        return first + _detect(signal[first : stop + overlap], fs, scorer)

    parts = [np.empty(0, dtype=np.int64)]
    seam = 0  # the next part begins here
    pool = ThreadPoolExecutor(os.cpu_count()) if len(stops) > 1 else None
    try:
        for stop, found in zip(stops, (pool.map if pool else map)(search, starts, stops), strict=True):
            found = found[found >= seam]
            if stop < len(signal):
                # Between two beats, so that the next block neither repeats nor loses one.
                last = int(np.searchsorted(found, stop, side="right"))
                seam = int(found[last - 1 : last + 1].mean()) + 1 if 0 < last < len(found) else stop
                found = found[:last]
            parts.append(found)
            if progress is not None:
                progress(min(stop / max(len(signal), 1), 1.0))
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)  # whoever asked may have stopped listening
    return np.concatenate(parts)


def _detect(signal: np.ndarray, fs: float, scorer: BeatScorer | None) -> np.ndarray:
    """Find the R peaks of one block."""
    known = np.isfinite(signal)
    if len(signal) < MIN_SECONDS * fs or not known.any():
        return np.empty(0, dtype=np.int64)
    if not known.all():
        at = np.arange(len(signal))
        signal = np.interp(at, at[known], signal[known])
    if signal.min() == signal.max():
        return np.empty(0, dtype=np.int64)
    # These load scipy.signal (0.5 s), and annotated records never need it.
    from ecgmodel.records.signal.beat_candidates import find_candidates
    from ecgmodel.records.signal.beat_scores import read_scorer

    candidates = find_candidates(signal, fs)
    score = (scorer or read_scorer()).score(candidates.features)
    beats = choose_beats(candidates.sample, score, REFRACTORY_S * fs, LEAST_SCORE)
    if len(beats) > 1 and np.median(score[np.isin(candidates.sample, beats)]) < SURE_SCORE:
        rr = np.diff(beats)
        if np.median(np.abs(rr - np.median(rr))) > REGULAR_SHARE * np.median(rr):
            beats = choose_beats(candidates.sample, score, REFRACTORY_S * fs, SURE_SCORE)
    peaks = np.unique(_locate(signal, fs, beats))
    return peaks[known[peaks]]


def choose_beats(sample: np.ndarray, score: np.ndarray, apart: float, least_score: float) -> np.ndarray:
    """Choose the likely candidates, of those too close together the likeliest.

    Parameters
    ----------
    sample : ndarray of shape (n_candidates,), int64
        Ascending.
    score : ndarray of shape (n_candidates,)
        How likely each is a beat, 0 to 1.
    apart : float
        Least distance in samples.
    least_score : float

    Returns
    -------
    ndarray of shape (n_beats,), int64
        Samples, ascending.
    """
    likely = score >= least_score
    sample, score = sample[likely], score[likely]
    # Equal scores in a row would give way one by one; by drawn lots, half of them do at once.
    lot = np.random.default_rng(0).permutation(len(score))
    place = np.empty(len(score), dtype=np.int64)
    place[np.lexsort((lot, score))] = np.arange(len(score))
    while len(left := np.flatnonzero(np.diff(sample) < apart)):
        right = left + 1
        left_wins = place[left] > place[right]
        loser, winner = np.where(left_wins, right, left), np.where(left_wins, left, right)
        # Who loses against a candidate that itself gives way may stay.
        gone = loser[~np.isin(winner, loser)]
        sample, place = np.delete(sample, gone), np.delete(place, gone)
    return sample


def _locate(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> np.ndarray:
    """Move each sample to the largest deflection around it: ndarray of shape (n_beats,), int64."""
    window = r_sample[:, None] + np.arange(-round(LOCATE_S * fs), round(LOCATE_S * fs) + 1)
    window = np.clip(window, 0, len(signal) - 1)
    deflection = np.abs(signal[window] - _baseline(signal, fs, r_sample)[:, None])  # (n_beats, n_window)
    return window[np.arange(len(r_sample)), deflection.argmax(axis=1)]


def _baseline(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> np.ndarray:
    """Return the median around each sample: ndarray of shape (n_beats,)."""
    wide = r_sample[:, None] + np.linspace(-BASELINE_S * fs, BASELINE_S * fs, 25).astype(np.int64)
    # Of an odd count the middle one; sorting a few is quicker than selecting.
    return np.sort(signal[np.clip(wide, 0, len(signal) - 1)], axis=1)[:, wide.shape[1] // 2]
