"""From a record to named beats: its R peaks, the segment of each, and what a model says of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgmodel.classification.reservations import find_reservations
from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES, class_index
from ecgmodel.network.model_file import Model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.imports.evidence import Sentence
from ecgmodel.records.record import Record
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.segments.beats import AFTER_SAMPLES, BEFORE_SAMPLES
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.long_records import cut_piece
from ecgmodel.segments.resampling import ResampledLead, to_model_samples
from ecgmodel.segments.runs import cut_runs, find_runs

PIECE = 384
"""Segments that a thread cuts and serves at a time: a day of them at once would fill a gigabyte."""

PIECE_MULTIPLY_ADDS = 4_000_000_000
"""Fewer at a time where a network is large, so that whoever waits can stop within seconds."""

BeatSource = Literal["annotated", "detected"]


@dataclass(frozen=True, slots=True, eq=False)
class RecordPrediction:
    """What a model says of every beat of a record; one row a beat, in the order of time.

    Attributes
    ----------
    record, lead : str
    fs : float
        Of the record, in Hz; all samples below count at this rate, from the record's start.
    beats : {"annotated", "detected"}
        Where the R peaks come from.
    r_sample : ndarray of shape (n,), int64
    symbol : ndarray of shape (n,), str
        The experts' symbol; "" where R peaks were detected.
    probabilities : ndarray of shape (n, 5), float32
    label : ndarray of shape (n,), int64
        Index of the most probable class.
    start_sample, stop_sample : ndarray of shape (n,), int64
        The model saw the samples from start up to, not including, stop.
    ready_sample : ndarray of shape (n,), int64
        When the beat can be named, were the record live.
    reservations : tuple of Sentence
        What makes no name sure, see `find_reservations`; empty where nothing does.
    """

    record: str
    lead: str
    fs: float
    beats: BeatSource
    r_sample: np.ndarray
    symbol: np.ndarray
    probabilities: np.ndarray
    label: np.ndarray
    start_sample: np.ndarray
    stop_sample: np.ndarray
    ready_sample: np.ndarray
    reservations: tuple[Sentence, ...] = ()

    def __len__(self) -> int:
        return len(self.r_sample)

    @property
    def predicted(self) -> np.ndarray:
        """ndarray of shape (n,), str: the most probable class's symbol."""
        return np.array(CLASSES)[self.label]


def classify_record(
    record: Record,
    model: Model | Classifier,
    *,
    lead: str | None = None,
    beats: BeatSource = "annotated",
    progress: Callable[[float], None] | None = None,
) -> RecordPrediction:
    """Name every beat of a record.

    Parameters
    ----------
    record : Record
    model : Model or Classifier
        Its card says whether it reads beats or runs. Of a run, every beat gets the run's probabilities, and beats
        outside the five classes are left out, since no run holds them.
    lead : str or None
        `None` takes the record's default lead.
    beats : {"annotated", "detected"}
        Where the R peaks come from.
    progress : callable or None
        Called with the share that is done, 0 to 1, behind each piece of work; what it raises ends the work.

    Raises
    ------
    SegmentError
        Where annotated beats, or runs, are asked for and the record has no annotations.
    RecordError
        Where the record has no such lead.

    Examples
    --------
    >>> from ecgmodel.network.model_file import open_shipped_model
    >>> from ecgmodel.records.sources.catalogue import open_record
    >>> record = open_record("simulated-mixed")
    >>> prediction = classify_record(record, open_shipped_model("beats-gru"), beats="annotated")
    >>> len(prediction) == len(record.annotations.beats().sample), prediction.probabilities.shape[1]
    (True, 5)
    """
    classifier = _classifier_for(record, model if isinstance(model, Classifier) else Classifier(model))
    lead = record.default_lead if lead is None else lead
    if classifier.model.card.segments == "runs":
        if beats == "detected":
            raise SegmentError(
                "Model '{model}' reads runs, which only the experts' labels can cut. Choose a model that reads beats, "
                "or the annotated beats.",
                model=classifier.model.card.name,
            )
        return _classify_runs(record, classifier, lead, progress)
    signal = record.lead(lead)
    if beats == "annotated":
        if record.annotations is None:
            raise SegmentError(
                "Record {record} has no annotations. Choose detected beats.",
                record=record.name,
            )
        marks = record.annotations.beats()
        r_sample, symbol = marks.sample, marks.symbol
    else:
        r_sample = detect_r_peaks(signal, record.fs)
        symbol = np.full(len(r_sample), "")
    return name_beats(record, classifier, lead, r_sample, symbol=symbol, beats=beats, progress=progress)


