"""The Learn page in Streamlit's harness, with small models that nobody trained."""

import contextlib
import io
import json
import re
import runpy
from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.lesson.outline import TIMETABLES
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.cost import count_gate_weights
from ecgmodel.network.inside.cell import CANDIDATES, GATE_NAMES
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model, write_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.imports.files import sniff_files
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.segments.one_beat import cut_one, list_readable, nearest_beat
from pages.learn.beat import BeatInUse
from pages.learn.chapters import CHAPTERS
from pages.learn.lesson import SNIPPETS
from pages.learn.questions import RIGHT
from pages.learn.shape_and_rhythm import qrs_of, waves_of
from pages.learn.sources import SOURCES
from tests.app.screen import all_text
from tests.evaluation_case import ship_result

NUMBERS = [chapter.number for chapter in CHAPTERS]


def figures(app):
    return [part for part in app.get("bidi_component") if part.proto.component_name == "ecg_learn"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("number", NUMBERS)
def test_every_chapter(open_app, no_mitdb, number, lang):
    """Each chapter opens from an address, without the database, with text, figure and questions, in both languages."""
    app = open_app("learn", chapter=str(number), lang=lang)
    assert not app.exception
    assert not app.warning
    assert figures(app)
    assert len([radio for radio in app.radio if radio.value is None]) in (2, 3)
    assert app.query_params["chapter"] == str(number)
    told = "".join(text.value for text in app.markdown)
    cited = {name for name, source in SOURCES.items() if f"]({source.url})" in told}
    assert cited == set(CHAPTERS[number - 1].sources)  # what is listed below stands beside its claim, and the reverse
    assert ("Not a medical device" if lang == "en" else "不是医疗器械") in all_text(app)


@pytest.mark.parametrize("number", NUMBERS)
def test_questions_answer_at_once(open_app, no_mitdb, number):
    """Of each question's options exactly one is right, and every choice, also a wrong one, is explained at once."""
    app = open_app("learn", chapter=str(number))
    for place in range(len(app.radio)):
        verdicts = []
        for k in range(len(app.radio[place].options)):  # by their place among the answers; the shown order is another
            app.radio[place].set_value(k).run()
            assert not app.exception
            (said,) = [caption.value for caption in app.caption if re.search(":material/(check|close):", caption.value)]
            assert len(said.split("**")[2]) > 10, said
            verdicts.append(":material/check:" in said)
            app.radio[place].set_value(None).run()
        assert verdicts.count(True) == 1, app.radio[place].label


def test_score_of_a_visitor(open_app, no_mitdb):
    """Only first tries count, a chapter answered right in the end is done, and the address tells nothing of it."""
    app = open_app("learn", chapter="3")
    address = dict(app.query_params)
    first, second, third = range(3)
    for place, answers in ((first, (RIGHT,)), (second, (RIGHT + 1, RIGHT))):
        for answer in answers:
            app.radio[place].set_value(answer).run()
    assert "1 of 2 right at the first try" in all_text(app)
    assert any(button.label.endswith(":gray[2/3]") for button in app.button)
    app.radio[third].set_value(RIGHT).run()
    assert "2 of 3 right at the first try" in all_text(app)
    assert any(button.label.endswith(":green[:material/check:]") for button in app.button)
    assert dict(app.query_params) == address
    next(button for button in app.button if button.label == "Forget my answers").click().run()
    assert "at the first try" not in all_text(app)
    assert all(radio.value is None for radio in app.radio)


def test_other_numbers_ask_anew(open_app, no_mitdb):
    """An answer stays through the other language; on another beat it is asked anew, and not answered by itself."""
    app = open_app("learn", chapter="1", record="simulated-mixed", beat="20.0")
    app.radio[2].set_value(RIGHT).run()
    app.query_params["lang"] = "zh"
    app.session_state["choice.language"] = "zh"
    app.run()
    assert "心率" in app.radio[2].label
    assert app.radio[2].value == RIGHT
    next(button for button in app.button if button.label == "›").click().run()
    assert not app.exception
    assert app.radio[2].value is None


@pytest.mark.parametrize("number", NUMBERS)
def test_snippets_run(open_app, no_mitdb, number):
    """The Python lines run as they are shipped, and as the page shows them."""
    chapter = next(chapter for chapter in CHAPTERS if chapter.number == number)
    shipped = io.StringIO()
    with contextlib.redirect_stdout(shipped):
        runpy.run_path(str(SNIPPETS / f"{chapter.snippet}.py"))
    assert shipped.getvalue().strip()
    app = open_app("learn", chapter=str(number))
    code = next(block.value for block in app.code if "print(" in block.value and "keras" not in block.value)
    assert len(code.splitlines()) <= 40
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(code, "snippet", "exec"), {})
    assert shown.getvalue().strip()


