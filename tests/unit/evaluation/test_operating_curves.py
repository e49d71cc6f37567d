"""Curves by hand and against scikit-learn's areas."""

import numpy as np
import pytest
from sklearn.metrics import auc

from ecgmodel.evaluation.operating_curves import (
    MAX_POINTS,
    calibration_error,
    draw_class_curves,
    draw_risk_curve,
    measure_reliability,
)


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


def test_calibration_error_by_hand() -> None:
    """One answer in three is 0.45 surer than it is right too little, two are 0.46 too sure."""
    probabilities = np.array([[0.95, 0.05, 0, 0, 0], [0.97, 0.03, 0, 0, 0], [0.45, 0.55, 0, 0, 0]])
    bins = measure_reliability(np.array([0, 1, 1]), probabilities)
    assert calibration_error(bins) == pytest.approx((0.45 + 2 * 0.46) / 3)


def test_risk_by_hand() -> None:
    """Four answers, of which the least sure and the surest but one are wrong; two of one probability go together."""
    sure = np.array([0.5, 0.6, 0.6, 0.9])
    probabilities = np.zeros((4, 5))
    probabilities[:, 0], probabilities[:, 1] = sure, 1 - sure - 0.01
    curve = draw_risk_curve(np.array([1, 0, 1, 0]), probabilities)
    assert curve.withheld == (0, 0.25, 0.75)
    assert curve.errors == pytest.approx((2 / 4, 1 / 3, 0))
    assert curve.threshold == pytest.approx((0.5, 0.6, 0.9))
    assert curve.at(0.3) == pytest.approx((1 / 3, 0.6))
    assert curve.at(0.0) == pytest.approx((0.5, 0.5))


def test_risk_falls_where_sureness_tells() -> None:
    """Answers that are right as often as they claim: the errors that are left are one less the mean of their claims."""
    random = np.random.default_rng(0)
    sure = random.uniform(0.5, 1, 40_000)
    truth = np.where(random.random(40_000) < sure, 0, 1)
    probabilities = np.stack([sure, 1 - sure], axis=1)
    curve = draw_risk_curve(truth, probabilities)
    for share in (0.0, 0.25, 0.5):
        expected = 1 - np.sort(sure)[round(share * 40_000) :].mean()
        assert curve.at(share)[0] == pytest.approx(expected, abs=0.01)
