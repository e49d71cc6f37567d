"""One beat of a record and the segment by which a model names it, without cutting the whole record."""

from __future__ import annotations

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.edit import beat_surroundings, cut_segment, readable_in_runs, run_surroundings


def list_beats(record: Record) -> Annotations:
    """Return every beat of a record; without annotations, the detected ones, with "" as symbol."""
    if record.annotations is not None:
        return record.annotations.beats()
    r_sample = detect_r_peaks(record.lead(), record.fs)
    return Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), ""))


def list_readable(record: Record, segments: str) -> np.ndarray:
    """Return the R peaks, in samples, of the beats that a model can read.

    Parameters
    ----------
    record : Record
    segments : {"runs", "beats"}
        What the model reads. Of runs, these are the beats of the five classes in the first 1000 samples of their run.
    """
    if segments == "beats":
        return list_beats(record).sample
    if record.annotations is None or record.fs != MODEL_FS:
        return np.empty(0, dtype=np.int64)
    return record.annotations.sample[readable_in_runs(record.annotations)]


def nearest_beat(record: Record, time_s: float) -> int:
    """Return the R peak, in samples, of the beat that is nearest to a time in seconds.

    Raises
    ------
    SegmentError
        Where the record has none.
    """
    sample = list_beats(record).sample
    if len(sample) == 0:
        raise SegmentError("Record {record} has no beats. Choose another record.", record=record.name)
    return int(sample[np.abs(sample - time_s * record.fs).argmin()])


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
    marks = list_beats(record)
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
