"""Results of evaluations and of trainings; a damaged file counts as none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ecgmodel.errors import ConfigError

if TYPE_CHECKING:
    from ecgmodel.evaluation.noise_stress import NoiseStress
    from ecgmodel.evaluation.predictions import Predictions
    from ecgmodel.evaluation.results import Result, ResultIntervals
    from ecgmodel.evaluation.threshold_figures import AnswersOfOthers
    from ecgmodel.training.run_folder import EpochResult
from pages.caches.freeze import freeze
from pages.caches.listing import stamp_files
from pages.caches.models import trained_models

MAX_RESULTS = 24
MAX_RUNS = 8


def evaluation_results(protocol: str) -> list[Result]:
    """Return what was evaluated under a protocol and lies among the results; a damaged file is left out."""
    found = (open_result(name) for name in result_names() if name.rpartition(".")[2] == protocol)
    return [result for result in found if result is not None]


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


def answers_of_others(model: str) -> AnswersOfOthers | None:
    """Return what the networks of a cross-fitted model answered to people whom they never saw; `None` without that."""
    name = f"{model}.people"
    stamp = _result_stamp(name, ".npz")
    return _shared_answers(name, stamp) if stamp else None


def noise_stress() -> NoiseStress | None:
    """Return what noise did to detector and classifier; `None` where it was not judged, or the file is damaged."""
    from ecgmodel.evaluation.noise_stress import FILE

    stamp = _result_stamp(FILE.removesuffix(".json"), ".json")
    return _shared_noise_stress(stamp) if stamp else None


def run_predictions(path: Path) -> Predictions | None:
    """Return what a training answered to what it held out; `None` where it was not judged, or is damaged."""
    kept = path / "predictions.npz"
    stamp = stamp_files([kept])
    return _shared_run_predictions(str(kept), stamp) if stamp else None


def run_epochs(name: str) -> tuple[EpochResult, ...]:
    """Return the epochs of a training, by the name of its model."""
    from ecgmodel.training.run_folder import RunFolder

    path = next((run.path.parent for run in trained_models() if run.name == name), None)
    return () if path is None else RunFolder(path).read_events()


@st.cache_resource(max_entries=MAX_RUNS, show_spinner=False)
def _shared_run_predictions(path: str, stamp: str) -> Predictions | None:
    from ecgmodel.evaluation.predictions import read_predictions

    try:
        return freeze(read_predictions(Path(path)))
    except ConfigError:
        return None


def _result_stamp(name: str, kind: str) -> str | None:
    from ecgmodel.evaluation.results import results_folder

    return stamp_files([results_folder() / f"{name}{kind}"])


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_result(name: str, stamp: str | None) -> Result | None:
    from ecgmodel.evaluation.results import read_result, results_folder

    try:
        return freeze(read_result(results_folder() / f"{name}.json"))
    except ConfigError:
        return None


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_predictions(name: str, stamp: str) -> Predictions | None:
    from ecgmodel.evaluation.predictions import read_predictions
    from ecgmodel.evaluation.results import results_folder

    try:
        return freeze(read_predictions(results_folder() / f"{name}.npz"))
    except ConfigError:
        return None


@st.cache_resource(max_entries=1, show_spinner=False)
def _shared_noise_stress(stamp: str) -> NoiseStress | None:
    from ecgmodel.evaluation.noise_stress import FILE, read_noise_stress
    from ecgmodel.evaluation.results import results_folder

    try:
        return read_noise_stress(results_folder() / FILE)
    except ConfigError:
        return None


@st.cache_resource(max_entries=2, show_spinner=False)
def _shared_answers(name: str, stamp: str) -> AnswersOfOthers | None:
    from ecgmodel.evaluation.threshold_figures import AnswersOfOthers

    predictions = _shared_predictions(name, stamp)
    return None if predictions is None else AnswersOfOthers(predictions)


@st.cache_resource(max_entries=MAX_RESULTS, show_spinner=False)
def _shared_intervals(name: str, stamp: str) -> ResultIntervals:
    from ecgmodel.evaluation.results import find_intervals

    return find_intervals(_shared_result(name, stamp))
