"""The Evaluate page, with results that nobody trained for and no database."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest

from ecgmodel.evaluation.noise_stress import read_noise_stress
from ecgmodel.evaluation.predictions import write_predictions
from ecgmodel.evaluation.results import read_result, results_folder
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.scores.metrics import score
from ecgmodel.segments.people import people_folds
from ecgmodel.training.presets import find_preset
from ecgmodel.training.train import adapt_preset, describe_run
from pages.caches.models import open_model, open_model_for
from pages.caches.predictions import predict_record
from pages.caches.results import result_predictions
from pages.evaluate.cell import say_another_network, say_unseen
from pages.evaluate.export import format_matrix, format_segments
from pages.evaluate.judged import ALL, Judged, Part, list_judged, matrix_of, rows_of_cell
from pages.evaluate.matrix import ChosenCell
from tests.app.screen import all_text, shows_trace
from tests.evaluation_case import make_predictions, ship_result

TABS = {
    "Matrix, part by part": "all together",
    "The paper, and ours": "which is its accuracy",
    "Classes": "bootstrap over people",
    "Baselines": "length of the segment alone",
    "Records": "the worst record first",
    "Training": "Accuracy while training",
    "Thresholds": "ROC, each class against the rest",
    "Probabilities": "expected calibration error",
    "Noise": "No noise stress test yet",
    "Export": "one HTML file without scripts",
}
"""What each tab shows and no other does."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """`gru` over segments and over people, `beats-gru` from DS1 to DS2: the results by name, and their folder."""
    folder = tmp_path_factory.mktemp("results")
    results = [
        ship_result(folder, "gru", "segments-10fold", right=0.95),
        ship_result(folder, "gru", "patients-10fold", right=0.7, seed=1),
        ship_result(folder, "paper-lstm", "segments-10fold", right=0.9, seed=2),
        ship_result(folder, "beats-gru", "ds1-ds2", right=0.8, seed=3),
    ]
    return folder, {result.name: result for result in results}


@pytest.fixture
def open_evaluate(open_app, shipped, no_mitdb, monkeypatch, tmp_path):
    monkeypatch.setenv("ECG_RESULTS_DIR", str(shipped[0]))
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path / "runs"))
    return lambda **address: open_app("evaluate", **address)


def components(app):
    return [element.proto.component_name for element in app.get("bidi_component")]


def test_the_drop_is_spelled_out(open_evaluate, shipped):
    """Both accuracies and their difference, the rule of length, and who stands in for whom."""
    app = open_evaluate()
    assert not app.exception
    words = all_text(app)
    before, after = (
        shipped[1][f"gru.{protocol}"].scores.accuracy for protocol in ("segments-10fold", "patients-10fold")
    )
    assert f"right in **{after:.1%}**, not {before:.1%}: **{(before - after) * 100:.1f} points less**" in words
    length = shipped[1]["gru.segments-10fold"].baseline_scores("length").accuracy
    assert f"how long a segment is: right in **{length:.1%}**" in words
    assert "gru has not been evaluated here, so beats-gru is shown instead" in words
    assert "3 of 3 people, named by their records" in words
    assert "Not a medical device" in words
    assert components(app).count("ecg_matrices") == 2


def everything(app):
    """Return all that the app says, with what its tables, charts and choices hold."""
    tables = [" ".join(map(str, element.value.astype(str).to_numpy().flatten())) for element in app.dataframe]
    charts = [element.proto.spec for element in app.get("plotly_chart")]
    choices = [str(element.value) + " ".join(map(str, element.options)) for element in app.selectbox]
    return " ".join([all_text(app), *tables, *charts, *choices])


@pytest.mark.parametrize("beside", ["", "paper-lstm.segments-10fold"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab(open_evaluate, tab, beside):
    """Each opens with what is its own, alone and with a second result beside; what is closed is not worked out."""
    app = open_evaluate()
    app.session_state["evaluate.tabs"] = tab
    app.selectbox(key="evaluate.beside").set_value(beside).run()
    assert not app.exception
    assert not app.warning
    words = everything(app)
    assert [name for name, own in TABS.items() if own in words] == [tab]
    if beside and tab in ("Classes", "Baselines", "Export"):
        assert "**paper-lstm · segments**" in words


def test_in_chinese(open_evaluate):
    """No English sentence is left in the lesson and the first tab: four English words in a row are only in commands."""
    app = open_evaluate(lang="zh")
    assert not app.exception
    words = all_text(app)
    assert "个百分点" in words
    assert "不是医疗器械" in words
    words = re.sub(r"`[^`]*`|python -m [-\w. ]+", " ", words)
    assert re.findall(r"[A-Za-z]+(?: [A-Za-z]+){3,}", words) == []


def test_another_preset_has_an_address(open_evaluate):
    """`?preset=paper-lstm` opens it; where it was not judged, others stand in."""
    app = open_evaluate(preset="paper-lstm")
    assert app.selectbox(key="evaluate.preset").value == "paper-lstm"
    assert "paper-lstm has not been evaluated here, so gru is shown instead" in all_text(app)
    assert not app.exception


def test_a_cell_opens_to_its_segments_and_the_trace(open_evaluate, shipped):
    """As many as the matrix counts; the opened one is the record in use on every page."""
    matrix = shipped[1]["gru.patients-10fold"].matrix
    app = open_evaluate()
    app.session_state["choice.evaluate.cell"] = ChosenCell(
        "evaluate.split", 1, "gru.patients-10fold", "classes", ALL, 4, 0
    )
    app.run()
    assert f"**V named N**: {matrix[4, 0]} segments of gru · people" in all_text(app)
    assert components(app).count("ecg_tiles") == 1
    rows = rows_of_cell(judged(shipped, "gru.patients-10fold"), "classes", ALL, 4, 0)
    elsewhere = next(k for k in range(len(rows) + 1) if k not in rows)
    app.session_state["choice.evaluate.opened"] = ("gru.patients-10fold", elsewhere)
    app.run()
    assert not shows_trace(app)
    app.session_state["choice.evaluate.opened"] = ("gru.patients-10fold", int(rows[0]))
    app.run()
    assert not app.exception
    assert shows_trace(app)
    assert "had never seen this person" in all_text(app)


def test_one_man_s_other_record_is_no_stranger(open_app, no_mitdb):
    """201 trains and 202 tests under DS1 to DS2: neither the segment of 202 nor the sum says that he is unknown."""
    result = read_result(results_folder() / "gru.ds1-ds2.json")
    one = Judged(result.name, result.preset, result.protocol, result.segments, result, None)
    assert "another of this person" in say_unseen(one, "202")
    assert "never seen this person" in say_unseen(one, "100")
    app = open_app("evaluate")
    assert "**DS1 → DS2**: on 22 people, of whom 1 also trained it" in all_text(app)
    assert "**people**: on people it has never seen" in all_text(app)


def test_databases_stand_side_by_side(open_app, no_mitdb):
    """S and V of each database as the shipped result has them; a preset is not said to stand in for itself."""
    app = open_app("evaluate", preset="beats-gru")
    words = all_text(app)
    described = json.loads((results_folder() / "beats-gru.people.json").read_text("utf-8"))["detected"]
    assert "|mitdb, 47 people|svdb, 39 people|" in words
    for group in "SV":
        for kind, name in (
            ("sensitivity", f"{group} found"),
            ("positive_predictivity", f"{group} named correctly (+P)"),
        ):
            cells = []
            for database in ("mitdb", "svdb"):
                low, high = described[database]["intervals"][f"{kind}/{group}"]
                value = described[database]["scores"][f"{kind}/{group}"]
                cells.append(f"**{value:.1%}** ({low:.0%}\xa0–\xa0{high:.0%})")
            assert f"|{name}|{'|'.join(cells)}|" in words
    assert "so beats-gru is shown instead" not in words
    scores = json.loads((results_folder() / "beats-gru.ds1-ds2.json").read_text("utf-8"))["scores"]
    a, v = (scores[f"sensitivity/{name}"] for name in "AV")
    assert (
        f"**DS1 → DS2**: beats-gru finds {a:.0%} of the A beats and {v:.0%} of the V beats of 22 people, of whom 1"
        in words
    )


def test_two_results_differ_with_an_interval(open_app, no_mitdb):
    """`paper-gru` has 97.01 %, `paper-lstm` 96.96 %: the interval of the difference holds 0, and the page says so."""
    app = open_app("evaluate")
    app.selectbox(key="evaluate.main").set_value("paper-gru.segments-10fold")
    app.selectbox(key="evaluate.beside").set_value("paper-lstm.segments-10fold").run()
    assert not app.exception
    words = all_text(app)
    assert "paper-gru · segments against paper-lstm · segments, on the same 47 people: **+0.05 points**" in words
    assert "neither is shown to be better" in words


def test_noise_has_its_charts(open_app, no_mitdb):
    """Of the shipped test: detector and classifier in each noise, and the table has the charts' figures."""
    found = read_noise_stress(results_folder() / "noise-stress.json")
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "Noise"
    app.run()
    assert not app.exception
    assert "python -m ecgmodel noise --model beats-gru --seed 0" in all_text(app)
    table = app.dataframe[-1].value
    assert len(table) == 1 + 3 * 6
    assert table["V found"].iloc[0] == f"{found.point(None, None).sensitivity['V']:.1%}"
    assert table["R peaks found"].iloc[-1] == f"{found.point('ma', -6).detected:.2%}"


