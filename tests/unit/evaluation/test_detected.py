"""Detected beats judged by hand, and what is chosen on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.evaluation.calibration import (
    Calibration,
    calibrate_folds,
    calibrate_predictions,
    choose_calibration,
    choose_fold_calibrations,
    choose_unsure,
    mean_f1,
)
from ecgmodel.evaluation.detected import SPURIOUS, count_detected, merge_untold, predict_detected
from ecgmodel.evaluation.detected_scores import COLUMNS, ROWS, by_database, leave_out_paced, score_detected
from ecgmodel.evaluation.predictions import Predictions, truth_of_symbols
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.onnx_graph import build_graph
from ecgmodel.network.serving import Classifier
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.beats import CHANNELS


def make(symbols: str, probabilities: np.ndarray, record: str | list[str] = "100") -> Predictions:
    """Rows of these symbols; a row of zeros is a beat that was missed."""
    n = len(symbols)
    probabilities = np.asarray(probabilities, np.float32)
    whole = np.arange(n, dtype=np.int32)
    return Predictions(
        record=np.full(n, record) if isinstance(record, str) else np.array(record),
        symbol=np.array(list(symbols)),
        truth=truth_of_symbols(np.array(list(symbols))),
        start_sample=whole,
        r_sample=whole,
        length=whole,
        n_beats=whole,
        fold=np.zeros(n, np.int8),
        label=np.where(probabilities.any(axis=1), probabilities.argmax(axis=1), -1).astype(np.int8),
        probabilities=probabilities,
    )


def sure(names: str) -> np.ndarray:
    """Return a probability of 1 for each of these classes, and none for a dot."""
    return np.array([[float(name == one) for one in "NLRAV"] for name in names])


def test_counts_by_hand():
    """Beats of each group, those missed and those where there is none come where they belong."""
    found = count_detected(make("NNLASVEFQ-V", sure("NALAAVNVAA.")))["100"]
    expected = np.zeros((6, 4), int)
    expected[ROWS.index("N")] = [2, 1, 0, 0]
    expected[ROWS.index("S")] = [0, 2, 0, 0]
    expected[ROWS.index("V")] = [1, 0, 1, 1]
    expected[ROWS.index("F")] = [0, 0, 1, 0]
    expected[ROWS.index("Q")] = [0, 1, 0, 0]
    expected[ROWS.index("none")] = [0, 1, 0, 0]
    assert (found == expected).all()
    assert COLUMNS == ("N", "S", "V", "missed")
    assert SPURIOUS == "-"


def test_scores_by_hand():
    """What is missed counts against sensitivity, what is invented against predictivity; Q and F named V do neither."""
    figures = score_detected(count_detected(make("NNLASVEFQ-V", sure("NALAAVNVAA.")))["100"])
    assert figures["sensitivity/S"] == 1.0
    assert figures["positive_predictivity/S"] == pytest.approx(2 / 4)
    assert figures["f1/S"] == pytest.approx(2 / 3)
    assert figures["sensitivity/V"] == pytest.approx(1 / 3)
    assert figures["positive_predictivity/V"] == 1.0
    assert figures["f1/V"] == pytest.approx(1 / 2)
    assert figures["mean_f1"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert figures["found"] == pytest.approx(9 / 10)


def test_databases_apart_without_pacemakers():
    """Records are scored with those of their database; the paced ones of mitdb count for neither."""
    records = {name: np.ones((6, 4), int) for name in ("100", "102", "svdb/800")}
    assert {name: list(found) for name, found in by_database(leave_out_paced(records)).items()} == {
        "mitdb": ["100"],
        "svdb": ["svdb/800"],
    }


def test_l_and_r_count_as_n_where_the_database_does_not_tell():
    """In svdb an N that was named R is right; in mitdb it is wrong."""
    answers = make("NN", np.array([[0.3, 0.1, 0.25, 0.35, 0.0]] * 2), ["100", "svdb/803"])
    merged = merge_untold(answers)
    assert merged.label.tolist() == [3, 0]
    np.testing.assert_allclose(merged.probabilities[1], [0.65, 0, 0, 0.35, 0], atol=1e-6)
    np.testing.assert_allclose(merged.probabilities[0], answers.probabilities[0])


def test_calibration_in_the_weights_is_calibration_of_the_answers():
    """A network with the changed last layer answers what the changed answers of the old one are."""
    import onnxruntime

    config = NetworkConfig(filters=(2, 2, 2), units=3, dense=(4,))
    weights = initialise_weights(config, 1)
    calibration = Calibration(1.7, {"A": 0.8, "V": -0.4})
    random = np.random.default_rng(0)
    fed = {"signal": random.standard_normal((6, 1000, 1)).astype(np.float32), "length": np.full(6, 1000)}
    before, after = (
        onnxruntime.InferenceSession(build_graph(config, one).SerializeToString()).run(["probabilities"], fed)[0]
        for one in (weights, calibration.put_into(weights))
    )
    np.testing.assert_allclose(calibration.apply(before), after, atol=1e-6)
    assert np.abs(before - after).max() > 0.05


def test_what_is_chosen_mends_a_network_that_is_too_shy():
    """Answers whose odds for A were divided by e get them back, and probabilities that were squared are no more."""
    random = np.random.default_rng(3)
    n = 6000
    honest = random.dirichlet([1.2, 0.01, 0.01, 1.0, 0.6], n)
    truth = (honest.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    symbols = "".join("NLRAV"[k] for k in truth)
    shy = honest * np.array([1, 1, 1, np.exp(-1), 1])
    shy = shy**2 / (shy**2).sum(axis=1, keepdims=True)
    answers = make(symbols, shy)
    chosen = choose_calibration(answers)
    assert chosen.temperature == pytest.approx(2.0, rel=0.25)
    assert mean_f1(calibrate_predictions(answers, chosen)) > mean_f1(answers)
    likely = calibrate_predictions(answers, chosen).probabilities
    assert likely[:, 3].mean() == pytest.approx((truth == 3).mean(), abs=0.08)


def test_a_missed_beat_stays_missed():
    """No calibration names what was not found."""
    done = calibrate_predictions(make("NV", sure("N.")), Calibration(1.2, {"V": 2.0}))
    assert done.label.tolist() == [0, -1]


def test_unsure_beats_are_the_wrong_ones():
    """Where the five least sure of a hundred are the five wrong ones, leaving them out leaves no error."""
    probabilities = np.tile([0.9, 0.0, 0.0, 0.0, 0.1], (100, 1))
    probabilities[:5] = [0.4, 0.2, 0.1, 0.3, 0.0]
    found = choose_unsure(make("A" * 5 + "N" * 95, probabilities))
    assert (found["share"], found["errors"], found["errors_of_all"]) == (0.05, 0.0, 0.05)
    assert 0.4 < found["threshold"] <= 0.9


def test_what_is_added_to_a_fold_is_chosen_on_the_others():
    """Whatever the people of a fold answer, and however wrongly, their own calibration stays."""
    random = np.random.default_rng(1)
    answers = make("NAV" * 40, random.dirichlet(np.ones(5), 120))
    answers = replace(answers, fold=np.repeat([0, 1, 2], 40).astype(np.int8))
    changed = replace(answers, probabilities=answers.probabilities.copy())
    changed.probabilities[:40] = random.dirichlet(np.full(5, 0.1), 40)
    before, after = choose_fold_calibrations(answers), choose_fold_calibrations(changed)
    assert before[0] == after[0]
    assert before[1] != after[1]
    np.testing.assert_allclose(
        calibrate_folds(answers, before).probabilities[40:80], before[1].apply(answers.probabilities[40:80]), atol=1e-6
    )


def test_the_errors_that_are_stated_are_those_of_other_peoples_threshold():
    """By hand: the half whose answers are sure is cut by the shy half's threshold, which leaves none of it out."""
    sure_of = np.tile([0.9, 0.0, 0.0, 0.0, 0.1], (100, 1))
    sure_of[50:, [0, 4]] = [0.6, 0.4]
    answers = replace(make("N" * 100, sure_of), fold=np.repeat([0, 1], 50).astype(np.int8))
    found = choose_unsure(answers, 0.5)
    assert found["share"] == 0.5
    assert found["threshold"] == pytest.approx(0.75)


def test_a_record_as_a_stranger_brings_it():
    """Every detected beat has a row with the mark beside it; a mark far from all of them is one that was missed."""
    record = simulate_record(SimulationPlan(ventricular_share=0.1), seed=3)
    config = NetworkConfig(filters=(2, 2, 2), units=3, dense=(), n_channels=len(CHANNELS))
    classifier = Classifier(Model(config, initialise_weights(config, 0), ModelCard("x", "beats")))
    found = predict_detected(classifier, record, fold=2)
    peaks, marks = detect_r_peaks(record.lead(), record.fs), record.annotations.beats()
    n_paired = len(found) - (found.symbol == SPURIOUS).sum() - (found.label == -1).sum()
    assert (found.label >= 0).sum() == len(peaks)
    assert (found.symbol != SPURIOUS).sum() == len(marks.sample)
    assert n_paired >= 0.97 * len(marks.sample)
    assert set(found.fold) == {2}
