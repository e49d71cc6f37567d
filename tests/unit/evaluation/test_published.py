"""The paper's figures and ours: the same question, from the matrices that the project ships."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.evaluation.published import OH_COUNTS, OH_SCORES, count_oh_normal, infer_oh_accuracy
from ecgmodel.evaluation.results import list_results, read_result, results_folder
from ecgmodel.scores.metrics import score, score_binary

ROOT = Path(__file__).resolve().parents[3]


def test_the_paper_s_figures_fit_each_other_as_answers_to_a_binary_question() -> None:
    """Its sensitivity and specificity give its accuracy, to the last digit that it prints."""
    assert count_oh_normal() == (8245, 8254)
    assert round(infer_oh_accuracy(), 4) == OH_SCORES["accuracy"]


def test_the_paper_s_figures_are_no_means_over_five_classes() -> None:
    """With 98.10 % right, the mean specificity is above the paper's, wherever the mistakes fall."""
    counts = np.array(list(OH_COUNTS.values()))
    n_wrong = round((1 - OH_SCORES["accuracy"]) * counts.sum())
    least = []
    for taken_for in range(5):
        matrix = np.diag(counts)
        left = n_wrong
        for truth in sorted(range(5), key=lambda k: -counts[k]):
            if truth != taken_for:
                moved = min(left, counts[truth])
                matrix[truth, truth] -= moved
                matrix[truth, taken_for] += moved
                left -= moved
        least.append(score(matrix).mean_specificity)
    assert min(least) > 0.992 > OH_SCORES["specificity"]


@pytest.mark.parametrize(
    ("preset", "accuracy", "sensitivity", "specificity"),
    [
        ("gru", 99.00, 98.93, 99.07),
        ("paper-gru", 97.82, 97.17, 98.48),
        ("paper-lstm", 97.71, 96.98, 98.44),
    ],
)
def test_our_binary_figures(preset: str, accuracy: float, sensitivity: float, specificity: float) -> None:
    """Those that stand beside the paper's, from the shipped matrices of all folds."""
    matrix = read_result(results_folder() / f"{preset}.segments-10fold.json").matrix
    found = score_binary(matrix)
    right = matrix[0, 0] + matrix[1:, 1:].sum()
    assert found.accuracy == pytest.approx(right / 16_499)
    rounded = [round(100 * value, 2) for value in (found.accuracy, found.sensitivity, found.specificity)]
    assert rounded == [accuracy, sensitivity, specificity]


def test_the_readme_states_what_the_matrices_give() -> None:
    """Every row of its table of results: the binary figures first, then those of five classes."""
    text = (ROOT / "README.md").read_text("utf-8")
    protocols = {
        "segments dealt at random, ten folds": "segments-10fold",
        "people dealt whole, ten folds": "patients-10fold",
        "DS1 trains, DS2 tests (runs of beats)": "ds1-ds2",
        "DS1 trains, DS2 tests (single beats)": "ds1-ds2",
        "people of mitdb and svdb, five folds (detected beats)": "people",
    }
    found = {}
    for preset, protocol, figures in re.findall(r"^\| `([\w-]+)`[^|]*\| ([^|]+) \|((?: [\d.]+ % \|){6})$", text, re.M):
        found[f"{preset}.{protocols[protocol]}"] = [float(value) for value in re.findall(r"[\d.]+", figures)]
    expected = {}
    for name in list_results(results_folder()):
        scores = read_result(results_folder() / f"{name}.json").scores
        binary = scores.abnormal
        values = (binary.accuracy, binary.sensitivity, binary.specificity)
        values += (scores.accuracy, scores.mean_sensitivity, scores.mean_specificity)
        expected[name] = [round(100 * value, 2) for value in values]
    assert found == expected
