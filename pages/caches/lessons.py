"""What the course and the Gates page show of single beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.sources import embedded

if TYPE_CHECKING:
    from ecgmodel.lesson.facts import LessonFacts
    from ecgmodel.network.inside.gates import GateTrace
    from ecgmodel.records.signal.qrs_width import QrsSpan
    from ecgmodel.segments.dataset import Segments
from pages.caches.freeze import freeze
from pages.caches.models import model_stamp, open_classifier, untrained_classifier
from pages.caches.records import open_record, record_entries, record_stamp, shared_record, shared_stamp
from pages.session.visitor import own

MAX_BEATS = 128
MAX_CHOICES = 256
MAX_TRACES = 24


def lesson_record_names() -> tuple[str, ...]:
    """Return the records that a lesson can show at once: this visitor's own, and those on this machine."""
    return (*own("record"), *(entry.name for entry in record_entries() if entry.available != "download"))


def lesson_beats(name: str) -> Annotations:
    """Return the beats of a record that a lesson can use, see `segments.one_beat.list_beats`."""
    from ecgmodel.segments.one_beat import list_beats

    if name in own("record"):
        return list_beats(open_record(name))
    return _shared_lesson_beats(name, shared_stamp(name))


@st.cache_resource(max_entries=MAX_BEATS, show_spinner=False)
def _shared_lesson_beats(name: str, stamp: str | None) -> Annotations:
    from ecgmodel.segments.one_beat import list_beats

    return freeze(list_beats(shared_record(name, stamp)))


@st.cache_data(max_entries=MAX_BEATS, show_spinner=False)
def _shared_typical_beat(name: str, stamp: str | None, symbol: str) -> int | None:
    from ecgmodel.segments.typical import find_typical

    return find_typical(shared_record(name, stamp), symbol)


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """The most typical beat of a class in a record.

    Attributes
    ----------
    record : str
    source : str
        Where the record is from.
    fs : float
        In Hz.
    r_sample : int
        In samples of the record.
    signal : ndarray of shape (n,), float32
        Of the default lead, in mV; 0 where samples are missing.
    """

    record: str
    source: str
    fs: float
    r_sample: int
    signal: np.ndarray


def typical_excerpt(name: str, symbol: str, before_s: float, after_s: float) -> Excerpt:
    """Return the most typical beat of a class in a record that has one, with so many seconds around it."""
    return _shared_excerpt(name, shared_stamp(name), symbol, before_s, after_s)


@st.cache_resource(max_entries=MAX_BEATS, show_spinner=False)
def _shared_excerpt(name: str, stamp: str | None, symbol: str, before_s: float, after_s: float) -> Excerpt:
    record, r_sample = shared_record(name, stamp), _shared_typical_beat(name, stamp, symbol)
    around = slice(r_sample - round(before_s * record.fs), r_sample + round(after_s * record.fs))
    signal = np.nan_to_num(record.lead()[around]).astype(np.float32)
    return freeze(Excerpt(name, record.source, record.fs, r_sample, signal))


def trace_lesson(record_name: str, r_sample: int, cell: str, model_name: str | None) -> tuple[Segments, GateTrace]:
    """Return the segment of one beat, and what the recurrent layer of a model (`None`: an untrained one) did with it.

    Raises
    ------
    EcgModelError
        Where the model cannot read this beat.
    """
    if record_name in own("record") or model_name in own("model"):
        return _trace_lesson(record_name, r_sample, cell, model_name)
    stamps = record_stamp(record_name), None if model_name is None else model_stamp(model_name)
    return _shared_lesson_trace(record_name, r_sample, cell, model_name, stamps)


@st.cache_resource(max_entries=MAX_TRACES, show_spinner=False)
def _shared_lesson_trace(
    record_name: str, r_sample: int, cell: str, model_name: str | None, stamps: tuple[str | None, str | None]
) -> tuple[Segments, GateTrace]:
    return _trace_lesson(record_name, r_sample, cell, model_name)


def _trace_lesson(record_name: str, r_sample: int, cell: str, model_name: str | None) -> tuple[Segments, GateTrace]:
    from ecgmodel.network.inside.gates import trace_gates
    from ecgmodel.segments.one_beat import cut_one

    classifier = untrained_classifier(cell) if model_name is None else open_classifier(model_name, record_name)
    model = classifier.model
    segments = freeze(cut_one(open_record(record_name), model.card.segments, r_sample))
    prediction = classifier.predict(segments, with_states=True)
    return segments, freeze(trace_gates(model, prediction, segments.length))


def first_beat(
    record_name: str, model_name: str, lead: str, is_named: bool, start_s: float, find: Callable[[], int]
) -> int:
    """Return which beat a first look into the cell shows: what `find` finds, once for all visitors.

    Parameters
    ----------
    record_name, model_name, lead : str
    is_named : bool
        Whether the beats are the experts'; otherwise they were detected.
    start_s : float
        Where the view begins.
    find : callable
        Asks the model about beats from there on; for a visitor's own record or model it is asked each time.
    """
    if record_name in own("record") or model_name in own("model"):
        return find()
    stamps = record_stamp(record_name), model_stamp(model_name)
    return _shared_first_beat((record_name, model_name, lead, is_named, start_s, stamps), find)


@st.cache_data(max_entries=MAX_CHOICES, show_spinner=False)
def _shared_first_beat(key: tuple[object, ...], _find: Callable[[], int]) -> int:
    return _find()


def lesson_qrs(record: Record, r_sample: int, alike: np.ndarray) -> QrsSpan | None:
    """Return QRS of a beat, measured with others of its label; `None` where it does not stand out.

    Parameters
    ----------
    record : Record
    r_sample : int
    alike : ndarray of int
        R peaks of the beats of that label, which the record and the beat alone determine.
    """
    if record.name in own("record"):
        return _measure_qrs(record, r_sample, alike)
    return _shared_qrs(record.name, record_stamp(record.name), r_sample, alike)


@st.cache_resource(max_entries=MAX_CHOICES, show_spinner=False)
def _shared_qrs(name: str, stamp: str | None, r_sample: int, _alike: np.ndarray) -> QrsSpan | None:
    return _measure_qrs(open_record(name), r_sample, _alike)


def _measure_qrs(record: Record, r_sample: int, alike: np.ndarray) -> QrsSpan | None:
    from ecgmodel.records.signal.qrs_width import measure_qrs

    return measure_qrs(record.signals, record.fs, r_sample, alike)


def time_cells(n_segments: int) -> dict[str, tuple[float, ...]]:
    """Measure now how long the paper's network takes with either cell, in seconds a turn, see `network.cost`."""
    from ecgmodel.network.cost import time_serving
    from ecgmodel.segments.runs import cut_runs

    segments = cut_runs(open_record(embedded.DEFAULT_NAME))
    chosen = segments.take(np.arange(n_segments) % len(segments))
    return time_serving({cell: untrained_classifier(cell) for cell in ("gru", "lstm")}, chosen)


def lesson_facts(name: str) -> LessonFacts:
    """Return what a lesson says of a record that everybody can open, see `ecgmodel.lesson.facts`."""
    return _shared_lesson_facts(name, shared_stamp(name))


@st.cache_resource(max_entries=2, show_spinner=False)
def _shared_lesson_facts(name: str, stamp: str | None) -> LessonFacts:
    from ecgmodel.lesson.facts import find_facts

    return find_facts(shared_record(name, stamp))
