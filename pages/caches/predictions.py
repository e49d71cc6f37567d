"""What models say of records, and samples of beats for experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecgmodel.labels import class_index

if TYPE_CHECKING:
    from ecgmodel.classification.classify import RecordPrediction
    from ecgmodel.network.inside.experiments import BeatSample
from pages.caches.freeze import freeze
from pages.caches.models import model_stamp, open_classifier
from pages.caches.records import open_record, record_stamp
from pages.session.visitor import end_if_unwanted, own

Stamps = tuple[str | None, str | None]
"""Stamps of the record and of the model: with them in the key, what has been replaced is read again."""

MAX_PREDICTIONS = 24
MAX_SAMPLES = 8
SAMPLE_PER_CLASS = 60
"""Beats of each class on which an experiment is judged: this takes a second the first time."""


def predict_record(record_name: str, model_name: str, lead: str | None, beats: str) -> RecordPrediction:
    """Classify every beat of a record once, and return the kept prediction from then on.

    Raises
    ------
    EcgModelError
        Where the record or the model cannot be opened, or the model cannot read the record.
    """
    stamps = record_stamp(record_name), model_stamp(model_name)
    predict = _own_prediction if _is_own(record_name, model_name) else _shared_prediction
    return predict(record_name, model_name, stamps, lead, beats)


def keep_prediction(model_name: str, prediction: RecordPrediction) -> None:
    """Keep what a model said of a visitor's own record, at R peaks that it detected, so that no page asks again."""
    stamps = record_stamp(prediction.record), model_stamp(model_name)
    _own_prediction(prediction.record, model_name, stamps, prediction.lead, "detected", prediction)


def forget_own_predictions() -> None:
    """Drop what was computed from this visitor's records."""
    _own_prediction.clear()
    _own_sample.clear()


def _is_own(record_name: str, model_name: str) -> bool:
    return record_name in own("record") or model_name in own("model")


@st.cache_resource(max_entries=MAX_PREDICTIONS, show_spinner=False)
def _shared_prediction(
    record_name: str, model_name: str, stamps: Stamps, lead: str | None, beats: str
) -> RecordPrediction:
    return _classify(record_name, model_name, lead, beats)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_prediction(
    record_name: str,
    model_name: str,
    stamps: Stamps,
    lead: str | None,
    beats: str,
    _known: RecordPrediction | None = None,
) -> RecordPrediction:
    return _classify(record_name, model_name, lead, beats) if _known is None else _known


def _classify(record_name: str, model_name: str, lead: str | None, beats: str) -> RecordPrediction:
    from ecgmodel.classification.classify import classify_record

    record, classifier = open_record(record_name), open_classifier(model_name, record_name)
    return freeze(classify_record(record, classifier, lead=lead, beats=beats, progress=end_if_unwanted))


def beat_sample(record_name: str, model_name: str, lead: str) -> BeatSample:
    """Return some annotated beats of every class of a record, as the recurrent layer of a model reads them.

    Raises
    ------
    EcgModelError
        Where the record or the model cannot be opened, or the model cannot read the record.
    """
    draw = _own_sample if _is_own(record_name, model_name) else _shared_sample
    return draw(record_name, model_name, (record_stamp(record_name), model_stamp(model_name)), lead)


@st.cache_resource(max_entries=MAX_SAMPLES, show_spinner=False)
def _shared_sample(record_name: str, model_name: str, stamps: Stamps, lead: str) -> BeatSample:
    return _draw_sample(record_name, model_name, lead)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_sample(record_name: str, model_name: str, stamps: Stamps, lead: str) -> BeatSample:
    return _draw_sample(record_name, model_name, lead)


def _draw_sample(record_name: str, model_name: str, lead: str) -> BeatSample:
    from ecgmodel.network.inside.experiments import draw_beats, serve_sample
    from ecgmodel.segments.dataset import join_segments
    from ecgmodel.segments.edit import beat_surroundings, cut_segment
    from ecgmodel.segments.runs import cut_runs

    record, classifier = open_record(record_name), open_classifier(model_name, record_name)
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