MODEL_CHAPTERS = [3, 4, 7, 9]


def run_lines(app):
    """Run the Python lines that a page shows, and return their names."""
    code = next(block.value for block in app.code if "ecgmodel" in block.value)
    names, said = {}, io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "snippet", "exec"), names)
    assert said.getvalue().strip()
    return names


@pytest.mark.parametrize("number", MODEL_CHAPTERS)
def test_lines_open_a_model_that_a_visitor_brought(open_app, no_mitdb, tmp_path, monkeypatch, number):
    """The lines name the file that the visitor brought, and open it, not a shipped one, in the folder where it lies."""
    folder = tmp_path / "home"
    folder.mkdir()
    config = NetworkConfig(cell="lstm" if number == 3 else "gru", n_channels=len(CHANNELS))
    mine = Model(config, initialise_weights(config, seed=7), ModelCard(name="mine", segments="beats"))
    write_model(mine, folder / "my model.safetensors")
    app = open_app("predict", record="simulated-mixed")
    app.file_uploader[0].upload("my model.safetensors", (folder / "my model.safetensors").read_bytes()).run()
    app.query_params["chapter"] = str(number)
    app.switch_page("pages/learn/page.py").run()
    assert not app.exception
    assert "It opens your own file" in all_text(app)
    monkeypatch.chdir(folder)
    names = run_lines(app)
    assert names["MODEL"] == "my model.safetensors"
    if number != 9:
        np.testing.assert_array_equal(names["model"].weights["conv1/kernel"], mine.weights["conv1/kernel"])


def test_lines_open_a_trained_model_as_its_download_is_called(open_app, no_mitdb, models, tmp_path, monkeypatch):
    """Of a run called "My GRU, second try" the page of training saves My-GRU--second-try.safetensors."""
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path / "runs"))
    run = tmp_path / "runs" / "20260101-000000-abcdef"
    run.mkdir(parents=True)
    (run / "job.json").write_text(json.dumps({"title": "My GRU, second try", "submitted": 1.0, "wanted": False}))
    trained = (models / "gru.safetensors").read_bytes()
    (run / "model.safetensors").write_bytes(trained)
    app = open_app("learn", chapter="4", record="simulated-mixed", model="My GRU, second try")
    assert not app.exception
    (tmp_path / "My-GRU--second-try.safetensors").write_bytes(trained)
    monkeypatch.chdir(tmp_path)
    assert run_lines(app)["MODEL"] == "My-GRU--second-try.safetensors"


@pytest.mark.parametrize("number", [1, 4, 8])
def test_lines_open_a_file_that_a_visitor_brought(open_app, no_mitdb, tmp_path, monkeypatch, number):
    """The lines read the visitor's own recording with what was set by hand, and get its samples."""
    plain = open_record("simulated-mixed")
    rows = "\n".join(f"{1000 * value:.1f}" for value in plain.lead()[:7200])
    (tmp_path / "me.csv").write_text(f"II\n{rows}\n")
    app = open_app("upload")
    app.file_uploader[0].upload("me.csv", (tmp_path / "me.csv").read_bytes()).run()
    upload = app.session_state["own.upload"]["current"]
    upload.settings = replace(upload.settings, fs=360.0, unit="uV")
    upload.understanding = sniff_files(upload.files, upload.settings)
    app.run()
    assert app.session_state["choice.record"] == "upload: me.csv"
    app.query_params["chapter"] = str(number)
    app.switch_page("pages/learn/page.py").run()
    assert not app.exception
    monkeypatch.chdir(tmp_path)
    record = run_lines(app)["record"]
    assert record.fs == 360.0
    np.testing.assert_allclose(record.lead(), plain.lead()[:7200], atol=1e-3)