def test_the_error_that_is_left_is_that_of_the_card(open_app, shipped_models, no_mitdb):
    """At 5 % unsure the page states the errors that the shipped model's card states."""
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "Probabilities"
    app.selectbox(key="evaluate.main").set_value("beats-gru.people").run()
    assert not app.exception
    unsure = open_shipped_model("beats-gru").card.unsure
    expected = (
        f"**{unsure['errors']:.1%}** of the others are wrong; without withholding any, {unsure['errors_of_all']:.1%}"
    )
    assert expected in all_text(app)


def test_from_a_matrix_to_the_network_that_answered(mitdb_folder, open_app, shipped_models):
    """Predict and Gates read a beat of Evaluate by the network of its fold, on the beats that were judged.

    The names that the result holds come out again on Predict's beats, which no other network of the file gives.
    """
    rows = result_predictions("beats-gru.people")
    wrong = np.flatnonzero((rows.record == "228") & rows.is_judged & (rows.truth != rows.label))
    one = next(one for one in list_judged() if one.key == "beats-gru.people")
    app = open_app("evaluate")
    app.session_state["choice.evaluate.cell"] = ChosenCell(
        "evaluate.split", 3, one.key, "classes", ALL, int(rows.truth[wrong[0]]), int(rows.label[wrong[0]])
    )
    app.session_state["choice.evaluate.opened"] = (one.key, int(wrong[0]))
    app.run()
    assert not app.exception
    words = all_text(app)
    assert "had never seen this person" in words
    assert "Predict and Gates show" not in words
    model = open_model_for("beats-gru", "228")
    assert model is not open_model("beats-gru")
    assert "228" in model.card.held_out_records
    named = predict_record("228", "beats-gru", None, "detected")
    at = np.searchsorted(named.r_sample, rows.r_sample[wrong])
    np.testing.assert_array_equal(named.r_sample[at], rows.r_sample[wrong])
    np.testing.assert_array_equal(named.label[at], rows.label[wrong])


