"""Groups of AAMI, counted by hand."""

import numpy as np
import pytest

from ecgmodel.evaluation.aami import count_groups, score_groups
from ecgmodel.labels import class_index


def test_counts_and_scores_by_hand() -> None:
    """Fusion beats are missed by any answer; only EC57 forgives naming them V; Q beats are never judged."""
    pairs = [("N", "N"), ("L", "R"), ("e", "A"), ("A", "A"), ("J", "N"), ("a", "V"), ("V", "V"), ("E", "V")]
    pairs += [("F", "V"), ("F", "N"), ("Q", "V"), ("/", "A"), ("V", "L")]
    matrix = count_groups(np.array([s for s, _ in pairs]), np.array([class_index(c) for _, c in pairs]))
    assert matrix.tolist() == [[2, 1, 0], [1, 1, 1], [1, 0, 2], [1, 0, 1], [0, 1, 1]]
    scores = score_groups(matrix)
    assert scores.accuracy == pytest.approx(5 / 11)
    assert scores.sensitivity == {"S": pytest.approx(1 / 3), "V": pytest.approx(2 / 3)}
    assert scores.positive_predictivity == {"S": pytest.approx(1 / 2), "V": pytest.approx(2 / 4)}
    assert scores.ec57_positive_predictivity == {"S": pytest.approx(1 / 2), "V": pytest.approx(2 / 3)}


def test_nothing_to_judge_is_nan() -> None:
    """No S beats: no sensitivity."""
    scores = score_groups(count_groups(np.array(["N"]), np.array([0])))
    assert scores.accuracy == 1
    assert np.isnan(scores.sensitivity["S"])
    assert np.isnan(scores.positive_predictivity["V"])
