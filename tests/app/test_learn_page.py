"""The Learn page in Streamlit's harness, with small models that nobody trained."""

import contextlib
import io
import re
import runpy

import numpy as np
import pytest

from pages.learn.chapters import CHAPTERS
from pages.learn.lesson import SNIPPETS
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
    assert ("Not a medical device" if lang == "en" else "不是医疗器械") in all_text(app)


@pytest.mark.parametrize("number", NUMBERS)
def test_questions_answer_at_once(open_app, no_mitdb, number):
    """Of each question's options exactly one is right, and every choice is answered."""
    app = open_app("learn", chapter=str(number))
    for place in range(len(app.radio)):
        verdicts = []
        for option in app.radio[place].options:
            index = app.radio[place].options.index(option)
            app.radio[place].set_value(index).run()
            assert not app.exception
            said = [caption.value for caption in app.caption if ":material/check:" in caption.value]
            verdicts.append(len(said) > 0)
            app.radio[place].set_value(None).run()
        assert verdicts.count(True) == 1, app.radio[place].label


@pytest.mark.parametrize("number", NUMBERS)
def test_snippets_run(open_app, no_mitdb, number):
    """The Python lines run as they are shipped, and as the page shows them."""
    chapter = next(chapter for chapter in CHAPTERS if chapter.number == number)
    shipped = io.StringIO()
    with contextlib.redirect_stdout(shipped):
        runpy.run_path(str(SNIPPETS / f"{chapter.snippet}.py"))
    assert shipped.getvalue().strip()
    app = open_app("learn", chapter=str(number))
    code = next(block.value for block in app.code if "ecgmodel" in block.value)
    assert len(code.splitlines()) <= 30
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(code, "snippet", "exec"), {})
    assert shown.getvalue().strip()


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
