"""The segments of many records, all cut in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.labels import NEAREST_CLASS, class_index
from ecgmodel.records.record import Annotations, Record, default_lead
from ecgmodel.records.sources.catalogue import RecordOutline, open_record
from ecgmodel.records.sources.databases import MITDB
from ecgmodel.segments.beats import BEFORE_SAMPLES, CHANNELS, cut_beats
from ecgmodel.segments.dataset import SEGMENT_SAMPLES, Segments, join_segments
from ecgmodel.segments.runs import cut_runs, place_runs
from ecgmodel.segments.views import cut_views, place_views

SEGMENT_KINDS = ("runs", "beats")

MOST_BESIDE = 300
"""Segments of one class that are kept of a lead beside the default one: all of them would fill gigabytes."""


def cut_mitdb(
    kind: str,
    names: Sequence[str] = MITDB.record_names,
    all_leads: bool = False,
    on_record: Callable[[int, int], None] | None = None,
    thin: bool = False,
) -> Segments:
    """Cut labelled segments out of records, those of MIT-BIH unless others are named.

    Parameters
    ----------
    kind : {"runs", "beats"}
        Of beats, those are kept that have one of the five classes, or a symbol of the same AAMI group
        (`labels.NEAREST_CLASS`).
    names : sequence of str
    all_leads : bool
        As of `cut_record`.
    on_record : callable or None
        Called after each record with its number (from 1) and their count.
    thin : bool
        As of `views.cut_views`.

    Raises
    ------
    ConfigError
        Where there is no such kind.
    RecordError
        Where a record cannot be opened.
    """
    _check_kind(kind)
    parts = []
    for number, name in enumerate(names, start=1):
        parts += cut_record(kind, open_record(name), all_leads, thin)
        if on_record is not None:
            on_record(number, len(names))
    return join_segments(parts)


def cut_record(kind: str, record: Record, all_leads: bool = False, thin: bool = False) -> list[Segments]:
    """Cut the labelled segments of one record, lead by lead.

    Parameters
    ----------
    kind : {"runs", "beats"}
        As of `cut_mitdb`.
    record : Record
        Annotated.
    all_leads : bool
        Cut beats in all their `views`; of runs every lead, and of leads beside the default one at most `MOST_BESIDE`
        segments of a class, evenly over the record. Otherwise the default lead alone.
    thin : bool
        As of `views.cut_views`.
    """
    if kind == "beats" and all_leads:
        return [cut_views(record, thin)]
    cut = cut_runs if kind == "runs" else cut_labelled_beats
    return _by_lead(lambda lead: cut(record, lead), record.leads, all_leads)


def _by_lead(cut: Callable[[str], Segments], leads: Sequence[str], all_leads: bool) -> list[Segments]:
    """Return the segments of each lead that `cut_record` cuts."""
    main = default_lead(leads)
    if not all_leads:
        return [cut(main)]
    return [cut(lead) if lead == main else _thin(cut(lead)) for lead in leads]


def _thin(segments: Segments) -> Segments:
    kept = []
    for label in np.unique(segments.label):
        members = np.flatnonzero(segments.label == label)
        kept.append(members[np.linspace(0, len(members) - 1, min(len(members), MOST_BESIDE)).round().astype(int)])
    return segments.take(np.sort(np.concatenate([*kept, np.empty(0, np.int64)])))


def cut_labelled_beats(record: Record, lead: str) -> Segments:
    """Cut the beats of an annotated record that train or judge a network; the others only shape the rhythm."""
    marks = record.annotations.beats()
    symbol = _nearest_symbols(marks)
    segments = cut_beats(record.lead(lead), marks.sample, record.fs, symbol, record.name, lead, level=False)
    return segments.take(segments.label >= 0)


def place_segments(kind: str, outlines: Sequence[RecordOutline], all_leads: bool = False) -> Segments:
    """Return what `cut_mitdb` cuts out of these records, without the signals.

    Parameters
    ----------
    kind : {"runs", "beats"}
    outlines : sequence of RecordOutline
        Of annotated records.
    all_leads : bool

    Returns
    -------
    Segments
        In the same order; `signal` has no samples.

    Raises
    ------
    ConfigError
        Where there is no such kind.
    """
    _check_kind(kind)
    place = place_runs if kind == "runs" else _place_labelled_beats
    parts = []
    for outline in outlines:
        if kind == "beats" and all_leads:
            parts.append(place_views(outline))
            continue
        part = partial(place, outline.annotations, outline.n_samples, outline.name)
        parts += _by_lead(part, outline.leads, all_leads)
    return join_segments(parts)


def _place_labelled_beats(marks: Annotations, n_samples: int, record: str, lead: str) -> Segments:
    marks = marks.beats()
    label = np.array([class_index(symbol) for symbol in _nearest_symbols(marks)], dtype=np.int64)
    r_sample, label = marks.sample[label >= 0], label[label >= 0]
    n = len(label)
    return Segments(
        signal=np.zeros((n, 0, len(CHANNELS)), dtype=np.float32),
        length=np.full(n, SEGMENT_SAMPLES, dtype=np.int32),
        label=label,
        record=np.full(n, record),
        lead=np.full(n, lead),
        start_sample=r_sample - BEFORE_SAMPLES,
        r_sample=r_sample,
        n_beats=np.ones(n, dtype=np.int32),
    )


def _nearest_symbols(marks: Annotations) -> np.ndarray:
    return np.array([NEAREST_CLASS.get(mark, mark) for mark in marks.symbol], dtype=str)


def _check_kind(kind: str) -> None:
    if kind not in SEGMENT_KINDS:
        raise ConfigError(
            "The {name} is {value!r}. Choose one of {allowed}.",
            name="kind of segments",
            value=kind,
            allowed=", ".join(SEGMENT_KINDS),
        )