def test_another_network_than_the_one_that_answered_is_said(shipped_models, no_mitdb):
    """Of `gru` one network is shipped, which everyone trained; that of DS1 is not shipped."""
    of = {one.key: one for one in list_judged()}
    assert "trained on this person" in say_another_network(of["gru.patients-10fold"], "100", 3)
    assert "never saw this person either" in say_another_network(of["beats-gru.ds1-ds2"], "100", 0)
    assert say_another_network(of["beats-gru.people"], "100", int(people_folds()["100"])) == ""


def test_a_missed_beat_is_in_no_cell(no_mitdb):
    """Each cell of the shipped result on detected beats opens as many as it counts, in classes and in groups."""
    one = next(one for one in list_judged() if one.key == "beats-gru.people")
    assert (one.predictions.label < 0).any()
    for measure in ("classes", "groups"):
        whole = matrix_of(one, measure, ALL)
        for truth, named in np.ndindex(*whole.shape):
            assert len(rows_of_cell(one, measure, ALL, truth, named)) == whole[truth, named]


def judged(shipped, name):
    from ecgmodel.evaluation.predictions import read_predictions

    folder, results = shipped
    result = results[name]
    return Judged(
        name, result.preset, result.protocol, result.segments, result, read_predictions(folder / f"{name}.npz")
    )


