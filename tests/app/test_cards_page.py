"""The page of model cards, with the models and results that the project ships."""

import json
import re

import numpy as np
import pytest

from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.evaluation.results import find_intervals, list_results, read_result, results_folder
from ecgmodel.figures.model_card import energy_wh, find_worst_s, list_judged, list_worst, write_card
from ecgmodel.network import model_file
from ecgmodel.network.model_file import list_shipped_models, open_shipped_model
from tests.app.screen import all_text

NAMES = ("beats-gru", "gru", "paper-gru", "paper-lstm")


@pytest.fixture
def open_cards(open_app, models, no_mitdb, monkeypatch):
    """The page, with the shipped models in place of those that nobody trained."""
    monkeypatch.setattr(model_file, "SHIPPED_FOLDER", results_folder().parent / "models")
    return lambda **address: open_app("cards", **address)


def described(name: str) -> dict:
    return json.loads((results_folder() / f"{name}.json").read_text("utf-8"))


def html_of(app) -> str:
    return " ".join(str(element.proto.body) for element in app.get("html"))


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_model_has_a_card(open_cards, name):
    """At its own address, in both languages, with what it is not for and the minutes that its results hold."""
    for lang, words in (("en", "What it must not be used for"), ("zh", "不得用于")):
        app = open_cards(card=name, lang=lang)
        assert not app.exception
        card = html_of(app)
        assert words in card
        assert app.query_params["card"] == name
        minutes = described(f"{name}.segments-10fold" if name != "beats-gru" else "beats-gru.people")["seconds"] / 60
        assert f"{minutes:.1f}" in card
        assert re.search(rf"\[\w[\w/]*\]\(predict\?record=[\w%]+&model={name}&t=[\d.]+&w=10\)", all_text(app))
    assert set(NAMES) == set(list_shipped_models())


def test_a_card_states_the_scores_of_its_results(open_cards):
    """Class by class, database by database and lead by lead, with the intervals of the file."""
    result = described("beats-gru.people")
    card = html_of(open_cards(card="beats-gru"))
    for symbol in "NLRAV":
        value, (low, high) = (result[kind][f"sensitivity/{symbol}"] for kind in ("scores", "intervals"))
        assert f"{value:.1%} ({low:.0%}\xa0–\xa0{high:.0%})" in card
    for database in ("mitdb", "svdb"):
        found = result["detected"][database]
        low, high = found["intervals"]["sensitivity/S"]
        assert f"{found['scores']['sensitivity/S']:.1%} ({low:.0%}\xa0–\xa0{high:.0%})" in card
    for part in ("MLII, 46", "V5, 2", "ECG1, 39"):
        assert part in card
    assert f"Finding L: under people {result['scores']['sensitivity/L']:.0%} of them are found" in card
    assert f"{result['training']['teachers']} for each network, trained first on the same people" in card
    assert "Finding N" not in card


def test_the_worst_records_are_the_worst():
    """By the accuracy of the strictest protocol, counted from the file."""
    results = [read_result(results_folder() / f"{name}.json") for name in list_results(results_folder())]
    judged = list_judged("gru", results, find_intervals)
    assert [one.result.protocol for one in judged] == ["segments-10fold", "patients-10fold", "ds1-ds2"]
    worst = list_worst(judged)
    share = {
        name: sum(matrix[k][k] for k in range(5)) / sum(map(sum, matrix))
        for name, matrix in described("gru.ds1-ds2")["records"].items()
    }
    assert [row.record for row in worst] == sorted(share, key=lambda name: (share[name], name))[: len(worst)]
    assert [row.accuracy for row in worst] == pytest.approx([share[row.record] for row in worst])


def test_a_card_to_print_is_one_file_without_scripts():
    """Nothing in it leads elsewhere; a model without results says that nothing was measured."""
    model = open_shipped_model("paper-gru")
    alone = write_card(model, [])
    assert "Neither minutes nor energy were measured." in alone
    for text in (alone, write_card(open_shipped_model("beats-gru"), [])):
        assert text.lstrip().startswith("<!doctype html>")
        assert not re.search(r"<script|src=|href=", text)
    assert energy_wh(3600, 30) == 30


def test_a_worst_record_opens_at_its_surest_mistake():
    """By hand: of three answers two are wrong, and the surer one is 20 s after the start."""
    one = np.ones(3, np.int32)
    answers = Predictions(
        record=np.array(["208", "208", "208"]),
        symbol=np.array(["V", "V", "N"]),
        truth=np.array([4, 4, 0], np.int8),
        start_sample=one,
        r_sample=np.array([3600, 7200, 9000], np.int32),
        length=one,
        n_beats=one,
        fold=np.zeros(3, np.int8),
        label=np.array([0, 0, 0], np.int8),
        probabilities=np.array([[0.6, 0, 0, 0, 0.4], [0.8, 0, 0, 0, 0.2], [0.9, 0, 0, 0, 0.1]], np.float32),
    )
    assert find_worst_s(answers, "208") == 20
    assert find_worst_s(answers, "100") is None


def test_the_links_hold_the_place(open_cards):
    """Every record of the list leads to a stretch of ten seconds."""
    links = re.findall(r"\]\(predict\?([^)]*)\)", all_text(open_cards(card="beats-gru")))
    assert len(links) == 10
    assert all("&t=" in link and link.endswith("&w=10") for link in links)
