"""Every cache of the app: bounded, shared by all visitors, and therefore without anything of a single visitor.

Cached records and predictions are shared objects, so their arrays are made read-only before they are kept. What runs a
model (ONNX Runtime) is imported by the first page that needs it, so that a first trace does not wait for it.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import streamlit as st

from ecgmodel.errors import ConfigError, ModelFileError, RecordError
from ecgmodel.labels import CLASSES, class_index
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, list_shipped_models, read_model, shipped_model_path
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.sources import catalogue as sources
from ecgmodel.segments.runs import find_runs
from ecgmodel.training.jobs.job_file import (
    SCHEDULER_VARIABLE,
    TrainedModel,
    has_unfinished_jobs,
    list_trained_models,
    runs_folder,
)
from pages.session import state

if TYPE_CHECKING:
    from ecgmodel.evaluation.predictions import Predictions
    from ecgmodel.evaluation.results import Result, ResultIntervals
    from ecgmodel.network.inside.experiments import BeatSample
    from ecgmodel.network.inside.gates import GateTrace
    from ecgmodel.network.serving import Classifier, RecordPrediction
    from ecgmodel.segments.dataset import Segments
    from ecgmodel.training.jobs.job_queue import JobQueue
    from ecgmodel.training.plan import TrainingPlan
    from ecgmodel.training.presets import Preset
    from ecgmodel.training.run_folder import EpochResult

T = TypeVar("T")

# A record of half an hour takes 10 MB in memory, its prediction 0.2 MB.
MAX_RECORDS = 6
MAX_SUMMARIES = 128
MAX_MODELS = 8
MAX_PREDICTIONS = 24
MAX_SAMPLES = 8
MAX_RESULTS = 24

SAMPLE_PER_CLASS = 60
"""Beats of each class on which an experiment is judged: a second's work the first time."""

DEFAULT_MODELS = ("beats-gru", "gru")
"""The model of a first visit: one that reads any signal comes first."""


def freeze(value: T) -> T:
    """Make every array in a dataclass or a dict read-only, and return it."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, dict):
        for part in value.values():
            freeze(part)
    elif is_dataclass(value):
        for field in fields(value):
            freeze(getattr(value, field.name))
    return value


# Records


def record_names() -> tuple[str, ...]:
    """Return the name of every record that this visitor can open."""
    return (*state.own("record"), *(entry.name for entry in record_entries()))


def record_entries() -> tuple[sources.RecordEntry, ...]:
    """Return what there is to open beside this visitor's own records."""
    return sources.list_records()


def default_record_name() -> str:
    """Return the record of a first visit: one that is on this machine."""
    return sources.default_record_name()


def open_record(name: str) -> Record:
    """Return a record without using the network.

    Raises
    ------
    RecordError
        Where there is no such record, or it is not on this machine.
    """
    own = state.own("record").get(name)
    return own if own is not None else _shared_record(name, availability(name))


def record_in_use() -> Record:
    """Return the record in use, see `open_record`."""
    return open_record(state.record_name())


def availability(name: str) -> str | None:
    """Return where a record is now: with it as a key, a record that has come since is read again."""
    return next((entry.available for entry in record_entries() if entry.name == name), None)


def record_summary(name: str) -> sources.RecordSummary | None:
    """Return what a record is without its signals; `None` where it is not on this machine."""
    return _shared_summary(name, availability(name))


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_summary(name: str, available: str | None) -> sources.RecordSummary | None:
    return sources.read_summary(name)


@st.cache_resource(max_entries=MAX_RECORDS, show_spinner=False)
def _shared_record(name: str, available: str | None) -> Record:
    return freeze(sources.open_record(name, allow_download=False))


# Models


def model_names() -> tuple[str, ...]:
    """Return the name of every model that this visitor can use: the default first, then those trained here."""
    shipped = sorted(list_shipped_models(), key=lambda name: (name not in DEFAULT_MODELS, name))
    return (*shipped, *(model.name for model in trained_models()), *state.own("model"))


def trained_models() -> tuple[TrainedModel, ...]:
    """Return the models that were trained on this machine, the newest first."""
    return list_trained_models(runs_folder(), taken=list_shipped_models())


def open_model(name: str) -> Model:
    """Return a model by name.

    Raises
    ------
    ModelFileError
        Where there is none, or its file is damaged.
    """
    own = state.own("model").get(name)
    return own if own is not None else _shared_model(name, _model_stamp(name))


