"""What thresholds and unsure beats cost and bring, over people who did not train: one pass over kept answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.classification.thresholds import Thresholds, find_unsure
from ecgmodel.evaluation.detected import SPURIOUS
from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.labels import AAMI_OF_SYMBOL, CLASSES

_GROUPS = ("S", "V")
_CLASS_OF_GROUP = {"S": CLASSES.index("A"), "V": CLASSES.index("V")}


@dataclass(frozen=True, slots=True)
class ThresholdFigures:
    """Fractions; NaN where there was nothing to judge.

    Attributes
    ----------
    sensitivity, positive_predictivity : dict of str to float
        Of S and V, as `detected_scores.score_detected` has them.
    errors : float
        Share of wrong names among the beats of the five classes that are not unsure.
    unsure : float
        Share of these beats that are.
    """

    sensitivity: dict[str, float]
    positive_predictivity: dict[str, float]
    errors: float
    unsure: float


class AnswersOfOthers:
    """The answers to detected beats, prepared so that other thresholds are judged in a few milliseconds.

    Parameters
    ----------
    predictions : Predictions
        As `detected.predict_detected` gives them, calibrated.
    """

    def __init__(self, predictions: Predictions) -> None:
        symbols, code = np.unique(predictions.symbol, return_inverse=True)
        group = np.array(["none" if mark == SPURIOUS else AAMI_OF_SYMBOL.get(str(mark), "Q") for mark in symbols])[code]
        found = predictions.label >= 0
        self._n = {name: int(np.count_nonzero(group == name)) for name in _GROUPS}  # the missed ones too
        self._group = group[found]
        self._truth = predictions.truth[found].astype(np.int64)
        self._label = predictions.label[found].astype(np.int64)
        self._probabilities = predictions.probabilities[found]
        self._judged: dict[tuple[Thresholds | None, float], ThresholdFigures] = {}

    def judge(self, thresholds: Thresholds | None = None, unsure_below: float = 0.0) -> ThresholdFigures:
        """Return the figures of names by thresholds, of the most probable classes where `thresholds` is `None`."""
        asked = thresholds, unsure_below
        if asked not in self._judged:  # every visitor of a page asks for the same
            self._judged[asked] = self._judge(*asked)
        return self._judged[asked]

    def _judge(self, thresholds: Thresholds | None, unsure_below: float) -> ThresholdFigures:
        label = self._label if thresholds is None else thresholds.name(self._probabilities)
        sensitivity, predictivity = {}, {}
        for name in _GROUPS:
            named = label == _CLASS_OF_GROUP[name]
            right = int(np.count_nonzero(named & (self._group == name)))
            left_out = ("Q", "F") if name == "V" else ("Q",)  # EC57
            counted = int(np.count_nonzero(named & ~np.isin(self._group, left_out)))
            sensitivity[name] = right / self._n[name] if self._n[name] else float("nan")
            predictivity[name] = right / counted if counted else float("nan")
        judged = self._truth >= 0
        sure = judged & ~find_unsure(self._probabilities, unsure_below)
        wrong = np.count_nonzero(sure & (label != self._truth))
        n_judged, n_sure = int(judged.sum()), int(sure.sum())
        return ThresholdFigures(
            sensitivity,
            predictivity,
            errors=wrong / n_sure if n_sure else float("nan"),
            unsure=1 - n_sure / n_judged if n_judged else float("nan"),
        )
