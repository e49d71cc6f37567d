"""Runs: the data set of Oh et al. 2018 (doi 10.1016/j.compbiomed.2018.06.002).

A run is a maximal stretch of consecutive annotations with the same symbol. *Every* annotation counts, so a change of
rhythm or of signal quality between two beats also ends a run. All 48 records give 16,499 runs of the five classes, the
paper's table class by class. Runs are cut by their labels: their length alone reveals something of their class, and
without labels there are none. Live classification uses `beats` instead.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.labels import class_index
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES, Segments, standardise

SAMPLES_BEFORE = 99
SAMPLES_AFTER = 160


def find_runs(symbols: np.ndarray) -> np.ndarray:
    """Return first and last index of every run of equal symbols.

    Parameters
    ----------
    symbols : ndarray of shape (n,), str

    Returns
    -------
    ndarray of shape (n_runs, 2), int64
        Both ends inclusive.

    Examples
    --------
    A rhythm annotation ends a run as any other does.

    >>> find_runs(np.array(list("NNV+NN"))).tolist()
    [[0, 1], [2, 2], [3, 3], [4, 5]]
    """
    if len(symbols) == 0:
        return np.empty((0, 2), dtype=np.int64)
    breaks = np.flatnonzero(symbols[1:] != symbols[:-1])
    return np.column_stack([np.r_[0, breaks + 1], np.r_[breaks, len(symbols) - 1]]).astype(np.int64)


def cut_runs(record: Record, lead: str | None = None) -> Segments:
    """Cut the runs of the five classes out of one lead of an annotated record.

    Parameters
    ----------
    record : Record
    lead : str or None
        `None` takes the record's default lead.

    Returns
    -------
    Segments
        With `SEGMENT_SAMPLES` samples and one channel.

    Raises
    ------
    SegmentError
        Where the record has no annotations, or another sampling frequency than `MODEL_FS`.

    Examples
    --------
    >>> from ecgmodel.records.sources.catalogue import open_record
    >>> segments = cut_runs(open_record("simulated-mixed"))
    >>> segments.signal.shape[1:], int(segments.length.max())
    ((1000, 1), 1000)
    """
    if record.annotations is None:
        raise SegmentError(
            "Record {record} has no annotations, and runs are cut by them. Choose a model that reads single beats.",
            record=record.name,
        )
    if record.fs != MODEL_FS:
        raise SegmentError(
            "Record {record} has {fs:g} Hz; runs are cut at {model_fs:g} Hz. Resample it first.",
            record=record.name,
            fs=record.fs,
            model_fs=MODEL_FS,
        )
    lead = record.default_lead if lead is None else lead
    signal = record.lead(lead)
    runs = place_runs(record.annotations, len(signal), record.name, lead)
    padded = np.zeros((len(runs), SEGMENT_SAMPLES, 1), dtype=np.float32)
    for row, (begin, length) in enumerate(zip(runs.start_sample, runs.length, strict=True)):
        padded[row, :length, 0] = standardise(signal[begin : begin + length])
    return replace(runs, signal=padded)


def can_cut_runs(record: Record) -> bool:
    """Tell whether a record can be cut into runs: it is annotated, and sampled at `MODEL_FS`."""
    return record.annotations is not None and record.fs == MODEL_FS


def place_runs(marks: Annotations, n_samples: int, record: str = "", lead: str = "") -> Segments:
    """Return the runs of the five classes in a lead of `n_samples`, without their signals.

    Returns
    -------
    Segments
        As of `cut_runs`, but for `signal`, which has no samples.
    """
    runs = find_runs(marks.symbol)
    label = np.array([class_index(symbol) for symbol in marks.symbol[runs[:, 0]]], dtype=np.int64)
    runs, label = runs[label >= 0], label[label >= 0]
    first, last = marks.sample[runs[:, 0]], marks.sample[runs[:, 1]]
    start = np.maximum(first - SAMPLES_BEFORE, 0)
    stop = np.minimum(np.minimum(last + SAMPLES_AFTER + 1, start + SEGMENT_SAMPLES), n_samples)
    return Segments(
        signal=np.zeros((len(runs), 0, 1), dtype=np.float32),
        length=(stop - start).astype(np.int32),
        label=label,
        record=np.full(len(runs), record),
        lead=np.full(len(runs), lead),
        start_sample=start,
        r_sample=first,
        n_beats=(runs[:, 1] - runs[:, 0] + 1).astype(np.int32),
    )
