"""The shipped models are what their cards say, and know heartbeats that nobody showed them."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score

from ecgmodel.classification.classify import classify_record
from ecgmodel.evaluation.results import read_result, result_path, results_folder
from ecgmodel.labels import CLASSES
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, list_shipped_models, open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.databases import person
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.mitdb_segments import cut_mitdb
from ecgmodel.segments.people import PEOPLE_RECORDS, people_folds
from ecgmodel.segments.splits import split_segments
from ecgmodel.training.train import SPLIT_SEED

RUN_MODELS = ("gru", "paper-gru", "paper-lstm")


@pytest.fixture(scope="module")
def runs(mitdb_folder: Path) -> Segments:
    return cut_mitdb("runs")


def test_four_models_are_shipped() -> None:
    """Each a small file."""
    assert list_shipped_models() == ("beats-gru", "gru", "paper-gru", "paper-lstm")


@pytest.mark.parametrize("name", ["beats-gru", *RUN_MODELS])
def test_a_card_tells_the_whole_provenance(name: str) -> None:
    """Whoever opens the file can train it again."""
    card = open_shipped_model(name).card
    assert card.name == name
    assert re.match(rf"python -m ecgmodel (train|evaluate) --preset {name} ", card.command)
    assert card.epochs > 0
    assert card.versions
    assert card.scores
    assert card.held_out
    assert card.created


def test_the_paper_models_are_the_paper_s_network() -> None:
    """No more than the table."""
    assert open_shipped_model("paper-gru").config == NetworkConfig()
    assert open_shipped_model("paper-lstm").config == NetworkConfig(cell="lstm")


@pytest.mark.parametrize("name", RUN_MODELS)
def test_the_scores_of_a_card_come_out_again(name: str, runs: Segments) -> None:
    """Served today, judged by scikit-learn, on the fold that the card names."""
    model = open_shipped_model(name)
    split = split_segments(runs, model.card.protocol, model.card.fold, SPLIT_SEED)
    test = runs.take(split.test)
    predicted = Classifier(model).predict(test).label
    assert model.card.scores["accuracy"] == pytest.approx(accuracy_score(test.label, predicted), abs=2e-3)
    sensitivity = recall_score(test.label, predicted, average="macro")
    assert model.card.scores["sensitivity"] == pytest.approx(sensitivity, abs=1e-2)


def test_gru_reaches_the_paper_s_figures() -> None:
    """Oh et al. 2018, abnormal or not: 98.10 % accuracy, 97.50 % sensitivity, 98.70 % specificity; over all folds."""
    found = read_result(result_path("gru", "segments-10fold", results_folder())).scores.abnormal
    assert found.accuracy >= 0.981
    assert found.sensitivity >= 0.975
    assert found.specificity >= 0.987


def test_nobody_is_read_by_a_network_that_trained_on_them() -> None:
    """Every record of the two databases is read by a network whose card names nobody who is that person."""
    model = open_shipped_model("beats-gru")
    for name in (*PEOPLE_RECORDS, "208-excerpt"):
        own = model.for_record(name)
        assert own is not model
        assert person(name) not in {person(trained) for trained in own.card.train_records}
        assert name.removesuffix("-excerpt") in own.card.held_out_records


def test_what_names_a_record_is_the_network_of_its_fold(mitdb_folder: Path) -> None:
    """`classify_record`, given the whole model, answers as the fold's network alone does, and unlike the others."""
    model, record = open_shipped_model("beats-gru"), open_record("119")
    named = classify_record(record, model, beats="detected").probabilities
    alone = [
        classify_record(
            replace(record, source="upload"), Model(model.config, fold.weights, model.card), beats="detected"
        )
        for fold in model.folds
    ]
    same = [np.allclose(named, one.probabilities, atol=1e-6) for one in alone]
    assert same == [number == people_folds()["119"] for number in range(len(model.folds))]


def test_beats_gru_says_what_its_result_says() -> None:
    """Its card has the scores of the shipped result, by networks that never saw the people."""
    card = open_shipped_model("beats-gru").card
    result = read_result(result_path("beats-gru", "people", results_folder()))
    assert {name: card.scores[name] for name in result.scores.to_dict()} == pytest.approx(result.scores.to_dict())
    assert set(card.held_out_records) == set(PEOPLE_RECORDS) == set(result.records)


def test_simulated_beats_are_recognised() -> None:
    """All simulated records but the noisy one together: 95 % of every class; of the mixed one, too."""
    model = open_shipped_model("beats-gru")
    truth, predicted = [], []
    for entry in list_records():
        if entry.source == "simulated" and entry.name != "simulated-noisy":
            prediction = classify_record(open_record(entry.name), model)
            truth.append(prediction.symbol)
            predicted.append(prediction.predicted)
            if entry.name == "simulated-mixed":
                alone = recall_score(truth[-1], predicted[-1], labels=CLASSES, average=None)
                assert dict(zip(CLASSES, (alone >= 0.95).tolist(), strict=True)) == dict.fromkeys(CLASSES, True)
    truth, predicted = np.concatenate(truth), np.concatenate(predicted)
    together = recall_score(truth, predicted, labels=CLASSES, average=None)
    assert dict(zip(CLASSES, (together >= 0.95).tolist(), strict=True)) == dict.fromkeys(CLASSES, True)


@pytest.mark.parametrize(("conduction", "least"), [("L", 0.92), ("R", 0.93)])
def test_a_block_of_somebody_simulated_is_recognised(conduction: str, least: float) -> None:
    """Over ten hearts of any seed: what is asked of the shipped records is not true of their seeds alone."""
    model = Classifier(open_shipped_model("beats-gru"))
    plan = SimulationPlan(conduction=(conduction,), ventricular_share=0.012, duration_s=180.0)
    right = []
    for seed in range(100, 110):
        prediction = classify_record(simulate_record(plan, seed=seed), model)
        right.append(np.mean(prediction.predicted[prediction.symbol == conduction] == conduction))
    assert np.mean(right) >= least
