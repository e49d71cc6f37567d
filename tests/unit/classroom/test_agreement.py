"""How far a class agrees: against scikit-learn and the table of Fleiss' paper."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from ecgmodel.classroom.agreement import agree, read_against
from ecgmodel.classroom.rooms import NO_ANSWER
from ecgmodel.evaluation.annotators import fleiss_kappa

FLEISS_TABLE = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)
"""Fourteen readers, ten items, five options, worked through at https://en.wikipedia.org/wiki/Fleiss%27_kappa: 0.210."""


def test_fleiss_kappa_is_that_of_the_worked_table():
    """The published example comes out to its three digits."""
    assert round(fleiss_kappa(FLEISS_TABLE), 3) == 0.210


def test_fleiss_kappa_of_two_readers_is_scotts_pi():
    """With two readers it is Scott's pi, counted here by hand: 7 of 10 alike, chance 0.505."""
    one, two = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]
    counts = np.array([[(a == k) + (b == k) for k in (0, 1)] for a, b in zip(one, two, strict=True)])
    chance = (11 / 20) ** 2 + (9 / 20) ** 2
    assert fleiss_kappa(counts) == pytest.approx((0.7 - chance) / (1 - chance))


def test_an_item_with_one_answer_has_no_pairs():
    """It changes nothing; where no item has two, or all say one thing, there is no kappa."""
    assert fleiss_kappa(np.vstack([FLEISS_TABLE, [1, 0, 0, 0, 0]])) == fleiss_kappa(FLEISS_TABLE)
    assert np.isnan(fleiss_kappa(np.array([[1, 0], [0, 1]])))
    assert np.isnan(fleiss_kappa(np.array([[5, 0], [5, 0]])))


def test_a_students_kappa_is_that_of_scikit_learn():
    """Of the items that a student answered, matrix and Cohen's kappa are scikit-learn's."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 20)
    answers = np.where(rng.random((30, 20)) < 0.6, truth, rng.integers(0, 5, (30, 20)))
    answers[rng.random((30, 20)) < 0.1] = NO_ANSWER
    found = agree(truth, answers, 5)
    for row, kappa in zip(answers, found.students, strict=True):
        given = row != NO_ANSWER
        assert kappa == pytest.approx(cohen_kappa_score(truth[given], row[given]))
        matrix = read_against(truth, row, 5).matrix
        assert np.array_equal(matrix, confusion_matrix(truth[given], row[given], labels=range(5)))
    assert found.whole.n_answers == np.count_nonzero(answers != NO_ANSWER)
    assert found.median_student == pytest.approx(np.median(found.students))


def test_the_class_says_what_most_say():
    """A tie is no answer of the class, nor is silence."""
    answers = np.array([[0, 1, 2, -1], [0, 1, 3, -1], [4, 0, -1, -1]])
    found = agree(np.array([0, 0, 2, 3]), answers, 5)
    assert found.chosen.tolist() == [0, 1, NO_ANSWER, NO_ANSWER]
    assert (found.majority.n_answers, found.majority.share_right) == (2, 0.5)


def test_nobody_has_answered():
    """An empty room has no figures, and no fault."""
    found = agree(np.array([0, 1]), np.empty((0, 2), dtype=np.int8), 5)
    assert found.chosen.tolist() == [NO_ANSWER, NO_ANSWER]
    assert np.isnan([found.fleiss, found.majority.kappa, found.median_student, found.whole.share_right]).all()