def model_name_in_use() -> str | None:
    """Return the name of the model in use, the default one before a choice; `None` where there is no model at all."""
    names = model_names()
    chosen = state.model_name()
    return chosen if chosen in names else next(iter(names), None)


def open_classifier(name: str) -> Classifier:
    """Return a model, ready to serve."""
    from ecgmodel.network.serving import Classifier

    if name not in state.own("model"):
        return _shared_classifier(name, _model_stamp(name))
    kept = state.own("classifier")
    if name not in kept:
        kept[name] = Classifier(open_model(name))
    return kept[name]


def _model_path(name: str) -> Path:
    """Return where a model of this machine lies, shipped or trained; where there is none, a path without a file."""
    if name in list_shipped_models():  # a trained one's name is free text and must not become part of a path
        return shipped_model_path(name)
    return next((model.path for model in trained_models() if model.name == name), runs_folder() / "none")


def _model_stamp(name: str) -> tuple[str, int]:
    """Return which file holds a model of this machine, and when it was written; 0 where there is none."""
    path = _model_path(name)
    return str(path), path.stat().st_mtime_ns if path.exists() else 0


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _shared_model(name: str, stamp: tuple[str, int]) -> Model:
    path, written = stamp
    if not written:
        raise ModelFileError(
            "There is no model '{asked}' here. The models are {names}.", asked=name, names=", ".join(model_names())
        )
    return freeze(read_model(Path(path)))


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _shared_classifier(name: str, stamp: tuple[str, int]) -> Classifier:
    from ecgmodel.network.serving import Classifier

    return Classifier(_shared_model(name, stamp))


# Lessons


def lesson_record_names() -> tuple[str, ...]:
    """Return the records that a lesson can show at once: this visitor's own, and those on this machine."""
    return (*state.own("record"), *(entry.name for entry in record_entries() if entry.available != "download"))


def lesson_beats(name: str) -> Annotations:
    """Return the beats of a record that a lesson can speak of, see `segments.one_beat.list_beats`."""
    from ecgmodel.segments.one_beat import list_beats

    if name in state.own("record"):
        return list_beats(open_record(name))
    return _shared_lesson_beats(name, availability(name))


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_lesson_beats(name: str, available: str | None) -> Annotations:
    from ecgmodel.segments.one_beat import list_beats

    return freeze(list_beats(_shared_record(name, available)))


def typical_beat(name: str, symbol: str) -> int:
    """Return the R peak of the most typical beat of a class in a record that has one, see `segments.typical`."""
    return _shared_typical_beat(name, availability(name), symbol)