def test_parts_add_up(shipped):
    """Folds and records each give the whole, in classes and in groups; a cell holds what the matrix counts."""
    one = judged(shipped, "beats-gru.ds1-ds2")
    for measure in ("classes", "groups"):
        whole = matrix_of(one, measure, ALL)
        np.testing.assert_array_equal(sum(matrix_of(one, measure, Part(record=name)) for name in one.records()), whole)
        for truth, named in np.ndindex(*whole.shape):
            assert len(rows_of_cell(one, measure, ALL, truth, named)) == whole[truth, named]
    one = judged(shipped, "gru.segments-10fold")
    folds = [matrix_of(one, "classes", Part(fold=fold)) for fold in range(10)]
    np.testing.assert_array_equal(sum(folds), one.result.matrix)
    assert sum(score(matrix).n.sum() for matrix in folds) == len(one.predictions)


def test_files(shipped):
    """The CSV of segments counts up to the CSV of the matrix, and a formula in a name stays text."""
    one = judged(shipped, "gru.segments-10fold")
    rows = list(csv.DictReader(line for line in io.StringIO(format_segments(one)) if not line.startswith("#")))
    assert len(rows) == len(one.predictions)
    found = np.zeros((5, 5), int)
    for row in rows:
        found["NLRAV".index(row["truth"]), "NLRAV".index(row["prediction"])] += 1
    table = list(csv.reader(line for line in io.StringIO(format_matrix(one, "classes")) if not line.startswith("#")))
    assert [list(map(int, row[1:])) for row in table[1:]] == found.tolist() == one.result.matrix.tolist()
    named = one.predictions
    evil = type(named)(*(getattr(named, field) for field in type(named).__slots__))
    object.__setattr__(evil, "record", np.full(len(named), "=1+1"))
    text = format_segments(Judged(one.key, one.name, one.protocol, one.segments, one.result, evil))
    assert "'=1+1" in text


def red_rows(element):
    """Return the numbers of the rows of a table with a red cell."""
    styles = element.proto.arrow_data.styler.styles
    return {int(row) for row in re.findall(r"row(\d+)_col", " ".join(re.findall(r"([^{}]*)\{[^{}]*d55e00", styles)))}


