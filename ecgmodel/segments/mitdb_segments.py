"""The segments of all of MIT-BIH, cut one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.labels import NEAREST_CLASS
from ecgmodel.records.mitdb import RECORD_NAMES
from ecgmodel.records.record import Record
from ecgmodel.records.sources import open_record
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.runs import cut_runs

SEGMENT_KINDS = ("runs", "beats")


def cut_mitdb(
    kind: str,
    names: Sequence[str] = RECORD_NAMES,
    all_leads: bool = False,
    on_record: Callable[[int, int], None] | None = None,
) -> Segments:
    """Cut labelled segments out of MIT-BIH records.

    Parameters
    ----------
    kind : {"runs", "beats"}
        Of beats, those are kept that have one of the five classes, or a symbol of the same AAMI group
        (`labels.NEAREST_CLASS`).
    names : sequence of str
    all_leads : bool
        Every lead instead of each record's default one.
    on_record : callable or None
        Called after each record with its number (from 1) and their count.

    Raises
    ------
    ConfigError
        Where there is no such kind.
    RecordError
        Where a record cannot be opened.
    """
    if kind not in SEGMENT_KINDS:
        raise ConfigError(
            "The {name} is {value!r}. Choose one of {allowed}.",
            name="kind of segments",
            value=kind,
            allowed=", ".join(SEGMENT_KINDS),
        )
    parts = []
    for number, name in enumerate(names, start=1):
        record = open_record(name)
        leads = record.leads if all_leads else (record.default_lead,)
        parts += [cut_runs(record, lead) if kind == "runs" else cut_labelled_beats(record, lead) for lead in leads]
        if on_record is not None:
            on_record(number, len(names))
    return join_segments(parts)


def cut_labelled_beats(record: Record, lead: str) -> Segments:
    """Cut the beats of an annotated record that train or judge a network; the others only shape the rhythm."""
    marks = record.annotations.beats()
    symbol = np.array([NEAREST_CLASS.get(mark, mark) for mark in marks.symbol], dtype=str)
    segments = cut_beats(record.lead(lead), marks.sample, record.fs, symbol, record.name, lead)
    return segments.take(segments.label >= 0)
