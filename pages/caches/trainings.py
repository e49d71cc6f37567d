"""The queue of trainings, and what the Train page computes before one starts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ecgmodel.network.config import NetworkConfig
from ecgmodel.training.jobs.job_file import (
    SCHEDULER_VARIABLE,
    has_unfinished_jobs,
    runs_folder,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ecgmodel.figures.palette import Theme
    from ecgmodel.figures.training import ExampleSegment
    from ecgmodel.segments.dataset import Segments
    from ecgmodel.training.jobs.job_queue import JobQueue
    from ecgmodel.training.plan import TrainingPlan
    from ecgmodel.training.presets import Preset
from pages.caches.freeze import freeze
from pages.caches.records import shared_outline, shared_record, shared_stamp

MAX_LABELS = 8
MAX_PLANS = 128
MAX_FIGURES = 32


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
    return _shared_labels(kind, names, all_leads, tuple(map(shared_stamp, names)))


@st.cache_resource(max_entries=MAX_LABELS, show_spinner=False)
def _shared_labels(kind: str, names: tuple[str, ...], all_leads: bool, stamps: tuple[str | None, ...]) -> Segments:
    from ecgmodel.segments.mitdb_segments import place_segments

    outlines = [shared_outline(name, stamp) for name, stamp in zip(names, stamps, strict=True)]
    return freeze(place_segments(kind, outlines, all_leads))


def training_plan(preset: Preset, fold: int) -> TrainingPlan:
    """Return how a training divides its segments, see `training.plan`.

    Raises
    ------
    EcgModelError
        Where it cannot be divided so, or a record cannot be read.
    """
    from ecgmodel.training.train import describe_run, training_records

    stamps = tuple(map(shared_stamp, training_records(preset)))
    return _shared_plan(json.dumps(describe_run(preset, fold)), stamps, preset, fold)


@st.cache_resource(max_entries=MAX_PLANS, show_spinner=False)
def _shared_plan(description: str, stamps: tuple[str | None, ...], _preset: Preset, fold: int) -> TrainingPlan:
    from ecgmodel.training.plan import plan_training
    from ecgmodel.training.train import training_records

    segments = _shared_labels(_preset.segments, training_records(_preset), _preset.all_leads, stamps)
    return freeze(plan_training(_preset, fold, segments))


def forward_seconds(config: NetworkConfig) -> float:
    """Return how long a network takes for a segment on this machine, measured from time to time."""
    return _shared_forward_seconds(json.dumps(config.to_dict()), config)


@st.cache_data(max_entries=MAX_PLANS, ttl=600, show_spinner=False)
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
    return _shared_example(record_name, shared_stamp(record_name), kind, r_sample)


@st.cache_resource(max_entries=MAX_PLANS, show_spinner=False)
def _shared_example(record_name: str, stamp: str | None, kind: str, r_sample: int) -> Segments:
    from ecgmodel.segments.one_beat import cut_one

    return freeze(cut_one(shared_record(record_name, stamp), kind, r_sample))


def examples_figure(examples: Sequence[ExampleSegment], seconds_word: str, theme: Theme) -> go.Figure:
    """Return the figure of some segments beside each other, which takes a tenth of a second to draw."""
    shown = tuple((example.record, example.symbol, example.length, example.signal.tobytes()) for example in examples)
    key = hashlib.blake2b(repr(shown).encode(), digest_size=16).hexdigest()
    return _shared_examples_figure(key, seconds_word, theme, examples)


@st.cache_resource(max_entries=MAX_FIGURES, show_spinner=False)
def _shared_examples_figure(
    key: str, seconds_word: str, theme: Theme, _examples: Sequence[ExampleSegment]
) -> go.Figure:
    from ecgmodel.figures.training import draw_examples

    return draw_examples(_examples, seconds_word, theme)