@st.cache_data(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_typical_beat(name: str, available: str | None, symbol: str) -> int | None:
    from ecgmodel.segments.typical import find_typical

    return find_typical(_shared_record(name, available), symbol)


def trace_lesson(record_name: str, r_sample: int, cell: str, model_name: str | None) -> tuple[Segments, GateTrace]:
    """Return the segment of one beat, and what the recurrent layer of a model (`None`: an untrained one) did with it.

    Raises
    ------
    EcgModelError
        Where the model cannot read this beat.
    """
    if record_name in state.own("record") or model_name in state.own("model"):
        return _trace_lesson(record_name, r_sample, cell, model_name)
    stamp = ("", 0) if model_name is None else _model_stamp(model_name)
    return _shared_lesson_trace(record_name, availability(record_name), r_sample, cell, model_name, stamp)


@st.cache_resource(max_entries=MAX_PREDICTIONS, show_spinner=False)
def _shared_lesson_trace(
    record_name: str, where: str | None, r_sample: int, cell: str, model_name: str | None, stamp: tuple[str, int]
) -> tuple[Segments, GateTrace]:
    return _trace_lesson(record_name, r_sample, cell, model_name)


def _trace_lesson(record_name: str, r_sample: int, cell: str, model_name: str | None) -> tuple[Segments, GateTrace]:
    from ecgmodel.network.inside.gates import trace_gates
    from ecgmodel.segments.one_beat import cut_one

    classifier = _untrained_classifier(cell) if model_name is None else open_classifier(model_name)
    model = classifier.model
    segments = freeze(cut_one(open_record(record_name), model.card.segments, r_sample))
    prediction = classifier.predict(segments, with_states=True)
    return segments, freeze(trace_gates(model, prediction, segments.length))


def evaluation_results(protocol: str) -> list[Result]:
    """Return what was evaluated under a protocol and lies among the results; a damaged file is left out."""
    found = (open_result(name) for name in result_names() if name.rpartition(".")[2] == protocol)
    return [result for result in found if result is not None]


# Results of evaluations


def result_names() -> tuple[str, ...]:
    """Return the names of what was evaluated, as `gru.segments-10fold`."""
    from ecgmodel.evaluation.results import list_results, results_folder

    return list_results(results_folder())


def open_result(name: str) -> Result | None:
    """Return what an evaluation left; `None` where its file is damaged."""
    return _shared_result(name, _result_stamp(name, ".json"))


def result_predictions(name: str) -> Predictions | None:
    """Return every segment that an evaluation tested; `None` where they were not kept, or are damaged."""
    stamp = _result_stamp(name, ".npz")
    return _shared_predictions(name, stamp) if stamp else None


def result_intervals(name: str) -> ResultIntervals:
    """Return the intervals over people of a result that can be opened: computed once."""
    return _shared_intervals(name, _result_stamp(name, ".json"))


def run_predictions(path: Path) -> Predictions | None:
    """Return what a training answered to what it held out; `None` where it was not judged, or is damaged."""
    kept = path / "predictions.npz"
    return _shared_run_predictions(str(kept), kept.stat().st_mtime_ns) if kept.exists() else None


def run_epochs(name: str) -> tuple[EpochResult, ...]:
    """Return the epochs of a training, by the name of its model."""
    from ecgmodel.training.run_folder import RunFolder

    path = next((run.path.parent for run in trained_models() if run.name == name), None)
    return () if path is None else RunFolder(path).read_events()


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _shared_run_predictions(path: str, stamp: int) -> Predictions | None:
    from ecgmodel.evaluation.predictions import read_predictions

    try:
        return freeze(read_predictions(Path(path)))
    except ConfigError:
        return None


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


@st.cache_resource(max_entries=MAX_PREDICTIONS, show_spinner=False)
def _shared_signals(
    rows: tuple[tuple[str, int], ...], n_samples: int, where: tuple[tuple[str, str | None], ...]
) -> list[np.ndarray | None]:
    signals: dict[int, np.ndarray] = {}
    for name, available in where:
        if available in (None, "download"):
            continue
        record = sources.open_record(name, allow_download=False)
        lead = record.lead(record.default_lead)
        for place, (of, start) in enumerate(rows):
            if of == name:
                piece = np.full(n_samples, np.nan, dtype=np.float32)
                first, stop = max(start, 0), min(start + n_samples, len(lead))
                piece[first - start : stop - start] = lead[first:stop]
                signals[place] = freeze(piece)
    return [signals.get(place) for place in range(len(rows))]


def _result_stamp(name: str, kind: str) -> int:
    from ecgmodel.evaluation.results import results_folder

    path = results_folder() / f"{name}{kind}"
    return path.stat().st_mtime_ns if path.exists() else 0


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_result(name: str, stamp: int) -> Result | None:
    from ecgmodel.evaluation.results import read_result, results_folder

    try:
        return freeze(read_result(results_folder() / f"{name}.json"))
    except ConfigError:
        return None


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_predictions(name: str, stamp: int) -> Predictions | None:
    from ecgmodel.evaluation.predictions import read_predictions
    from ecgmodel.evaluation.results import results_folder

    try:
        return freeze(read_predictions(results_folder() / f"{name}.npz"))
    except ConfigError:
        return None


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_intervals(name: str, stamp: int) -> ResultIntervals:
    from ecgmodel.evaluation.results import find_intervals

    return find_intervals(_shared_result(name, stamp))


def time_cells(n_segments: int) -> dict[str, tuple[float, ...]]:
    """Measure now how long the paper's network takes with either cell, in seconds a turn, see `network.cost`."""
    from ecgmodel.network.cost import time_serving
    from ecgmodel.segments.runs import cut_runs

    segments = cut_runs(_shared_record(sources.embedded.DEFAULT_NAME, "embedded"))
    chosen = segments.take(np.arange(n_segments) % len(segments))
    return time_serving({cell: _untrained_classifier(cell) for cell in ("gru", "lstm")}, chosen)


def count_runs() -> dict[str, int] | None:
    """Return how many runs of each class MIT-BIH has; `None` unless all its records are on this machine."""
    names = [entry.name for entry in record_entries() if entry.source == "mitdb"]
    if any(availability(name) == "download" for name in names):
        return None
    found = [_shared_run_counts(name, availability(name)) for name in names]
    return {symbol: sum(counts[symbol] for counts in found) for symbol in CLASSES}


def count_record_runs(name: str) -> dict[str, int]:
    """Return how many runs of each class an annotated record has."""
    if name in state.own("record"):
        return _count_runs(open_record(name))
    return _shared_run_counts(name, availability(name))


@st.cache_data(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_run_counts(name: str, available: str | None) -> dict[str, int]:
    return _count_runs(sources.open_record(name, allow_download=False))


def _count_runs(record: Record) -> dict[str, int]:
    symbols = record.annotations.symbol
    first = symbols[find_runs(symbols)[:, 0]]
    return {symbol: int(np.sum(first == symbol)) for symbol in CLASSES}


@st.cache_resource(max_entries=2, show_spinner=False)
def _untrained_classifier(cell: str) -> Classifier:
    from ecgmodel.network.serving import Classifier

    return Classifier(untrained_model(cell))


@st.cache_resource(max_entries=2, show_spinner=False)
def untrained_model(cell: str) -> Model:
    """Return the paper's network with the weights with which training starts."""
    config = NetworkConfig(cell=cell)
    return freeze(
        Model(config, initialise_weights(config, seed=0), ModelCard(name=f"untrained-{cell}", segments="runs"))
    )


# Predictions


def predict_record(record_name: str, model_name: str, lead: str | None, beats: str) -> RecordPrediction:
    """Classify every beat of a record once, and return the kept prediction from then on.

    Raises
    ------
    EcgModelError
        Where the record or the model cannot be opened, or the model cannot read the record.
    """
    if record_name not in state.own("record") and model_name not in state.own("model"):
        where = availability(record_name)
        return _shared_prediction(record_name, where, model_name, _model_stamp(model_name), lead, beats)
    kept = state.own("prediction")
    key = (record_name, model_name, lead, beats)
    if key not in kept:
        kept.clear()  # a visitor's own things are kept for the page in view only
        kept[key] = _classify(record_name, model_name, lead, beats)
    return kept[key]


@st.cache_resource(max_entries=MAX_PREDICTIONS, show_spinner=False)
def _shared_prediction(
    record_name: str, where: str | None, model_name: str, stamp: tuple[str, int], lead: str | None, beats: str
) -> RecordPrediction:
    return _classify(record_name, model_name, lead, beats)


def _classify(record_name: str, model_name: str, lead: str | None, beats: str) -> RecordPrediction:
    from ecgmodel.network.serving import classify_record

    return freeze(classify_record(open_record(record_name), open_classifier(model_name), lead=lead, beats=beats))


# Beats, for the Gates page


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
    if record_name not in state.own("record"):
        return _shared_peaks(record_name, availability(record_name), lead)
    kept = state.own("peaks")
    if (record_name, lead) not in kept:
        kept.clear()
        kept[record_name, lead] = _detect(record_name, lead)
    return kept[record_name, lead]


@st.cache_resource(max_entries=MAX_PREDICTIONS, show_spinner=False)
def _shared_peaks(record_name: str, where: str | None, lead: str) -> Annotations:
    return _detect(record_name, lead)


def _detect(record_name: str, lead: str) -> Annotations:
    from ecgmodel.records.signal.r_peaks import detect_r_peaks

    record = open_record(record_name)
    r_sample = detect_r_peaks(record.lead(lead), record.fs)
    return freeze(Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), "")))


