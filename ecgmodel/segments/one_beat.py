"""One beat of a record and the segment by which a model names it, without cutting the whole record."""

from __future__ import annotations

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES
from ecgmodel.records.r_peaks import detect_r_peaks
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.edit import beat_surroundings, cut_segment, readable_in_runs, run_surroundings


def list_beats(record: Record) -> Annotations:
    """Return the beats that every model can read: of the five classes, and within the first 1000 samples of their run.

    Of a record without annotations, they are the detected beats, with "" as symbol.
    """
    marks = record.annotations
    if marks is None:
        r_sample = detect_r_peaks(record.lead(), record.fs)
        return Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), ""))
    chosen = readable_in_runs(marks) if record.fs == MODEL_FS else np.isin(marks.symbol, CLASSES)
    return Annotations(marks.sample[chosen], marks.symbol[chosen], marks.aux[chosen])


def cut_one(record: Record, segments: str, r_sample: int, lead: str | None = None) -> Segments:
    """Cut the segment by which a model names one beat.

    Parameters
    ----------
    record : Record
    segments : {"runs", "beats"}
        What the model reads.
    r_sample : int
        R peak, in samples of the record.
    lead : str or None
        `None` takes the record's default lead.

    Returns
    -------
    Segments
        With one segment.

    Raises
    ------
    SegmentError
        Where no beat is at this place, or no run holds it.
    """
    lead = record.default_lead if lead is None else lead
    if segments == "runs":
        return cut_segment(run_surroundings(record, lead, r_sample))
    marks = list_beats(record) if record.annotations is None else record.annotations.beats()
    index = int(np.searchsorted(marks.sample, r_sample))
    if index == len(marks.sample) or marks.sample[index] != r_sample:
        raise SegmentError(
            "At {time_s:.3f} s of record {record} there is no beat. Choose another time.",
            time_s=r_sample / record.fs,
            record=record.name,
        )
    return cut_segment(
        beat_surroundings(record.name, lead, record.lead(lead), marks.sample, marks.symbol, record.fs, index)
    )
