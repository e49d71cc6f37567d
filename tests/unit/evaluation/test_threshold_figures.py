"""Names by thresholds, and what they bring, against the scores that were there before them."""

import numpy as np
import pytest

from ecgmodel.classification.thresholds import Thresholds, find_unsure
from ecgmodel.evaluation.calibration import choose_unsure
from ecgmodel.evaluation.detected import count_detected
from ecgmodel.evaluation.detected_scores import score_detected
from ecgmodel.evaluation.predictions import Predictions, read_predictions
from ecgmodel.evaluation.results import results_folder
from ecgmodel.evaluation.threshold_figures import AnswersOfOthers
from ecgmodel.network.model_file import open_shipped_model


@pytest.fixture(scope="module")
def predictions() -> Predictions:
    return read_predictions(results_folder() / "beats-gru.people.npz")


def test_names_by_hand() -> None:
    """At or above a threshold; above both, by the larger ratio; below both, the most probable of the others."""
    probabilities = np.array(
        [
            [0.7, 0, 0, 0.3, 0],  # A at its threshold, though N is the most probable
            [0.4, 0, 0, 0.29, 0.31],  # below both
            [0, 0, 0, 0.4, 0.6],  # 4/3 of A's, 6/5 of V's
            [0, 0.1, 0.2, 0.1, 0.6],
            [0, 0.1, 0.2, 0.2, 0.5],  # V below its threshold: R, not V
        ]
    )
    assert Thresholds(0.3, 0.5).name(probabilities)[0] == 3
    assert Thresholds(0.3, 0.5).name(probabilities)[1] == 0
    assert Thresholds(0.3, 0.5).name(probabilities)[2] == 3
    assert Thresholds(0.3, 0.5).name(probabilities)[3] == 4
    assert Thresholds(0.3, 0.55).name(probabilities)[4] == 2
    assert find_unsure(probabilities, 0.5).tolist() == [False, True, False, False, False]


def test_without_thresholds_the_scores_are_those_of_the_result(predictions: Predictions) -> None:
    """Counted by EC57 record by record, and at once."""
    expected = score_detected(sum(count_detected(predictions).values()))
    found = AnswersOfOthers(predictions).judge()
    for group in "SV":
        assert found.sensitivity[group] == pytest.approx(expected[f"sensitivity/{group}"])
        assert found.positive_predictivity[group] == pytest.approx(expected[f"positive_predictivity/{group}"])


def test_what_is_left_is_what_the_card_states(predictions: Predictions) -> None:
    """Its threshold leaves 5 % unsure; what it states is counted by thresholds of others, and differs little."""
    card = open_shipped_model("beats-gru").card.unsure
    answers = AnswersOfOthers(predictions)
    found = answers.judge(unsure_below=card["threshold"])
    assert found.unsure == pytest.approx(0.05, abs=1e-3)
    assert found.errors == pytest.approx(card["errors"], abs=5e-3)
    again = choose_unsure(predictions)
    for name in ("threshold", "share", "errors", "errors_of_all"):
        assert again[name] == pytest.approx(card[name], abs=1e-3), name
    assert answers.judge().errors == pytest.approx(card["errors_of_all"], abs=1e-4)


def test_a_lower_threshold_finds_more_and_names_more_falsely(predictions: Predictions) -> None:
    """Both figures move, for A and for V, and each threshold moves its own."""
    answers = AnswersOfOthers(predictions)
    steps = [answers.judge(Thresholds(a, 0.5)) for a in (0.1, 0.3, 0.5, 0.7, 0.9)]
    found = [step.sensitivity["S"] for step in steps]
    rightly = [step.positive_predictivity["S"] for step in steps]
    assert found == sorted(found, reverse=True)
    assert rightly == sorted(rightly)
    assert found[0] - found[-1] > 0.2
    steps = [answers.judge(Thresholds(0.5, v)) for v in (0.1, 0.5, 0.9)]
    assert [step.sensitivity["V"] for step in steps] == sorted((s.sensitivity["V"] for s in steps), reverse=True)
    assert steps[0].sensitivity["V"] > steps[-1].sensitivity["V"] + 0.1
