"""Fitting the network of the R peak detector, on a problem whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ecgmodel.records.signal.beat_candidates import FEATURES
from ecgmodel.records.signal.beat_scores import WEIGHTS, BeatScorer, read_scorer
from ecgmodel.segments.splits import DS2
from ecgmodel.training.beat_scores import Examples, _find_gradients, fit_scorer


def test_learns_what_is_linear():
    """Where the log odds are linear, its probabilities are those of scikit-learn's logistic regression."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((20_000, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, -1.0]
    odds = 1.5 * features[:, 0] - 0.4 * (features[:, 1] - 3) + 0.3
    is_beat = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    scorer = fit_scorer(Examples(features, is_beat, np.ones(len(odds))))
    theirs = LogisticRegression(C=1e6).fit(features, is_beat).predict_proba(features)[:, 1]
    assert np.abs(scorer.score(features) - theirs).mean() < 0.02


def test_gradients_are_those_of_the_loss():
    """They agree with differences of the weighted cross-entropy, weight by weight."""
    rng = np.random.default_rng(1)
    shapes = ((4, 3), (3,), (3,), ())
    weights = [rng.standard_normal(shape) for shape in shapes]
    features, is_beat, weight = rng.standard_normal((50, 4)), rng.random(50) < 0.5, rng.random(50)

    def loss(parts: list[np.ndarray]) -> float:
        score = BeatScorer(np.zeros(4), np.ones(4), *parts).score(features)
        entropy = -np.where(is_beat, np.log(score), np.log(1 - score))
        return float((weight * entropy).mean()) + 0.5e-4 * sum(float((part**2).sum()) for part in (parts[0], parts[2]))

    for number, gradient in enumerate(_find_gradients(weights, features, is_beat, weight)):
        for place in np.ndindex(shapes[number]):
            slope = 0.0
            for sign in (1, -1):
                moved = [part.copy() for part in weights]
                moved[number][place] += sign * 1e-5
                slope += sign * loss(moved) / 2e-5
            assert np.asarray(gradient)[place] == pytest.approx(slope, abs=1e-5)


def test_shipped_weights_never_saw_ds2():
    """The shipped network reads the features that are measured, and was fitted on no record of DS2."""
    fitted = json.loads(Path(WEIGHTS).read_text(encoding="utf-8"))["fitted"]["records"]
    assert not set(fitted) & set(DS2)
    assert len(fitted) > 50
    assert read_scorer().hidden_weights.shape[0] == len(FEATURES)
