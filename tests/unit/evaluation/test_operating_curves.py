"""Curves by hand and against scikit-learn's areas."""

import numpy as np
import pytest
from sklearn.metrics import auc

from ecgmodel.evaluation.operating_curves import MAX_POINTS, draw_class_curves, measure_reliability


def test_thinned_curves_keep_their_area() -> None:
    """Of thousands of points a few are kept, and the ends always."""
    random = np.random.default_rng(0)
    truth = random.integers(0, 5, 5000)
    probabilities = random.dirichlet(np.ones(5), 5000)
    probabilities[np.arange(5000), truth] += 0.3
    for curve in draw_class_curves(truth, probabilities).values():
        x, y = np.array(curve.roc).T
        assert len(x) <= MAX_POINTS + 2
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert auc(x, y) == pytest.approx(curve.auc, abs=5e-3)


def test_a_class_that_is_not_there_has_no_curve() -> None:
    """Nor one that is everywhere."""
    assert set(draw_class_curves(np.array([0, 0, 4, 4]), np.full((4, 5), 0.2))) == {"N", "V"}
    assert draw_class_curves(np.array([1, 1]), np.full((2, 5), 0.2)) == {}


def test_reliability_by_hand() -> None:
    """Two answers in the last tenth, one of them right; one in the sixth."""
    probabilities = np.array([[0.95, 0.05, 0, 0, 0], [0.97, 0.03, 0, 0, 0], [0.45, 0.55, 0, 0, 0]])
    sixth, last = measure_reliability(np.array([0, 1, 1]), probabilities)
    assert (sixth.n, sixth.confidence, sixth.accuracy) == (1, pytest.approx(0.55), 1)
    assert (last.n, last.confidence, last.accuracy) == (2, pytest.approx(0.96), 0.5)
