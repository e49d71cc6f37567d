"""Records, their summaries, their R peaks, kept for all visitors; a visitor's own stay in the session."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.sources import catalogue
from ecgmodel.segments.runs import find_runs
from pages.caches.freeze import freeze
from pages.session import place
from pages.session.visitor import own

MAX_RECORDS = 6
MAX_SUMMARIES = 128
MAX_SIGNALS = 24


def record_names() -> tuple[str, ...]:
    """Return the name of every record that this visitor can open."""
    return (*own("record"), *(entry.name for entry in record_entries()))


def record_entries() -> tuple[catalogue.RecordEntry, ...]:
    """Return what there is to open beside this visitor's own records."""
    return catalogue.list_records()


def default_record_name() -> str:
    """Return the record of a first visit: one that is on this machine."""
    return catalogue.default_record_name()


def open_record(name: str) -> Record:
    """Return a record without using the network.

    Raises
    ------
    RecordError
        Where there is no such record, or it is not on this machine.
    """
    brought = own("record").get(name)
    return brought if brought is not None else shared_record(name, availability(name))


def record_in_use() -> Record:
    """Return the record in use, see `open_record`."""
    return open_record(place.record_name())


def availability(name: str) -> str | None:
    """Return where a record is now: with it as a key, a record that has come since is read again."""
    return next((entry.available for entry in record_entries() if entry.name == name), None)


def record_summary(name: str) -> catalogue.RecordSummary | None:
    """Return what a record is without its signals; `None` where it is not on this machine."""
    return _shared_summary(name, availability(name))


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_summary(name: str, available: str | None) -> catalogue.RecordSummary | None:
    return catalogue.read_summary(name)


@st.cache_resource(max_entries=MAX_RECORDS, show_spinner=False)
def shared_record(name: str, available: str | None) -> Record:
    return freeze(catalogue.open_record(name, allow_download=False))


def segment_signals(rows: tuple[tuple[str, int], ...], n_samples: int) -> list[np.ndarray | None]:
    """Return stretches of default leads of MIT-BIH and embedded records, in mV; NaN beyond a record's ends.

    Parameters
    ----------
    rows : tuple of (str, int)
        Record and first sample of each.
    n_samples : int

    Returns
    -------
    list of ndarray of shape (n_samples,), float32, or None
        `None` where the record is not on this machine.
    """
    where = tuple((name, availability(name)) for name in sorted({name for name, _ in rows}))
    return _shared_signals(rows, n_samples, where)


@st.cache_resource(max_entries=MAX_SIGNALS, show_spinner=False)
def _shared_signals(
    rows: tuple[tuple[str, int], ...], n_samples: int, where: tuple[tuple[str, str | None], ...]
) -> list[np.ndarray | None]:
    signals: dict[int, np.ndarray] = {}
    for name, available in where:
        if available in (None, "download"):
            continue
        record = catalogue.open_record(name, allow_download=False)
        lead = record.lead(record.default_lead)
        for row, (of, start) in enumerate(rows):
            if of == name:
                piece = np.full(n_samples, np.nan, dtype=np.float32)
                first, stop = max(start, 0), min(start + n_samples, len(lead))
                piece[first - start : stop - start] = lead[first:stop]
                signals[row] = freeze(piece)
    return [signals.get(row) for row in range(len(rows))]


def count_runs() -> dict[str, int] | None:
    """Return how many runs of each class MIT-BIH has; `None` unless all its records are on this machine."""
    names = [entry.name for entry in record_entries() if entry.source == "mitdb"]
    if any(availability(name) == "download" for name in names):
        return None
    found = [_shared_run_counts(name, availability(name)) for name in names]
    return {symbol: sum(counts[symbol] for counts in found) for symbol in CLASSES}


def count_record_runs(name: str) -> dict[str, int]:
    """Return how many runs of each class an annotated record has."""
    if name in own("record"):
        return _count_runs(open_record(name))
    return _shared_run_counts(name, availability(name))


@st.cache_data(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_run_counts(name: str, available: str | None) -> dict[str, int]:
    return _count_runs(catalogue.open_record(name, allow_download=False))


def _count_runs(record: Record) -> dict[str, int]:
    symbols = record.annotations.symbol
    first = symbols[find_runs(symbols)[:, 0]]
    return {symbol: int(np.sum(first == symbol)) for symbol in CLASSES}


def find_beats(record_name: str, lead: str, beats: str) -> Annotations:
    """Return every beat of a record: the experts', or detected ones with the symbol "".

    Raises
    ------
    EcgModelError
        Where the record cannot be opened or has no such lead.
    """
    record = open_record(record_name)
    if beats == "annotated" and record.annotations is not None:
        return record.annotations.beats()
    if record_name not in own("record"):
        return _shared_peaks(record_name, availability(record_name), lead)
    kept = own("peaks")
    if (record_name, lead) not in kept:
        kept.clear()
        kept[record_name, lead] = _detect(record_name, lead)
    return kept[record_name, lead]


@st.cache_resource(max_entries=MAX_SIGNALS, show_spinner=False)
def _shared_peaks(record_name: str, where: str | None, lead: str) -> Annotations:
    return _detect(record_name, lead)


def _detect(record_name: str, lead: str) -> Annotations:
    from ecgmodel.records.signal.r_peaks import detect_r_peaks

    record = open_record(record_name)
    r_sample = detect_r_peaks(record.lead(lead), record.fs)
    return freeze(Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), "")))
