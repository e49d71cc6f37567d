"""How likely a candidate is a beat: a network of one hidden layer, whose weights lie beside it in `beat_scores.json`.

It was fitted on the people of DS1 and of the MIT-BIH Supraventricular Arrhythmia Database;
`python -m ecgmodel detector --fit` fits it again (`ecgmodel.training.beat_scores`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from ecgmodel.records.signal.beat_candidates import FEATURES

WEIGHTS = Path(__file__).with_name("beat_scores.json")

LARGEST_FEATURE = 5.0
"""Features further from their mean than this many standard deviations count as this far."""


AT_ONCE = 512
"""Candidates that are scored at a time: larger products wake threads of the linear algebra, which then wait busily for
twenty times as long as the product takes."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatScorer:
    """A network from the features of a candidate to the probability that it is a beat.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_features,)
        Mean and standard deviation of the features that it was fitted on.
    hidden_weights : ndarray of shape (n_features, n_hidden)
    hidden_bias : ndarray of shape (n_hidden,)
        Of rectified linear units.
    output_weights : ndarray of shape (n_hidden,)
    output_bias : ndarray of shape ()
        Of the logistic unit.
    """

    mean: np.ndarray
    scale: np.ndarray
    hidden_weights: np.ndarray
    hidden_bias: np.ndarray
    output_weights: np.ndarray
    output_bias: np.ndarray

    def score(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of each candidate: ndarray of shape (n_candidates,), 0 to 1."""
        parts = [self._score_few(features[first : first + AT_ONCE]) for first in range(0, len(features), AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _score_few(self, features: np.ndarray) -> np.ndarray:
        hidden = np.maximum(self.standardise(features) @ self.hidden_weights + self.hidden_bias, 0.0)
        return 1.0 / (1.0 + np.exp(-(hidden @ self.output_weights + self.output_bias)))

    def standardise(self, features: np.ndarray) -> np.ndarray:
        """Return features of mean 0 and standard deviation 1: same shape."""
        return np.clip((features - self.mean) / self.scale, -LARGEST_FEATURE, LARGEST_FEATURE)


@cache
def read_scorer() -> BeatScorer:
    """Read the weights that the project ships."""
    values = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if tuple(values["features"]) != FEATURES:
        raise ValueError(f"{WEIGHTS.name} was fitted on other features than beat_candidates.py measures; fit it again.")
    return BeatScorer(**{field.name: np.asarray(values[field.name]) for field in fields(BeatScorer)})


def format_scorer(scorer: BeatScorer, fitted: dict[str, object]) -> str:
    """Return the JSON text of `beat_scores.json`; `fitted` says how the weights came about."""
    weights = {name: np.round(values, 4).tolist() for name, values in asdict(scorer).items()}
    rows = {"fitted": fitted, "features": FEATURES, **weights}
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in rows.items()) + "\n}\n"