def test_a_drift_is_red(open_app, no_mitdb, tmp_path, monkeypatch):
    """One segment more than the paper has, which the kept segments do not give either; a damaged file is left out."""
    shipped = results_folder()
    described = json.loads((shipped / "gru.segments-10fold.json").read_text("utf-8"))
    described["records"]["100"][0][0] += 1
    (tmp_path / "gru.segments-10fold.json").write_text(json.dumps(described))
    (tmp_path / "gru.segments-10fold.npz").write_bytes((shipped / "gru.segments-10fold.npz").read_bytes())
    (tmp_path / "gru.patients-10fold.json").write_text("{")
    monkeypatch.setenv("ECG_RESULTS_DIR", str(tmp_path))
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "The paper, and ours"
    app.run()
    assert not app.exception
    counts, binary, classes = app.dataframe[-3:]
    assert list(counts.value["Paper"]) == [8245, 344, 660, 1004, 6246, 16499]
    assert list(counts.value["Difference"]) == [1, 0, 0, 0, 0, 1]
    assert red_rows(counts) == {0, 5}
    assert list(binary.value["Paper"]) == ["98.10%", "97.50%", "98.70%"]
    assert all(points.startswith("+") for points in binary.value["Difference (points)"])
    assert red_rows(binary) == {0, 1, 2}
    assert red_rows(classes) == {0, 1, 2}


def test_like_is_compared_with_like(open_app, no_mitdb):
    """Beside the paper stand our answers to its question, whether a beat is abnormal; red is what falls short of it.

    The shipped results: `paper-lstm` alone is more than half a point below, in sensitivity.
    """
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "The paper, and ours"
    app.run()
    assert not app.exception
    binary, classes = (element.value for element in app.dataframe[-2:])
    shown = {name: list(rows["Ours"]) for name, rows in binary.groupby("Network")}
    assert shown == {
        "gru": ["99.00%", "98.93%", "99.07%"],
        "paper-gru": ["97.82%", "97.17%", "98.48%"],
        "paper-lstm": ["97.71%", "96.98%", "98.44%"],
    }
    assert list(classes["Ours"])[:3] == ["98.70%", "96.95%", "99.59%"]
    assert red_rows(app.dataframe[-2]) == {7}
    assert red_rows(app.dataframe[-1]) == set()
    assert "98.10% of all, which is its accuracy" in all_text(app)


def test_de_chazal_stands_beside_beats_alone(open_app, no_mitdb):
    """Never beside runs, which are cut by the experts' labels."""
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "Baselines"
    for name, there in (("gru.ds1-ds2", False), ("beats-gru.ds1-ds2", True)):
        app.selectbox(key="evaluate.main").set_value(name).run()
        assert not app.exception
        assert ("Beside de Chazal et al. 2004" in all_text(app)) is there


def test_nothing_there(open_evaluate, tmp_path, monkeypatch):
    """An empty folder says how a result is made."""
    monkeypatch.setenv("ECG_RESULTS_DIR", str(tmp_path))
    app = open_evaluate()
    assert not app.exception
    assert "python -m ecgmodel evaluate --preset gru" in all_text(app)


def test_a_training_beside_a_result(open_evaluate, models, tmp_path):
    """A click asks for its records, which are not here; once it was judged, it is shown as any other."""
    run = tmp_path / "runs" / "20260101-000000-abcdef"
    run.mkdir(parents=True)
    (run / "job.json").write_text(json.dumps({"title": "Mine", "submitted": 1.0, "wanted": False}))
    preset = adapt_preset(find_preset("gru"))
    (run / "config.json").write_text(json.dumps(describe_run(preset, 0)))
    (run / "model.safetensors").write_bytes((models / "gru.safetensors").read_bytes())
    app = open_evaluate()
    app.selectbox(key="evaluate.beside").set_value("run:Mine").run()
    assert "**Mine** was trained here and has not been evaluated yet" in all_text(app)
    app.button(key="evaluate.judge").click().run()
    assert "not all on this machine" in all_text(app)
    write_predictions(make_predictions("runs", 1, 0.8), run / "predictions.npz")
    app.run()
    assert not app.exception
    app.session_state["evaluate.tabs"] = "Classes"
    app.run()
    assert not app.exception
    assert "not been evaluated yet" not in all_text(app)
    assert "**Mine (trained here) · " in all_text(app)
    n = make_predictions("runs", 1, 0.8).matrix().sum(axis=1)
    assert [int(text.replace(",", "")) for text in app.dataframe[-1].value["Segments"]] == [*n, n.sum()]
