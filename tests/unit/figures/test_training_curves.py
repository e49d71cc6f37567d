"""Curves of trainings: how they are smoothed, and that several are told apart."""

import numpy as np
import pytest

from ecgmodel.figures.training import MAX_RUNS, Curves, CurveWords, draw_curves, draw_gradients, smooth
from ecgmodel.training.run_folder import EpochResult

WORDS = CurveWords("epoch", "loss", "accuracy", "learning rate", "training", "validation")


def make_run(name, n=4):
    epochs = [
        EpochResult(k, 1e-3, 1 / k, 1 - 0.5 / k, 1.2 / k, 1 - 0.6 / k, 0.5, 2.0, {"conv1": 0.1 / k, "gru": 1 / k})
        for k in range(1, n + 1)
    ]
    return Curves(name, epochs, n)


def test_smoothing_by_hand():
    """Weights 1, 1/2, 1/4 ... backwards, over their sum; a flat curve stays flat; 0 changes nothing; gaps stay gaps."""
    np.testing.assert_allclose(smooth([1.0, 2.0, 4.0], 0.5), [1, (2 + 0.5) / 1.5, (4 + 1 + 0.25) / 1.75])
    assert smooth([3.0, 3.0, 3.0], 0.9) == pytest.approx([3, 3, 3])
    assert smooth([1.0, 5.0, 2.0], 0.0) == pytest.approx([1, 5, 2])
    np.testing.assert_allclose(smooth([1.0, np.nan, 3.0], 0.5), [1, np.nan, (3 + 0.5) / 1.5])


def test_each_of_several_runs_has_lines_of_its_own():
    """By colour and by dashes, so that they differ in grey as well; what is smoothed leaves its source behind."""
    figure = draw_curves([make_run(f"run {k}") for k in range(MAX_RUNS)], WORDS, "light")
    looks = {(line.line.color, line.line.dash) for line in figure.data if line.name.endswith("validation")}
    assert len(looks) == MAX_RUNS
    assert len({dash for _, dash in looks}) == MAX_RUNS
    plain, smoothed = (draw_curves([make_run("one")], WORDS, "dark", weight) for weight in (0.0, 0.5))
    assert len(smoothed.data) == len(plain.data) + 4
    assert list(smoothed.data[1].y) == pytest.approx(smooth([1.0, 1 / 2, 1 / 3, 1 / 4], 0.5))


def test_a_line_for_each_layer():
    """With its norms over the epochs, on a logarithmic axis."""
    figure = draw_gradients(make_run("one"), "gradient norm", "epoch", "light")
    assert {line.name: list(line.y) for line in figure.data} == {
        "conv1": pytest.approx([0.1, 0.05, 0.1 / 3, 0.025]),
        "gru": pytest.approx([1, 0.5, 1 / 3, 0.25]),
    }
    assert figure.layout.yaxis.type == "log"
