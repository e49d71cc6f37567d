"""What a trained network answers to the segments that it never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.detected import predict_detected
from ecgmodel.evaluation.predictions import (
    Predictions,
    join_predictions,
    read_predictions,
    truth_of_symbols,
    write_predictions,
)
from ecgmodel.labels import CLASSES
from ecgmodel.network.model_file import Model, read_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Record
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.mitdb_segments import cut_record
from ecgmodel.segments.people import people_folds
from ecgmodel.segments.runs import cut_runs
from ecgmodel.segments.splits import DS2
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.train import read_preset, split_for, training_records

OnRecord = Callable[[int, int], None]


def _ignore(number: int, total: int) -> None:
    """Stand where nobody wants to know how far the records are."""


def predict_run(path: Path, on_record: OnRecord = _ignore) -> Predictions:
    """Predict what a finished training held out, once: the answers are kept beside its model.

    Under `ds1-ds2` these are the people of DS1 that validated: DS2 is for `evaluate`. One record at a time is in
    memory.

    Parameters
    ----------
    path : Path
        A run folder, see `training.jobs`.
    on_record : callable
        Called after each record with its number (from 1) and their count.

    Raises
    ------
    ConfigError
        Where the config was edited, or nothing was held out.
    ModelFileError
        Where the run has no model, or a damaged one.
    RecordError
        Where a record is not on this machine.
    """
    kept = path / "predictions.npz"
    folder = RunFolder(path)
    if kept.exists() and kept.stat().st_mtime_ns >= folder.model_path.stat().st_mtime_ns:
        return read_predictions(kept)
    description = folder.read_config()
    preset = read_preset(description or {})
    classifier = Classifier(read_model(folder.model_path))
    names = training_records(preset)
    cut, answers = [], []
    for number, name in enumerate(names, start=1):
        record = open_record(name, allow_download=False)
        for part in cut_record(preset.segments, record, preset.all_leads):
            answers.append(_answer(classifier, part, np.array(CLASSES)[part.label], description["fold"]))
            cut.append(replace(part, signal=part.signal[:, :1].copy()))
        on_record(number, len(names))
    split = split_for(preset, join_segments(cut), description["fold"])
    held_out = split.validation if preset.protocol == "ds1-ds2" else split.test
    if len(held_out) == 0:
        raise ConfigError("This training held nothing out, so there is nothing to judge it by.")
    predictions = join_predictions(answers).take(held_out)
    write_predictions(predictions, kept)
    return predictions


def predict_fold(
    preset: Preset, segments: Segments, fold: int, model: Model, on_record: OnRecord = _ignore
) -> Predictions:
    """Predict what a fold of an evaluation tests.

    Under `ds1-ds2` that is every beat or run of DS2, under `people` the detected beats of the people whom the fold
    holds out; both are opened record by record.

    Parameters
    ----------
    preset : Preset
    segments : Segments
        As `cut_training_segments` gives them.
    fold : int
    model : Model
        That this fold trained.
    on_record : callable
        As of `predict_run`; called where records are opened.

    Raises
    ------
    RecordError
        Where a record is not on this machine.
    """
    classifier = Classifier(model)
    if preset.protocol == "people":
        names = [name for name, held_out in people_folds().items() if held_out == fold]
        predict = predict_detected
    elif preset.protocol == "ds1-ds2":
        names, predict = DS2, partial(_predict_every_beat, kind=preset.segments)
    else:
        test = segments.take(split_for(preset, segments, fold).test)
        return _answer(classifier, test, np.array(CLASSES)[test.label], fold)
    parts = []
    for number, name in enumerate(names, start=1):
        parts.append(predict(classifier, open_record(name), fold))
        on_record(number, len(names))
    return join_predictions(parts)


def _predict_every_beat(classifier: Classifier, record: Record, fold: int, kind: str) -> Predictions:
    test, symbol = _cut_every_beat(record, kind)
    return _answer(classifier, test, symbol, fold)


def _cut_every_beat(record: Record, kind: str) -> tuple[Segments, np.ndarray]:
    """Cut all beats of a record, also those outside the five classes, or its runs; with the experts' symbols."""
    if kind == "runs":
        runs = cut_runs(record)
        return runs, np.array(CLASSES)[runs.label]
    lead, marks = record.default_lead, record.annotations.beats()
    # As the network that is judged was trained, see `mitdb_segments.cut_labelled_beats`.
    cut = cut_beats(record.lead(lead), marks.sample, record.fs, marks.symbol, record.name, lead, level=False)
    return cut, marks.symbol


def _answer(classifier: Classifier, test: Segments, symbol: np.ndarray, fold: int) -> Predictions:
    probabilities = classifier.predict(test).probabilities
    return Predictions(
        record=test.record,
        symbol=symbol,
        truth=truth_of_symbols(symbol),
        start_sample=test.start_sample.astype(np.int32),
        r_sample=test.r_sample.astype(np.int32),
        length=test.length,
        n_beats=test.n_beats,
        fold=np.full(len(test), fold, dtype=np.int8),
        label=probabilities.argmax(axis=1).astype(np.int8),
        probabilities=probabilities,
    )
