"""Two annotators: kappa against scikit-learn, and which beats each has alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from ecgmodel.evaluation.annotators import cohen_kappa, compare_annotators
from ecgmodel.records.record import Annotations


def marks(sample: list[int], symbol: str) -> Annotations:
    return Annotations(np.array(sample, np.int64), np.array(list(symbol), "U1"), np.full(len(sample), ""))


@given(st.lists(st.tuples(st.sampled_from("NLRAV"), st.sampled_from("NLRAV")), min_size=2, max_size=60))
def test_kappa_is_that_of_scikit_learn(pairs):
    """For any labels of any two annotators."""
    first, second = zip(*pairs, strict=True)
    at = list(range(0, 400 * len(pairs), 400))
    found = compare_annotators(marks(at, "".join(first)), marks(at, "".join(second)), 360.0)
    if len(set(first) | set(second)) == 1:
        assert np.isnan(found.kappa)
        return
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    np.testing.assert_array_equal(found.matrix, confusion_matrix(first, second, labels=list(found.symbols)))


def test_who_has_what():
    """Beats within 150 ms are the same beat; others belong to one alone, and marks that are no beats to nobody."""
    first = marks([100, 500, 900, 1300], "NNVN")
    second = marks([110, 520, 900, 950, 1700], "NVV+N")
    found = compare_annotators(first, second, 360.0)
    assert found.n_shared == 3
    assert found.n_agreed == 2
    assert found.only_first.tolist() == [1300]
    assert found.only_second.tolist() == [1700]
    assert (found.differ.tolist(), found.differ_first.tolist(), found.differ_second.tolist()) == ([500], ["N"], ["V"])


def test_nobody_has_anything():
    """Without shared beats there is no kappa."""
    found = compare_annotators(marks([], ""), marks([5], "N"), 360.0)
    assert found.n_shared == 0
    assert np.isnan(found.kappa)
    assert np.isnan(cohen_kappa(np.zeros((2, 2), np.int64)))


def test_textbook():
    """Cohen's kappa of 20, 5, 10, 15 is 0.4, as textbooks have it."""
    assert cohen_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4)
