"""What the Evaluate page can show: shipped results and trainings that were judged, as one kind of thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ecgmodel.classification.agreement import learned_from_simulation
from ecgmodel.errors import EcgModelError
from ecgmodel.evaluation.aami import PREDICTED_GROUPS, count_groups
from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.labels import AAMI_GROUPS, AAMI_OF_SYMBOL, CLASSES
from ecgmodel.segments.splits import PROTOCOLS
from pages.caches.models import open_model, trained_models
from pages.caches.results import open_result, result_intervals, result_names, result_predictions, run_predictions
from pages.ui.text import t

if TYPE_CHECKING:
    from ecgmodel.evaluation.results import Result, ResultIntervals

Measure = Literal["classes", "groups"]

MEASURES: tuple[Measure, ...] = ("classes", "groups")

JUDGED_GROUPS = AAMI_GROUPS[:4]
"""Unclassifiable beats have no right answer."""

_FIRST = ("gru", "paper-gru", "paper-lstm", "beats-gru")
"""Presets in the order in which they are offered; others follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A preset under a protocol, or a training and what it held out.

    Attributes
    ----------
    key : str
        `gru.segments-10fold`, or `run:` and the name of its model.
    name : str
        Of the preset, or the training's title.
    protocol : str
    segments : {"runs", "beats"}
    result : Result or None
        `None` for a training.
    predictions : Predictions or None
        `None` where they were not kept.
    is_simulated : bool
        Whether it is a training that has only seen simulated records, and so was judged on such.
    """

    key: str
    name: str
    protocol: str
    segments: str
    result: Result | None
    predictions: Predictions | None
    is_simulated: bool = False

    @property
    def title(self) -> str:
        """As a list names it, in the visitor's language."""
        if self.is_simulated:
            return t(
                "{name} (trained here, on simulated records) · {protocol}",
                name=self.name,
                protocol=protocol_name(self.protocol),
            )
        if self.result is None:
            return t("{name} (trained here) · {protocol}", name=self.name, protocol=protocol_name(self.protocol))
        return f"{self.name} · {protocol_name(self.protocol)}"

    def records(self) -> dict[str, np.ndarray]:
        """Return the matrix of every tested record."""
        return self.result.records if self.result is not None else self.predictions.record_matrices()

    def intervals(self) -> ResultIntervals | None:
        """Return the intervals over people; `None` for a training, which tested few."""
        return None if self.result is None else result_intervals(self.key)


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the tested segments count: all, those of one fold, or those of one record."""

    fold: int | None = None
    record: str | None = None

    def rows(self, predictions: Predictions) -> np.ndarray:
        """Return a mask over the predictions."""
        mask = np.ones(len(predictions), dtype=bool)
        if self.fold is not None:
            mask &= predictions.fold == self.fold
        if self.record is not None:
            mask &= predictions.record == self.record
        return mask


ALL = Part()


def protocol_name(protocol: str) -> str:
    """Return a protocol as a list names it."""
    return {
        "segments-10fold": t("segments"),
        "patients-10fold": t("people"),
        "ds1-ds2": "DS1 → DS2",
        "people": t("two databases"),
    }[protocol]


def list_judged() -> tuple[Judged, ...]:
    """Return the shipped results that can be opened, the best-known preset first, each from easy to hard."""
    results = [result for result in map(open_result, result_names()) if result is not None]
    order = {name: place for place, name in enumerate(_FIRST)}
    results.sort(key=lambda r: (order.get(r.preset, len(order)), r.preset, PROTOCOLS.index(r.protocol)))
    return tuple(
        Judged(
            key=result.name,
            name=result.preset,
            protocol=result.protocol,
            segments=result.segments,
            result=result,
            predictions=result_predictions(result.name),
        )
        for result in results
    )


def find_judged(key: str) -> Judged | None:
    """Return a shipped result, or a training that was judged before."""
    if key.startswith("run:"):
        return open_run(key)
    return next((judged for judged in list_judged() if judged.key == key), None)


def open_run(key: str) -> Judged | None:
    """Return a training that was judged; `None` where it is gone or was not judged yet."""
    run = next((run for run in trained_models() if f"run:{run.name}" == key), None)
    predictions = None if run is None else run_predictions(run.path.parent)
    if predictions is None:
        return None
    try:
        card = open_model(run.name).card
    except EcgModelError:
        return None
    simulated = learned_from_simulation(card)
    return Judged(key, run.name, card.protocol, card.segments, None, predictions, simulated)


def matrix_of(judged: Judged, measure: Measure, part: Part) -> np.ndarray:
    """Return truth against answer: (5, 5) of the classes, or (4, 3) of the groups N S V F against N S V."""
    if judged.predictions is not None:
        rows = judged.predictions.take(part.rows(judged.predictions))
        if measure == "classes":
            return rows.matrix()
        return count_groups(rows.symbol, rows.label)[: len(JUDGED_GROUPS)]
    result = judged.result
    if measure == "classes":
        if part.fold is not None:
            return result.folds[part.fold].matrix
        return result.matrix if part.record is None else result.records[part.record]
    return (result.group_matrix if part.record is None else result.groups[part.record])[: len(JUDGED_GROUPS)]


def axes_of(measure: Measure) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the rows and the columns of a matrix stand for."""
    return (CLASSES, CLASSES) if measure == "classes" else (JUDGED_GROUPS, PREDICTED_GROUPS)


def rows_of_cell(judged: Judged, measure: Measure, part: Part, truth: int, named: int) -> np.ndarray:
    """Return the positions of the segments in one cell, the surest answers first."""
    predictions = judged.predictions
    mask = part.rows(predictions) & (predictions.label >= 0)
    if measure == "classes":
        mask &= (predictions.truth == truth) & (predictions.label == named)
    else:
        group = np.array([AAMI_OF_SYMBOL.get(symbol, "") for symbol in predictions.symbol])
        column = np.array([AAMI_OF_SYMBOL[symbol] for symbol in CLASSES])
        mask &= (group == JUDGED_GROUPS[truth]) & (column[predictions.label] == PREDICTED_GROUPS[named])
    found = np.flatnonzero(mask)
    return found[np.argsort(-predictions.probabilities[found].max(axis=1), kind="stable")]