@pytest.mark.parametrize(
    ("number", "cell", "step"),
    [(3, "lstm", "h = o * np.tanh(c)"), (4, "gru", "h = (1 - z) * h + z * candidate")],
)
def test_snippets_take_the_step_themselves(open_app, no_mitdb, number, cell, step):
    """Chapters 3 and 4 show the equations of a step as NumPy, which give the state that the served network gives."""
    app = open_app("learn", chapter=str(number), record="simulated-mixed", beat="20.0", step="40", unit="3")
    code = next(block.value for block in app.code if "ecgmodel" in block.value)
    assert step in code
    assert "explain_step" not in code
    names = {}
    exec(compile(code, "snippet", "exec"), names)
    record = open_record(names["RECORD"])
    model = names["model"]
    segment = cut_one(record, model.card.segments, nearest_beat(record, names["BEAT_S"]))
    states = Classifier(model).predict(segment, with_states=True).states
    assert (names["STEP"], names["UNIT"]) == (40, 3)
    np.testing.assert_allclose(names["h"], states[0, 40], atol=1e-5)
    assert model.config.cell == cell


@pytest.mark.parametrize("name", ["paper-lstm", "paper-gru", "gru", "beats-gru"])
def test_the_cell_opens_where_there_is_something_to_see(name):
    """Where chapters 3 and 4 open, no gate of a shipped model reads 0.00 or 1.00, and no candidate -1.00 or 1.00."""
    from types import SimpleNamespace

    from pages.learn.cell import usual_place

    model, record = open_shipped_model(name), open_record("simulated-mixed")
    readable = list_readable(record, model.card.segments)
    for r in readable[[3, len(readable) // 2, -3]].tolist():
        segment = cut_one(record, model.card.segments, r)
        trace = trace_gates(model, Classifier(model).predict(segment, with_states=True), segment.length)
        beat = SimpleNamespace(record=record, r_sample=r)
        step, unit = usual_place(beat, segment, trace, model.config.step_stride)
        assert 0 < step < model.config.n_steps
        for gate in trace.cell.gates:
            value = float(trace.row(gate)[step, unit])
            assert round(value, 2) not in ((-1.0, 1.0) if gate in CANDIDATES else (0.0, 1.0)), gate


def test_arms_are_weighted_sums():
    """Both cells are drawn by one rule: as many arms as blocks of weights, which 3 x 540 and 4 x 540 count."""
    config = {cell: NetworkConfig(cell=cell) for cell in ("gru", "lstm")}
    for cell, sums in (("gru", 3), ("lstm", 4)):
        gates = count_gate_weights(config[cell])
        assert len(gates) == len(GATE_NAMES[cell]) == sums
        assert sum(gate.total for gate in gates) == sums * (6 * 20 + 20 * 20 + 20)


def test_papers_for_teachers(open_app, no_mitdb):
    """Every chapter offers a lesson of 10, 45 or 90 minutes: three papers in the visitor's language."""
    app = open_app("learn", chapter="2", lang="zh")
    for minutes in TIMETABLES:
        app.segmented_control(key="lesson.minutes").set_value(minutes).run()
        assert not app.exception
        offered = [button.label for button in app.get("download_button")]
        assert [offered.count(name) for name in ("讲稿", "练习单", "参考答案")] == [1, 1, 1]


def test_no_p_wave_is_marked_before_a_ventricular_beat():
    """The text says that a ventricular premature beat has no premature P wave, so the figure marks none; N has one."""
    record = open_record("simulated-mixed")
    beats = record.annotations.beats()
    marked = {"N": [], "V": []}
    for symbol, found in marked.items():
        for index in np.flatnonzero(beats.symbol == symbol)[1:12].tolist():
            chosen = BeatInUse(record, record.default_lead, beats, index)
            found.append(waves_of(chosen, qrs_of(chosen)).p_peak is not None)
    assert all(marked["N"])
    assert not any(marked["V"])


def test_link_for_a_class(open_app, no_mitdb):
    """A link without controls shows text, figure and questions, and a way back to the controls."""
    app = open_app("learn", chapter=str(NUMBERS[0]), controls="off")
    assert not app.exception
    assert app.query_params["controls"] == "off"
    assert not app.code
    next(button for button in app.button if button.label == "Show the controls").click().run()
    assert "controls" not in app.query_params
    assert app.code


@pytest.mark.parametrize("asked", ["0", "99", "x", "-1", "9" * 50])
def test_unknown_chapter(open_app, no_mitdb, asked):
    """A chapter that does not exist gives a sentence and the nearest one."""
    app = open_app("learn", chapter=asked)
    assert not app.exception
    assert "There is no chapter" in app.warning[0].value
    assert int(app.query_params["chapter"]) in NUMBERS


@pytest.mark.parametrize("asked", ["nan", "x", "99999", "-3"])
def test_no_beat_there(open_app, no_mitdb, asked):
    """A time without a beat gives a sentence and the nearest beat."""
    app = open_app("learn", chapter="2", record="simulated-mixed", beat=asked)
    assert not app.exception
    assert "There is no beat at" in app.warning[0].value
    assert re.fullmatch(r"\d+\.\d{3}", app.query_params["beat"])


def test_walk_through_the_chapters(open_app, no_mitdb):
    """The list opens every chapter, and the address follows."""
    app = open_app("learn")
    for chapter in CHAPTERS:
        named = [button for button in app.button if button.label.startswith(f"{chapter.number} · ")]
        named[0].click().run()
        assert not app.exception
        assert app.query_params["chapter"] == str(chapter.number)


def test_results(open_app, no_mitdb, monkeypatch, tmp_path):
    """Where results lie, chapters 5 and 9 take their scores from them, and the way to the split switch is there."""
    monkeypatch.setenv("ECG_RESULTS_DIR", str(tmp_path))
    accuracy = {cell: ship_result(tmp_path, f"paper-{cell}", "segments-10fold") for cell in ("gru", "lstm")}
    app = open_app("learn", chapter="5")
    assert not app.exception
    shown = {metric.label.split()[0].lower(): metric.value for metric in app.metric}
    for cell, result in accuracy.items():
        assert shown[cell] == f"{np.trace(result.matrix) / result.matrix.sum():.2%}"
    said = [caption.value for caption in app.caption]
    assert sum("95% interval over people" in words for words in said) == 2
    assert sum(words.startswith("They differ by") for words in said) == 1
    app = open_app("learn", chapter="9")
    assert not app.exception
    assert any(link.proto.page == "evaluate" for link in app.get("page_link"))
    assert "segments that a fold held out" in " ".join(html.proto.body for html in app.get("html"))
    table = app.dataframe[0].value.set_index("Network")
    for cell, result in accuracy.items():
        assert table.loc[f"paper-{cell}", "Accuracy"] == f"{result.scores.accuracy:.2%}"
        assert table.loc[f"paper-{cell}", "Mean sensitivity"] == f"{result.scores.mean_sensitivity:.2%}"


def test_the_figure_of_results_asks_the_paper_s_question():
    """Beside 98.10, 97.50 and 98.70 % stand our answers to abnormal or not; under other folds the paper is left out."""
    from ecgmodel.evaluation.results import read_result, results_folder
    from pages.learn.outcome import _binary_rows

    gru = read_result(results_folder() / "gru.segments-10fold.json")
    paper, ours, *_ = _binary_rows("segments-10fold", [gru])
    assert paper["values"] == [0.9810, 0.9750, 0.9870]
    assert [round(100 * value, 2) for value in ours["values"]] == [99.00, 98.93, 99.07]
    assert not any(row["paper"] for row in _binary_rows("patients-10fold", [gru]))


def test_what_the_length_alone_gives_away():
    """Chapter 9 says that the length names 64% of the paper's segments, and 71% as abnormal or not: so it is."""
    from ecgmodel.evaluation.results import read_result, results_folder

    for name in ("gru", "paper-gru", "paper-lstm"):
        length = read_result(results_folder() / f"{name}.segments-10fold.json").baseline_scores("length")
        assert round(100 * length.accuracy) == 64
        assert round(100 * length.abnormal.accuracy) == 71


def test_rules_stand_beside_results_of_the_same_data():
    """Under DS1 to DS2 the rule of length is judged on the runs, beside the network of runs, not on single beats."""
    from ecgmodel.evaluation.results import read_result, results_folder
    from pages.learn.outcome import _binary_rows, _class_rows

    beats, runs = (read_result(results_folder() / f"{name}.ds1-ds2.json") for name in ("beats-gru", "gru"))
    rows = _binary_rows("ds1-ds2", [beats, runs])
    assert [row["name"] for row in rows] == ["beats-gru", "gru", "length alone"]
    # Two of three right by the length: of the runs' own baseline, 67.30 % of 8,593.
    assert round(100 * rows[-1]["values"][0], 2) == 67.30
    assert min(value for row in rows for value in row["values"]) > 0.4
    table = {row["Network"]: row["Accuracy"] for row in _class_rows("ds1-ds2", [beats, runs])}
    # Normal beats are 74.33 % of the beats, and 49.59 % of the runs: of each data set its own share.
    assert table["always N · 49,317 beats"] == "74.33%"
    assert table["always N · 8,593 runs"] == "49.59%"
    assert "length alone · 8,593 runs" in table
    assert "length alone · 49,317 beats" not in table