def beat_sample(record_name: str, model_name: str, lead: str) -> BeatSample:
    """Return some annotated beats of every class of a record, as the recurrent layer of a model reads them.

    Raises
    ------
    EcgModelError
        Where the record or the model cannot be opened, or the model cannot read the record.
    """
    if record_name not in state.own("record") and model_name not in state.own("model"):
        return _shared_sample(record_name, availability(record_name), model_name, _model_stamp(model_name), lead)
    kept = state.own("sample")
    key = (record_name, model_name, lead)
    if key not in kept:
        kept.clear()
        kept[key] = _draw_sample(record_name, model_name, lead)
    return kept[key]


@st.cache_resource(max_entries=MAX_SAMPLES, show_spinner=False)
def _shared_sample(
    record_name: str, where: str | None, model_name: str, stamp: tuple[str, int], lead: str
) -> BeatSample:
    return _draw_sample(record_name, model_name, lead)


def _draw_sample(record_name: str, model_name: str, lead: str) -> BeatSample:
    from ecgmodel.network.inside.experiments import draw_beats, serve_sample
    from ecgmodel.segments.dataset import join_segments
    from ecgmodel.segments.edit import beat_surroundings, cut_segment
    from ecgmodel.segments.runs import cut_runs

    record, classifier = open_record(record_name), open_classifier(model_name)
    if classifier.model.card.segments == "runs":
        runs = cut_runs(record, lead)
        return freeze(serve_sample(classifier, runs.take(draw_beats(runs.label, SAMPLE_PER_CLASS))))
    marks, signal = record.annotations.beats(), record.lead(lead)
    label = np.array([class_index(symbol) for symbol in marks.symbol], dtype=np.int64)
    parts = [
        cut_segment(beat_surroundings(record.name, lead, signal, marks.sample, marks.symbol, record.fs, int(index)))
        for index in draw_beats(label, SAMPLE_PER_CLASS)
    ]
    return freeze(serve_sample(classifier, join_segments(parts)))


