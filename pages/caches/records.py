"""Records, their summaries, their R peaks, kept for all visitors; a visitor's own stay in the session."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.errors import RecordError
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.sources import catalogue
from ecgmodel.segments.resampling import ResampledLead
from ecgmodel.segments.runs import find_runs
from pages.caches.by_size import CacheBySize, array_bytes
from pages.caches.freeze import freeze
from pages.caches.listing import listed, stamp_files
from pages.session import place
from pages.session.visitor import own, own_stamp

RECORD_BYTES = 96_000_000
"""Of records that all visitors share: 18 of MIT-BIH, as a class has in use."""
MAX_SUMMARIES = 128
MAX_SIGNALS = 24
MAX_OWN = 2
"""What was found in a visitor's own records: for the page in view, and the one before."""


def record_names() -> tuple[str, ...]:
    """Return the name of every record that this visitor can open."""
    return (*own("record"), *(entry.name for entry in record_entries()))


def record_entries() -> tuple[catalogue.RecordEntry, ...]:
    """Return what there is to open beside this visitor's own records."""
    return tuple(_entries().values())


def _entries() -> dict[str, catalogue.RecordEntry]:
    return listed("records", lambda: {entry.name: entry for entry in catalogue.list_records()})


def default_record_name() -> str:
    """Return the record of a first visit: one that is on this machine."""
    return catalogue.default_record_name(record_entries())


def open_record(name: str) -> Record:
    """Return a record without using the network.

    Raises
    ------
    RecordError
        Where there is no such record, or it is not on this machine.
    """
    brought = own("record").get(name)
    return brought if brought is not None else shared_record(name, shared_stamp(name))


def record_in_use() -> Record:
    """Return the record in use, see `open_record`."""
    return open_record(place.record_name())


def availability(name: str) -> str | None:
    """Return where a record would be read from now; `None` where there is none of this name."""
    entry = _entries().get(name)
    return None if entry is None else entry.available


def record_stamp(name: str) -> str | None:
    """Return what tells the record that a name stands for now from any other of this name: a key for caches."""
    return own_stamp("record", name) if name in own("record") else shared_stamp(name)


def shared_stamp(name: str) -> str | None:
    """Return what tells the files of a record that all visitors share from others of their names: a key for caches.

    With it as a key, a record that has come, or whose files have changed, is read again. `None` where no file of it is
    on this machine, or it needs none; looked at once a run of a page.
    """
    if name not in _entries():
        return None
    return listed(f"files of record {name}", lambda: stamp_files(catalogue.record_paths(name)))


def record_summary(name: str) -> catalogue.RecordSummary | None:
    """Return what a record is without its signals; `None` where it is not on this machine."""
    return _shared_summary(name, shared_stamp(name))


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_summary(name: str, stamp: str | None) -> catalogue.RecordSummary | None:
    if availability(name) == "embedded":  # a simulated one is computed once, for all who ask
        return catalogue.summarise(shared_record(name, stamp))
    return catalogue.read_summary(name)


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def shared_outline(name: str, stamp: str | None) -> catalogue.RecordOutline:
    """Return an annotated record without its signals, which a count of its marks does not need.

    Raises
    ------
    RecordError
        Where it is not on this machine.
    """
    if availability(name) == "embedded":
        outline = catalogue.outline(shared_record(name, stamp))
    else:
        outline = catalogue.read_outline(name)
    if outline is None or outline.annotations is None:
        raise RecordError(
            "Record {record} is not on this machine. Fetch it with: python -m ecgmodel download {record}", record=name
        )
    return freeze(outline)


def shared_record(name: str, stamp: str | None) -> Record:
    """Return a record that all visitors share.

    Raises
    ------
    RecordError
        Where it is not on this machine, or damaged.
    """
    return _records().get((name, stamp), lambda: freeze(catalogue.open_record(name, allow_download=False)))


@st.cache_resource(show_spinner=False)
def _records() -> CacheBySize[Record]:
    return CacheBySize(RECORD_BYTES, array_bytes)


def segment_signals(rows: tuple[tuple[str, int], ...], n_samples: int) -> list[np.ndarray | None]:
    """Return stretches of default leads of records that all visitors share, in mV; NaN beyond a record's ends.

    They are at `MODEL_FS`, as the segments of a result are, whatever the record's own rate: svdb has 128 Hz.

    Parameters
    ----------
    rows : tuple of (str, int)
        Record and first sample of each, at `MODEL_FS`.
    n_samples : int
        At `MODEL_FS`.

    Returns
    -------
    list of ndarray of shape (n_samples,), float32, or None
        `None` where the record is not on this machine.
    """
    names = sorted({name for name, _ in rows})
    here = tuple((name, shared_stamp(name)) for name in names if availability(name) not in (None, "download"))
    return _shared_signals(rows, n_samples, here)


@st.cache_resource(max_entries=MAX_SIGNALS, show_spinner=False)
def _shared_signals(
    rows: tuple[tuple[str, int], ...], n_samples: int, here: tuple[tuple[str, str | None], ...]
) -> list[np.ndarray | None]:
    signals: dict[int, np.ndarray] = {}
    for name, _ in here:
        record = catalogue.open_record(name, allow_download=False)
        lead = ResampledLead(record.lead(record.default_lead), record.fs)
        for row, (of, start) in enumerate(rows):
            if of == name:
                piece = np.full(n_samples, np.nan, dtype=np.float32)
                first, stop = max(start, 0), min(start + n_samples, len(lead))
                piece[first - start : stop - start] = lead[first:stop]
                signals[row] = freeze(piece)
    return [signals.get(row) for row in range(len(rows))]


def count_runs() -> dict[str, int] | None:
    """Return how many runs of each class MIT-BIH has; `None` unless all its records are on this machine."""
    entries = [entry for entry in record_entries() if entry.source == "mitdb"]
    if any(entry.available == "download" for entry in entries):
        return None
    found = [_shared_run_counts(entry.name, shared_stamp(entry.name)) for entry in entries]
    return {symbol: sum(counts[symbol] for counts in found) for symbol in CLASSES}


def count_record_runs(name: str) -> dict[str, int]:
    """Return how many runs of each class an annotated record has."""
    if name in own("record"):
        return _count_runs(open_record(name).annotations)
    return _shared_run_counts(name, shared_stamp(name))


@st.cache_data(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_run_counts(name: str, stamp: str | None) -> dict[str, int]:
    return _count_runs(shared_outline(name, stamp).annotations)


def _count_runs(annotations: Annotations) -> dict[str, int]:
    symbols = annotations.symbol
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
    find = _own_peaks if record_name in own("record") else _shared_peaks
    return find(record_name, record_stamp(record_name), lead)


@st.cache_resource(max_entries=MAX_SIGNALS, show_spinner=False)
def _shared_peaks(record_name: str, stamp: str | None, lead: str) -> Annotations:
    return _detect(record_name, lead)


@st.cache_resource(scope="session", max_entries=MAX_OWN, show_spinner=False)
def _own_peaks(record_name: str, stamp: str, lead: str) -> Annotations:
    return _detect(record_name, lead)


def forget_own_peaks() -> None:
    """Drop what was found in this visitor's records."""
    _own_peaks.clear()


def _detect(record_name: str, lead: str) -> Annotations:
    from ecgmodel.records.signal.r_peaks import detect_r_peaks

    record = open_record(record_name)
    r_sample = detect_r_peaks(record.lead(lead), record.fs)
    return freeze(Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), "")))
