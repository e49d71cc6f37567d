"""The Evaluate page, with results that nobody trained for and no database."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest

from ecgmodel.evaluation.predictions import write_predictions
from ecgmodel.scores.metrics import score
from ecgmodel.training.presets import find_preset
from ecgmodel.training.train import adapt_preset, describe_run
from pages.evaluate.export import format_matrix, format_segments
from pages.evaluate.judged import ALL, Judged, Part, matrix_of, rows_of_cell
from pages.evaluate.matrix import ChosenCell
from tests.app.screen import all_text, shows_trace
from tests.evaluation_case import make_predictions, ship_result

TABS = (
    "Matrix, part by part",
    "The paper, and ours",
    "Classes",
    "Yardsticks",
    "Records",
    "Training",
    "Thresholds",
    "Take along",
)


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
    assert "gru was not judged here, so beats-gru stands in its place" in words
    assert "3 of 3 people, named by their records" in words
    assert "Not a medical device" in words
    assert components(app).count("ecg_matrices") == 2


@pytest.mark.parametrize("tab", TABS)
def test_every_tab(open_evaluate, tab):
    """Each opens, alone and with a second result beside."""
    app = open_evaluate()
    app.session_state["evaluate.tabs"] = tab
    app.selectbox(key="evaluate.beside").set_value("paper-lstm.segments-10fold").run()
    assert not app.exception
    assert not app.warning
    assert [one.label for one in app.tabs] == list(TABS)


def test_in_chinese(open_evaluate):
    """No English sentence is left in the lesson."""
    app = open_evaluate(lang="zh")
    assert not app.exception
    words = all_text(app)
    assert "个百分点" in words
    assert "points less" not in words
    assert "不是医疗器械" in words


def test_another_preset_has_an_address(open_evaluate):
    """`?preset=paper-lstm` opens it; where it was not judged, others stand in."""
    app = open_evaluate(preset="paper-lstm")
    assert app.selectbox(key="evaluate.preset").value == "paper-lstm"
    assert "paper-lstm was not judged here, so gru stands in its place" in all_text(app)
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
    app.session_state["choice.evaluate.opened"] = ("gru.patients-10fold", 0)
    assert not shows_trace(app)
    rows = rows_of_cell(judged(shipped, "gru.patients-10fold"), "classes", ALL, 4, 0)
    app.session_state["choice.evaluate.opened"] = ("gru.patients-10fold", int(rows[0]))
    app.run()
    assert not app.exception
    assert shows_trace(app)
    assert "had never seen this person" in all_text(app)


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


def test_a_drift_is_red(open_evaluate, shipped, tmp_path, monkeypatch):
    """Counts that are not the paper's, and a score that the kept segments do not give."""
    folder = tmp_path / "edited"
    folder.mkdir()
    described = json.loads((shipped[0] / "gru.segments-10fold.json").read_text("utf-8"))
    described["records"]["simulated-mixed"][0][0] += 500_000
    (folder / "gru.segments-10fold.json").write_text(json.dumps(described))
    (folder / "gru.segments-10fold.npz").write_bytes((shipped[0] / "gru.segments-10fold.npz").read_bytes())
    (folder / "gru.patients-10fold.json").write_text("{")
    monkeypatch.setenv("ECG_RESULTS_DIR", str(folder))
    app = open_evaluate()
    app.session_state["evaluate.tabs"] = "The paper, and ours"
    app.run()
    assert not app.exception
    tables = app.dataframe[-3:]
    counts, scores, classes = (element.value for element in tables)
    assert list(counts["Paper"]) == [8245, 344, 660, 1004, 6246, 16499]
    assert counts["Difference"].iloc[0] == counts["Ours"].iloc[0] - 8245 > 0
    assert list(scores["Paper"]) == ["98.10%", "97.50%", "98.70%"]
    assert list(classes["Network"]) == ["gru"]
    assert all("d55e00" in element.proto.arrow_data.styler.styles.lower() for element in tables)


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
    assert classes["Accuracy"].str.startswith("98.70%").tolist() == [True, False, False]
    styles = app.dataframe[-2].proto.arrow_data.styler.styles
    red = {int(row) for row in re.findall(r"row(\d+)_col3", " ".join(re.findall(r"([^{}]*)\{[^{}]*d55e00", styles)))}
    assert red == {7}
    assert "d55e00" not in app.dataframe[-1].proto.arrow_data.styler.styles
    assert "98.10% of all, which is its accuracy" in all_text(app)


def test_de_chazal_stands_beside_beats_alone(open_app, no_mitdb):
    """Never beside runs, which are cut by the experts' labels."""
    app = open_app("evaluate")
    app.session_state["evaluate.tabs"] = "Yardsticks"
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
    """One that was trained here is judged on a click, and then shown as any other."""
    run = tmp_path / "runs" / "20260101-000000-abcdef"
    run.mkdir(parents=True)
    (run / "job.json").write_text(json.dumps({"title": "Mine", "submitted": 1.0, "wanted": False}))
    preset = adapt_preset(find_preset("gru"))
    (run / "config.json").write_text(json.dumps(describe_run(preset, 0)))
    (run / "model.safetensors").write_bytes((models / "gru.safetensors").read_bytes())
    app = open_evaluate()
    app.selectbox(key="evaluate.beside").set_value("run:Mine").run()
    assert "**Mine** was trained here and not judged yet" in all_text(app)
    app.button(key="evaluate.judge").click().run()
    assert "not all on this machine" in all_text(app)
    write_predictions(make_predictions("runs", 1, 0.8), run / "predictions.npz")
    app.run()
    assert not app.exception
    assert "not judged yet" not in all_text(app)