# Trainings


def job_queue() -> JobQueue:
    """Return the queue of trainings that all visitors share."""
    return _shared_queue(str(runs_folder()), os.environ.get(SCHEDULER_VARIABLE))


@st.cache_resource(show_spinner=False)
def _shared_queue(folder: str, address: str | None) -> JobQueue:
    from ecgmodel.training.jobs.job_queue import JobQueue

    return JobQueue(Path(folder), address)


def resume_trainings() -> None:
    """Go on, once after a start of the app, with the trainings that its end interrupted."""
    _resume_trainings(str(runs_folder()))


@st.cache_resource(show_spinner=False)
def _resume_trainings(folder: str) -> None:
    if not has_unfinished_jobs(Path(folder)):
        return
    from ecgmodel.training.jobs.jobs import list_runs

    job_queue().nudge(list_runs(Path(folder)))


def training_labels(kind: str, names: tuple[str, ...], all_leads: bool = False) -> Segments:
    """Return the labelled segments of some records of this machine, without their signals.

    Raises
    ------
    RecordError
        Where a record cannot be read.
    """
    return _shared_labels(kind, names, all_leads, tuple(map(availability, names)))


@st.cache_resource(max_entries=MAX_SAMPLES, show_spinner=False)
def _shared_labels(kind: str, names: tuple[str, ...], all_leads: bool, where: tuple[str | None, ...]) -> Segments:
    from ecgmodel.segments.mitdb_segments import place_segments

    outlines = [_shared_outline(name, available) for name, available in zip(names, where, strict=True)]
    return freeze(place_segments(kind, outlines, all_leads))


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_outline(name: str, available: str | None) -> sources.RecordOutline:
    outline = sources.read_outline(name)
    if outline is None or outline.annotations is None:
        raise RecordError(
            "Record {record} is not on this machine. Fetch it with: python -m ecgmodel download {record}", record=name
        )
    return freeze(outline)


def training_plan(preset: Preset, fold: int) -> TrainingPlan:
    """Return how a training divides its segments, see `training.plan`.

    Raises
    ------
    EcgModelError
        Where it cannot be divided so, or a record cannot be read.
    """
    from ecgmodel.training.train import describe_run, training_records

    where = tuple(map(availability, training_records(preset)))
    return _shared_plan(json.dumps(describe_run(preset, fold)), where, preset, fold)


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_plan(description: str, where: tuple[str | None, ...], _preset: Preset, fold: int) -> TrainingPlan:
    from ecgmodel.training.plan import plan_training
    from ecgmodel.training.train import training_records

    segments = _shared_labels(_preset.segments, training_records(_preset), _preset.all_leads, where)
    return freeze(plan_training(_preset, fold, segments))


def forward_seconds(config: NetworkConfig) -> float:
    """Return how long a network takes for a segment on this machine, measured once in a while."""
    return _shared_forward_seconds(json.dumps(config.to_dict()), config)


@st.cache_data(max_entries=MAX_SUMMARIES, ttl=600, show_spinner=False)
def _shared_forward_seconds(description: str, _config: NetworkConfig) -> float:
    from ecgmodel.training.plan import time_forward

    return time_forward(_config)


def training_example(record_name: str, kind: str, r_sample: int) -> Segments:
    """Return the segment of one beat of a record that all visitors share.

    Raises
    ------
    EcgModelError
        Where the record cannot be opened, or has no such segment.
    """
    return _shared_example(record_name, availability(record_name), kind, r_sample)


@st.cache_resource(max_entries=MAX_SUMMARIES, show_spinner=False)
def _shared_example(record_name: str, where: str | None, kind: str, r_sample: int) -> Segments:
    from ecgmodel.segments.one_beat import cut_one

    return freeze(cut_one(_shared_record(record_name, where), kind, r_sample))
