"""What is added to a network's answers after training, chosen over people who did not train it.

Whom a fold holds out says nothing of what is added to that fold's network: it is chosen on the people of the other
folds. So is the probability below which a beat is unsure, where its errors are stated.

A temperature, so that probabilities mean what they say (Guo et al. 2017, arXiv 1706.04599), and what speaks for naming
a beat A or V: what is worth most is not how many beats are right, but how many premature ones are found against how
many false alarms. Both go into the weights of the last layer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ecgmodel.evaluation.detected import SPURIOUS, count_detected, merge_untold
from ecgmodel.evaluation.detected_scores import by_database, leave_out_paced, score_detected
from ecgmodel.evaluation.predictions import Predictions, join_predictions
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import Weights

NAMING = ("A", "V")
GRID = tuple(np.round(np.arange(-2.0, 2.01, 0.5), 2).tolist())
TEMPERATURES = tuple(np.round(np.geomspace(0.5, 4.0, 37), 3).tolist())
LEAST_P = 1e-7

UNSURE_SHARE = 0.05
"""Share of beats that are left unnamed where only sure answers are shown."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is done to the logits of a network.

    Attributes
    ----------
    temperature : float
        They are divided by it;
    naming : dict of str to float
        then this is added to those of some classes.
    """

    temperature: float
    naming: dict[str, float]

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the probabilities that the network with these weights would give: same shape, float32."""
        logits = np.log(np.maximum(probabilities, LEAST_P)) / self.temperature + self._added()
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)

    def put_into(self, weights: Weights) -> Weights:
        """Return weights of a network whose last layer does it."""
        return weights | {
            "output/kernel": (weights["output/kernel"] / self.temperature).astype(np.float32),
            "output/bias": (weights["output/bias"] / self.temperature + self._added()).astype(np.float32),
        }

    def _added(self) -> np.ndarray:
        return np.array([self.naming.get(name, 0.0) for name in CLASSES])


def calibrate_predictions(predictions: Predictions, calibration: Calibration) -> Predictions:
    """Return the predictions of detected beats as a calibrated network gives them; what was missed stays missed."""
    found = predictions.label >= 0
    probabilities = predictions.probabilities.copy()
    probabilities[found] = calibration.apply(probabilities[found])
    label = np.where(found, probabilities.argmax(axis=1), -1).astype(np.int8)
    return merge_untold(replace(predictions, probabilities=probabilities, label=label))


def choose_calibration(predictions: Predictions) -> Calibration:
    """Choose on predictions of people by networks that did not see them.

    What speaks for A and V is that of `GRID` with the highest mean F1 of S and V, averaged over databases; the
    temperature then is that of `TEMPERATURES` with the least cross entropy. What the detector takes for a beat where
    none is does not count here: it says nothing of how to tell beats apart.

    Parameters
    ----------
    predictions : Predictions
        Of detected beats, with the probabilities as the networks gave them.
    """
    predictions = predictions.take(predictions.symbol != SPURIOUS)
    naming = max(
        (dict(zip(NAMING, added, strict=True)) for added in product(GRID, repeat=len(NAMING))),
        key=lambda naming: mean_f1(calibrate_predictions(predictions, Calibration(1.0, naming))),
    )
    # Dividing the logits must not move the border between two classes, so what was added is divided too.
    choices = [Calibration(t, {name: round(value / t, 4) for name, value in naming.items()}) for t in TEMPERATURES]
    return min(choices, key=lambda choice: _cross_entropy(calibrate_predictions(predictions, choice)))


def choose_fold_calibrations(answers: Predictions) -> dict[int, Calibration]:
    """Choose for the network of each fold, on the people of all the other folds; answers as `choose_calibration`."""
    return {int(fold): choose_calibration(answers.take(answers.fold != fold)) for fold in np.unique(answers.fold)}


def calibrate_folds(answers: Predictions, calibrations: dict[int, Calibration]) -> Predictions:
    """Return the answers as the calibrated networks of their folds give them, fold by fold."""
    return join_predictions(
        [calibrate_predictions(answers.take(answers.fold == fold), one) for fold, one in calibrations.items()]
    )


def mean_f1(predictions: Predictions) -> float:
    """Return the mean F1 of S and V, averaged over databases."""
    found = by_database(leave_out_paced(count_detected(predictions)))
    return float(np.mean([score_detected(sum(records.values()))["mean_f1"] for records in found.values()]))


def choose_unsure(predictions: Predictions, share: float = UNSURE_SHARE) -> dict[str, float]:
    """Return below which probability of the named class a beat is unsure, and what errors remain above it.

    The threshold is chosen on all. What it brings is judged on each fold by the threshold that the other folds give;
    where there is one fold alone, by its own.

    Returns
    -------
    dict of str to float
        `threshold`; `share` of beats below it; `errors`, the share of wrong names among the beats that are left; and
        `errors_of_all`, that among all.
    """
    judged = predictions.take(predictions.is_judged)
    sureness = judged.probabilities.max(axis=1)
    wrong = judged.label != judged.truth
    sure = np.zeros(len(judged), dtype=bool)
    for fold in np.unique(judged.fold):
        own = judged.fold == fold
        others = sureness[~own] if not own.all() else sureness
        sure[own] = sureness[own] >= np.quantile(others, share)
    return {
        "threshold": round(float(np.quantile(sureness, share)), 4),
        "share": round(float(1 - sure.mean()), 4),
        "errors": round(float(wrong[sure].mean()), 4),
        "errors_of_all": round(float(wrong.mean()), 4),
    }


def _cross_entropy(predictions: Predictions) -> float:
    judged = predictions.take(predictions.is_judged)
    likely = judged.probabilities[np.arange(len(judged)), judged.truth]
    return float(-np.log(np.maximum(likely, LEAST_P)).mean())
