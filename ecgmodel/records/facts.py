"""An annotated record in a few numbers: beats by symbol, rhythms by their share of time, rates, runs and pauses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Record
from ecgmodel.records.timeline import beat_times, find_gaps, rhythm_spans


@dataclass(frozen=True, slots=True)
class SymbolCount:
    """How many annotations carry a symbol."""

    symbol: str
    n: int


@dataclass(frozen=True, slots=True)
class RhythmShare:
    """How much of the annotated time a rhythm takes, 0 to 1, and where its longest stretch begins."""

    rhythm: str
    share: float
    longest_start_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class BeatRun:
    """The longest run of consecutive beats with one symbol."""

    symbol: str
    n: int
    start_s: float


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Numbers of an annotated record. An interval across samples that are missing is no RR interval.

    Attributes
    ----------
    n_beats : int
    counts : tuple of SymbolCount
        Beats by symbol, the most frequent first.
    rhythms : tuple of RhythmShare
        The longest-lasting first; empty where no rhythm is annotated.
    median_rate_bpm : float or None
        From the median RR interval; `None` without any.
    longest_rr_s, longest_rr_start_s : float or None
        The longest interval between two beats, and the beat before it.
    longest_ventricular_run : BeatRun or None
        Of V beats; `None` without any.
    prematurity : float or None
        Median of the RR interval before a premature beat (A or V) over the median RR interval of the record; `None`
        without such beats.
    """

    n_beats: int
    counts: tuple[SymbolCount, ...]
    rhythms: tuple[RhythmShare, ...]
    median_rate_bpm: float | None
    longest_rr_s: float | None
    longest_rr_start_s: float | None
    longest_ventricular_run: BeatRun | None
    prematurity: float | None


def find_facts(record: Record) -> RecordFacts | None:
    """Return the numbers of a record, or `None` where nobody annotated it."""
    if record.annotations is None:
        return None
    beats = beat_times(record.annotations, record.fs, find_gaps(record.signals, record.fs))
    known = np.flatnonzero(np.isfinite(beats.rr_s))  # the others are the first beat, and those after a gap
    rr_s = beats.rr_s[known]
    longest = int(known[np.argmax(rr_s)]) if len(rr_s) else None
    premature = rr_s[np.isin(beats.symbol[known], ("A", "V"))]
    return RecordFacts(
        n_beats=len(beats),
        counts=tuple(SymbolCount(symbol, n) for symbol, n in Counter(beats.symbol.tolist()).most_common()),
        rhythms=_rhythm_shares(record),
        median_rate_bpm=float(60.0 / np.median(rr_s)) if len(rr_s) else None,
        longest_rr_s=None if longest is None else float(beats.rr_s[longest]),
        longest_rr_start_s=None if longest is None else float(beats.time_s[longest - 1]),
        longest_ventricular_run=_longest_run(beats.symbol, beats.time_s, "V"),
        prematurity=float(np.median(premature) / np.median(rr_s)) if len(premature) else None,
    )


def _rhythm_shares(record: Record) -> tuple[RhythmShare, ...]:
    spans = rhythm_spans(record.annotations, record.n_samples)
    total = sum(span.stop_sample - span.start_sample for span in spans)
    shares = []
    for rhythm in dict.fromkeys(span.rhythm for span in spans):
        lengths = {span.start_sample: span.stop_sample - span.start_sample for span in spans if span.rhythm == rhythm}
        start = max(lengths, key=lengths.__getitem__)
        shares.append(RhythmShare(rhythm, sum(lengths.values()) / total, start / record.fs, lengths[start] / record.fs))
    return tuple(sorted(shares, key=lambda part: -part.share))


def _longest_run(symbols: np.ndarray, time_s: np.ndarray, symbol: str) -> BeatRun | None:
    is_symbol = np.concatenate(([False], symbols == symbol, [False]))
    edges = np.flatnonzero(np.diff(is_symbol.astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return None
    longest = int(np.argmax(stops - starts))
    return BeatRun(symbol, int(stops[longest] - starts[longest]), float(time_s[starts[longest]]))
