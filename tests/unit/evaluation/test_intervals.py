"""The bootstrap over people."""

import numpy as np
import pytest
from scipy.stats import binom

from ecgmodel.evaluation.intervals import bootstrap_difference, bootstrap_people


def accuracy(matrix: np.ndarray) -> dict[str, float]:
    return {"accuracy": np.trace(matrix, axis1=-2, axis2=-1) / matrix.sum(axis=(-2, -1))}


def test_alike_people_leave_no_doubt() -> None:
    """Where everybody has the same matrix, every draw has the same score."""
    low, high = bootstrap_people({str(k): np.array([[8, 2], [1, 9]]) for k in range(100, 110)}, accuracy)["accuracy"]
    assert low == pytest.approx(0.85)
    assert high == pytest.approx(0.85)


def test_width_is_that_of_the_binomial() -> None:
    """40 people who are all right or all wrong: the middle 95 % of a binomial over 40."""
    right, wrong = np.diag([5, 5]), np.array([[0, 5], [5, 0]])
    matrices = {str(100 + k): right if k < 28 else wrong for k in range(40)}
    low, high = bootstrap_people(matrices, accuracy, n_draws=4000, seed=1)["accuracy"]
    expected = binom(40, 0.7).ppf([0.025, 0.975]) / 40
    assert (low, high) == pytest.approx(expected, abs=1 / 40 + 1e-9)


def test_one_man_s_two_records_are_drawn_together() -> None:
    """201 and 202 alone are one person: there is nobody else to draw."""
    matrices = {"201": np.diag([10, 0]), "202": np.array([[0, 10], [0, 0]])}
    assert bootstrap_people(matrices, accuracy)["accuracy"] == (0.5, 0.5)


def test_undefined_figures_are_left_out() -> None:
    """A draw without a class says nothing of it."""

    def first_class(matrix: np.ndarray) -> dict[str, float]:
        total = matrix[..., 0, :].sum(axis=-1)
        with np.errstate(invalid="ignore"):
            return {"sensitivity": matrix[..., 0, 0] / total}

    matrices = {"100": np.array([[4, 0], [0, 0]]), "101": np.array([[0, 0], [0, 3]])}
    assert bootstrap_people(matrices, first_class)["sensitivity"] == (1, 1)


def test_a_difference_is_that_of_the_same_people() -> None:
    """People who are easy or hard for both: each score is wide open, their difference is not."""
    easy, hard = np.diag([10, 10]), np.array([[2, 8], [8, 2]])
    ours = {str(100 + k): easy if k % 2 else hard for k in range(20)}
    theirs = {name: matrix + np.array([[-1, 1], [0, 0]]) for name, matrix in ours.items()} | {"999": easy}
    low, high = bootstrap_people(ours, accuracy)["accuracy"]
    assert high - low > 0.2
    assert bootstrap_difference(ours, theirs, accuracy)["accuracy"] == pytest.approx((0.05, 0.05))
    assert bootstrap_difference({"1": easy}, {"2": easy}, accuracy) == {}
