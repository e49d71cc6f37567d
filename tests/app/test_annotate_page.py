"""The Annotate page: begin, change, undo, compare."""

from __future__ import annotations

import pytest

from ecgmodel.records.exports.wfdb_files import format_atr
from ecgmodel.records.sources.catalogue import open_record
from tests.app.screen import all_text, shows_trace

RECORD = "simulated-normal"


@pytest.fixture
def page(open_app, no_mitdb):
    return open_app("annotate", record=RECORD)


def press(app, key):
    return next(button for button in app.button if button.key == key).click().run()


def widget(app, kind, key):
    return next(element for element in app.get(kind) if element.key == key)


def edits(app):
    return app.session_state["own.edit"][RECORD]


@pytest.fixture
def copied(page):
    """A copy of the simulation's labels, with its third beat selected."""
    widget(page, "selectbox", "annotate.start").set_value("truth")
    page = press(page, "annotate.begin")
    page.session_state["choice.selected_sample"] = int(edits(page).sample[2])
    return page.run()


@pytest.mark.parametrize("start", ["found", "truth", "model", "nothing"])
def test_begin(page, start):
    """Every start gives beats to work on."""
    widget(page, "selectbox", "annotate.start").set_value(start)
    app = press(page, "annotate.begin")
    assert not app.exception
    assert shows_trace(app)
    assert (len(edits(app)) == 0) == (start == "nothing")


def test_chinese(open_app, no_mitdb):
    """The page speaks Chinese."""
    app = press(open_app("annotate", record=RECORD, lang="zh"), "annotate.begin")
    assert not app.exception
    assert "未标注" in all_text(app)


def test_label_undo_redo(copied):
    """Any symbol can be given; changes count, and each can be taken back and made again."""
    sample = int(edits(copied).sample[2])
    for symbol in ("V", "F"):
        widget(copied, "selectbox", f"annotate.label.{RECORD}").set_value(symbol).run()
        assert not copied.exception
        assert edits(copied).symbol_at(sample) == symbol
    assert "2 changes" in all_text(copied)
    press(copied, "annotate.undo")
    press(copied, "annotate.undo")
    assert edits(copied).symbol_at(sample) == "N"
    press(copied, "annotate.redo")
    assert edits(copied).symbol_at(sample) == "V"
    assert not copied.exception


def test_a_beat_is_selected_from_the_start(page):
    """Behind "Annotate this record" a beat is selected, so that the first key labels one."""
    app = press(page, "annotate.begin")
    assert app.session_state["choice.selected_sample"] == int(edits(app).sample[0])


def test_move_keeps_it_selected(copied):
    """A moved beat stays the selected one."""
    sample = int(edits(copied).sample[2])
    press(copied, "annotate.move.0.02")
    assert sample + 7 in edits(copied).sample
    assert copied.session_state["choice.selected_sample"] == sample + 7


def test_add(copied):
    """A beat between two others is put in; one on top of another is refused with a sentence."""
    n = len(edits(copied))
    between = float(edits(copied).sample[2:4].mean()) / 360
    widget(copied, "number_input", f"annotate.time.{RECORD}").set_value(between)
    press(copied, "annotate.add")
    assert not copied.exception
    assert len(edits(copied)) == n + 1
    press(copied, "annotate.add")
    assert len(edits(copied)) == n + 1
    assert "too close" in all_text(copied)


def test_compare_with_the_simulation(copied):
    """A copy agrees fully; after one label less, all but one."""
    widget(copied, "selectbox", f"annotate.label.{RECORD}").set_value("V").run()
    copied.session_state["annotate.compare"] = True
    copied.run()
    n = len(edits(copied))
    assert f"**{n - 1:,}** the same label" in all_text(copied)
    assert copied.metric[0].label == "Cohen's kappa"


def test_compare_with_a_colleague(copied):
    """A colleague's file stands beside the visitor's labels; one that is no .atr is refused."""
    truth = open_record(RECORD)
    data = format_atr(truth.annotations.beats(), truth.fs)
    copied.file_uploader[0].upload("Ana.atr", data).run()
    assert not copied.exception
    copied.file_uploader[0].upload("Ana.atr", b"nothing of the kind").run()
    assert not copied.exception
    assert "not a WFDB annotation file" in all_text(copied)


def test_a_colleague_stays_with_the_record(copied):
    """Labels that a colleague gave one record are not laid over another one, nor are its own shown unasked."""
    truth = open_record(RECORD)
    copied.file_uploader[0].upload("Ana.atr", format_atr(truth.annotations.beats(), truth.fs)).run()
    widget(copied, "toggle", f"annotate.truth.{RECORD}").set_value(True).run()
    assert any("Ana" in box.label for box in copied.expander)
    copied.selectbox[0].set_value("simulated-lbbb").run()
    press(copied, "annotate.begin")
    assert not copied.exception
    assert not any("Ana" in box.label for box in copied.expander)
    assert [toggle.value for toggle in copied.toggle if toggle.key.startswith("annotate.truth")] == [False]


def test_start_anew(copied):
    """Dropping the labels leads back to the beginning."""
    press(copied, "annotate.forget")
    assert not copied.exception
    assert RECORD not in copied.session_state["own.edit"]


def test_upload_takes_corrected_peaks(open_app, no_mitdb):
    """R peaks that were corrected by hand are those that the model names on the Upload page."""
    app = press(open_app("upload"), "upload.watch")
    app.switch_page("pages/annotate/page.py").run()
    press(app, "annotate.begin")
    name = "upload: watch.csv"
    beats = app.session_state["own.edit"][name]
    app.session_state["own.edit"][name] = beats.delete(int(beats.sample[3]))
    app.switch_page("pages/upload/page.py").run()
    assert not app.exception
    assert len(app.session_state["own.upload"]["current"].analysis.r_sample) == len(beats) - 1


def test_upload_knows_corrections_by_their_content(open_app, no_mitdb):
    """Another beat deleted in place of the first is another correction, though both are one change."""
    app = press(open_app("upload"), "upload.watch")
    app.switch_page("pages/annotate/page.py").run()
    press(app, "annotate.begin")
    name = "upload: watch.csv"
    whole = app.session_state["own.edit"][name]
    found = whole.sample
    for index in (3, 5):
        app.session_state["own.edit"][name] = whole.delete(int(found[index]))
        app.switch_page("pages/upload/page.py").run()
        assert not app.exception
        left = app.session_state["own.upload"]["current"].analysis.r_sample
        assert left.tolist() == [sample for sample in found.tolist() if sample != found[index]]