def name_beats(
    record: Record,
    classifier: Classifier,
    lead: str,
    r_sample: np.ndarray,
    *,
    symbol: np.ndarray | None = None,
    beats: BeatSource = "detected",
    reservations: tuple[Sentence, ...] | None = None,
    progress: Callable[[float], None] | None = None,
) -> RecordPrediction:
    """Name the beats at given R peaks, with a model that reads beats.

    Parameters
    ----------
    record : Record
    classifier : Classifier
    lead : str
    r_sample : ndarray of shape (n,), int64
        In samples of the record, ascending.
    symbol : ndarray of shape (n,), str, or None
        The experts' symbols, where there are any.
    beats : {"annotated", "detected"}
        Where the R peaks come from.
    reservations : tuple of Sentence or None
        What makes no name sure, where it was looked for; `None` looks for it in the record's lead.
    progress : callable or None
        Called with the share that is done, 0 to 1, behind each piece of work; what it raises ends the work.

    Raises
    ------
    SegmentError
        Where the R peaks are not ascending, or the model reads other segments than beats.
    RecordError
        Where the record has no such lead.
    """
    if classifier.model.card.segments != "beats":
        raise SegmentError(
            "Model '{model}' reads runs, which only the experts' labels can cut. Choose a model that reads beats, "
            "or the annotated beats.",
            model=classifier.model.card.name,
        )
    classifier = _classifier_for(record, classifier)
    signal, places = record.lead(lead), r_sample
    if reservations is None:
        reservations = find_reservations(signal, record.fs, r_sample, detected=beats == "detected")
    if record.fs != MODEL_FS:
        places = to_model_samples(r_sample, record.fs, len(signal))
        signal = ResampledLead(signal, record.fs)  # a day of it need not lie in memory at once
    joined = _predict(classifier, lambda select: cut_piece(signal, places, select), len(places), progress)
    scale = record.fs / MODEL_FS
    start = r_sample - round(BEFORE_SAMPLES * scale)
    stop = r_sample + round(AFTER_SAMPLES * scale)
    return RecordPrediction(
        record=record.name,
        lead=lead,
        fs=record.fs,
        beats=beats,
        r_sample=r_sample,
        symbol=np.full(len(r_sample), "") if symbol is None else symbol,
        probabilities=joined,
        label=joined.argmax(axis=1),
        start_sample=np.maximum(start, 0),
        stop_sample=np.minimum(stop, record.n_samples),
        ready_sample=np.minimum(stop, record.n_samples),
        reservations=reservations,
    )


def _classifier_for(record: Record, classifier: Classifier) -> Classifier:
    """Return the network that never saw the person of a record; whose an upload is, its name does not tell."""
    return classifier if record.source in ("upload", "simulated") else classifier.for_record(record.name)


def _predict(
    classifier: Classifier,
    cut: Callable[[slice], Segments],
    n_segments: int,
    progress: Callable[[float], None] | None,
) -> np.ndarray:
    """Return the probabilities of segments that are cut and served piece by piece: (n_segments, 5), float32."""
    config = classifier.model.config
    probabilities = [np.empty((0, config.n_classes), np.float32)]
    done = 0
    piece = min(max(PIECE_MULTIPLY_ADDS // config.n_multiply_adds(), 1), PIECE)
    with closing(classifier.predict_pieces(cut, n_segments, piece)) as pieces:
        for found in pieces:
            probabilities.append(found)
            done += len(found)
            if progress is not None:
                progress(done / n_segments)
    return np.concatenate(probabilities)


def _classify_runs(
    record: Record, classifier: Classifier, lead: str, progress: Callable[[float], None] | None
) -> RecordPrediction:
    segments = cut_runs(record, lead)
    numbers = np.arange(len(segments))
    probabilities = _predict(classifier, lambda select: segments.take(numbers[select]), len(segments), progress)
    marks = record.annotations
    runs = find_runs(marks.symbol)
    runs = runs[[class_index(symbol) >= 0 for symbol in marks.symbol[runs[:, 0]]]]
    run_of_beat = np.repeat(np.arange(len(runs)), segments.n_beats)
    beat = np.concatenate([np.arange(first, last + 1) for first, last in runs] or [np.empty(0, np.int64)])
    # A run is over when the next mark with another symbol comes; nothing before that could name it.
    over = np.r_[marks.sample, record.n_samples][runs[:, 1] + 1]
    ready = np.maximum(over, segments.start_sample + segments.length)
    stop = (segments.start_sample + segments.length)[run_of_beat]
    return RecordPrediction(
        record=record.name,
        lead=lead,
        fs=record.fs,
        beats="annotated",
        r_sample=marks.sample[beat],
        symbol=marks.symbol[beat],
        probabilities=probabilities[run_of_beat],
        label=probabilities.argmax(axis=1)[run_of_beat],
        start_sample=segments.start_sample[run_of_beat],
        stop_sample=stop,
        ready_sample=ready[run_of_beat],
    )
