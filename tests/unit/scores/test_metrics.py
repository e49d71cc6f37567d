"""Scores against scikit-learn and a matrix counted by hand."""

import numpy as np
import pytest
from sklearn import metrics

from ecgmodel.scores.metrics import confusion, score


def test_a_matrix_counted_by_hand() -> None:
    """3 classes; rows are the truth."""
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    predicted = np.array([0, 0, 0, 1, 1, 1, 2, 2, 0, 2])
    matrix = confusion(truth, predicted, 3)
    assert matrix.tolist() == [[3, 1, 0], [0, 2, 1], [1, 0, 2]]
    scores = score(matrix)
    assert scores.accuracy == pytest.approx(0.7)
    np.testing.assert_allclose(scores.sensitivity, [3 / 4, 2 / 3, 2 / 3])
    np.testing.assert_allclose(scores.specificity, [5 / 6, 6 / 7, 6 / 7])
    np.testing.assert_allclose(scores.positive_predictivity, [3 / 4, 2 / 3, 2 / 3])
    assert scores.abnormal.accuracy == pytest.approx(8 / 10)
    assert scores.abnormal.sensitivity == pytest.approx(5 / 6)
    assert scores.abnormal.specificity == pytest.approx(3 / 4)


def test_scores_are_those_of_scikit_learn() -> None:
    """Sensitivity is recall, +P is precision."""
    random = np.random.default_rng(0)
    truth = random.integers(0, 5, 2000)
    predicted = np.where(random.random(2000) < 0.8, truth, random.integers(0, 5, 2000))
    np.testing.assert_array_equal(confusion(truth, predicted), metrics.confusion_matrix(truth, predicted))
    scores = score(confusion(truth, predicted))
    np.testing.assert_allclose(scores.sensitivity, metrics.recall_score(truth, predicted, average=None))
    np.testing.assert_allclose(scores.positive_predictivity, metrics.precision_score(truth, predicted, average=None))
    np.testing.assert_allclose(scores.f1, metrics.f1_score(truth, predicted, average=None))
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert scores.mean_f1 == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    for index in range(5):
        expected = metrics.recall_score(truth == index, predicted == index, pos_label=False)
        assert scores.specificity[index] == pytest.approx(expected)


def test_a_class_that_is_not_there_has_no_sensitivity() -> None:
    """NaN, not 0 or 1; the mean is over the others."""
    scores = score([[5, 0, 0], [0, 0, 0], [1, 0, 4]])
    assert np.isnan(scores.sensitivity[1])
    assert scores.mean_sensitivity == pytest.approx((1 + 0.8) / 2)


def test_nothing_judged_is_no_number() -> None:
    """An empty matrix has no accuracy."""
    assert np.isnan(score(np.zeros((5, 5))).accuracy)
    assert score(np.zeros((5, 5))).to_dict() == {}


def test_many_matrices_at_once() -> None:
    """As one after the other, with NaN where one of them has nothing to judge."""
    random = np.random.default_rng(1)
    matrices = random.integers(0, 9, (4, 3, 5, 5))
    matrices[0, 0, 2] = 0
    found = score(matrices).figures()
    for index in np.ndindex(4, 3):
        one = score(matrices[index]).figures()
        for name, value in one.items():
            np.testing.assert_equal(found[name][index], value)
    assert np.isnan(found["sensitivity/R"][0, 0])
