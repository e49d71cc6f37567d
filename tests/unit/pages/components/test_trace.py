import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgmodel.records.record import Header, Record
from ecgmodel.records.sources.catalogue import open_record
from pages.components import trace as components
from pages.components.packets import pack
from pages.components.trace_wishes import View, current_view, next_selection, next_wish
from tests.unit.pages.conftest import unpack


def test_packet_gives_back_what_was_packed():
    """Fields and arrays of every type come back, each array at a multiple of 8 bytes."""
    arrays = {
        "a": np.array([1, -2, 3], dtype=np.int16),
        "b": np.array([], dtype=np.uint8),
        "c": np.array([1.5, np.nan], dtype=np.float32),
        "d": np.array([2**31 - 1], dtype=np.int32),
    }
    header, found = unpack(pack({"名": "心搏"}, arrays))
    assert header["fields"] == {"名": "心搏"}
    assert all(part["offset"] % 8 == 0 for part in header["arrays"])
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_packet_id_follows_content():
    """The same content has the same id, any other content another one."""
    first = pack({"x": 1}, {"a": np.arange(3, dtype=np.int16)})
    assert pack({"x": 1}, {"a": np.arange(3, dtype=np.int16)}) == first
    assert pack({"x": 2}, {"a": np.arange(3, dtype=np.int16)}).id != first.id
    assert pack({"x": 1}, {"a": np.arange(1, 4, dtype=np.int16)}).id != first.id


def test_a_stamp_rises_with_each_change():
    """It stays where the content does, and starts at the clock, above those of any session before."""

    def script():
        import streamlit as st

        from pages.components.packets import stamp

        st.session_state["stamps"] = [stamp("key", {"content": content}) for content in (1, 1, 2, 1)]

    before = time.time() * 1000
    first, same, second, third = AppTest.from_function(script).run().session_state["stamps"]
    assert before - 1 <= first == same < second < third


def test_labels_say_where_no_interval_ends():
    """The browser is told which beats come first or after missing samples, so that it shows no rate there."""
    signals = np.zeros((3000, 1), dtype=np.float32)
    signals[1000:2000] = np.nan
    record = Record("x", signals, ("I",), 100.0, None, Header(), "upload")
    row = components.LabelRow("you", np.array([100, 200, 2100, 2200]), np.array(list("NNVN")))
    _, arrays = unpack(components.encode_labels(record, [row], rhythms=False, monitor=None))
    assert arrays["row_0_after_gap"].tolist() == [0, 2]


FIRST, ELSEWHERE, THIRD = View(0.0, 10.0), View(50.0, 10.0), View(90.0, 10.0)


def report(view, wish):
    return {"start_s": view.start_s, "window_s": view.window_s, "wish": wish}


def test_the_echo_of_a_pan_is_no_wish():
    """The page passes on what the visitor reported, in that run or in the next: the trace does not move."""
    start = next_wish(None, FIRST, None)
    panned = next_wish(start, FIRST, report(ELSEWHERE, 1))
    assert (panned.number, current_view(panned)) == (1, ELSEWHERE)
    echoed = next_wish(panned, ELSEWHERE, report(ELSEWHERE, 1))
    assert (echoed.number, current_view(echoed)) == (1, ELSEWHERE)
    assert next_wish(start, ELSEWHERE, report(ELSEWHERE, 1)).number == 1


class CutShortError(Exception):
    """Stands for what Streamlit raises inside a run when the next one is wanted."""


def test_a_run_that_is_cut_short_moves_nothing(monkeypatch):
    """It could not tell the page of the visitor's view; the page that knows of the old one alone wishes nothing."""
    session, sent = {}, []

    def mount(data, **_options):
        sent.append(data["wish"])
        if len(sent) == 2:
            raise CutShortError
        return {}

    monkeypatch.setattr(components.st, "session_state", session)
    monkeypatch.setattr(components, "_trace", mount)
    for carrier in ("_signal_carrier", "_labels_carrier", "_piece_carrier"):
        monkeypatch.setattr(components, carrier, lambda **_options: None)
    record = open_record("simulated-mixed")
    components.show_trace(record, key="trace", view=FIRST)
    session["trace"] = {"view": report(ELSEWHERE, 1)}
    with pytest.raises(CutShortError):
        components.show_trace(record, key="trace", view=FIRST)
    session["trace"] = {"view": report(THIRD, 1)}
    event = components.show_trace(record, key="trace", view=FIRST)
    assert event.view == THIRD
    assert sent == [1, 1, 1]


def test_a_page_can_ask_twice_for_the_same_view():
    """After the visitor has panned away, the same wish is a new one."""
    wish = next_wish(None, FIRST, None)
    wish = next_wish(wish, FIRST, report(ELSEWHERE, 1))
    wish = next_wish(wish, FIRST, report(ELSEWHERE, 1))
    assert (wish.number, current_view(wish)) == (2, FIRST)


def test_an_old_report_does_not_undo_a_wish():
    """A report made before the page's wish is not taken for the visitor's view after it."""
    wish = next_wish(None, FIRST, report(ELSEWHERE, 1))
    wish = next_wish(wish, THIRD, report(ELSEWHERE, 1))
    assert (wish.number, current_view(wish)) == (2, THIRD)
    wish = next_wish(wish, THIRD, report(ELSEWHERE, 1))
    assert (wish.number, current_view(wish)) == (2, THIRD)
    wish = next_wish(wish, THIRD, report(FIRST, 2))
    assert (wish.number, current_view(wish)) == (2, FIRST)


def test_a_page_that_is_opened_again_asks_anew():
    """The trace that reported a view is gone with its page: the new one is told where to stand."""
    wish = next_wish(None, FIRST, None)
    wish = next_wish(wish, FIRST, report(ELSEWHERE, 1))
    wish = next_wish(wish, ELSEWHERE, None)
    assert (wish.number, wish.view) == (2, ELSEWHERE)


def test_without_reports_a_constant_view_moves_nothing():
    """A page that passes one view in every run asks once."""
    wish = next_wish(None, FIRST, None)
    for _run in range(3):
        wish = next_wish(wish, FIRST, None)
    assert wish.number == 1


def test_the_page_selects_a_beat_once_and_the_visitor_in_between():
    """A beat that the page selects is a new wish; one that the visitor selected and the page repeats is none."""
    first = next_selection(None, "100", None)
    assert (first.number, first.sample) == (1, None)
    clicked = first.taken(500)
    assert next_selection(clicked, "100", 500).number == 1
    jumped = next_selection(clicked, "100", 900)
    assert (jumped.number, jumped.sample) == (2, 900)
    assert next_selection(jumped, "101", None).number == 3


def take_edits(monkeypatch, session):
    """Return what the page of a trace hears when the browser reports `session["trace"]`."""
    heard, selected = [], []
    monkeypatch.setattr(components.st, "session_state", session)
    components._take_edits("trace", "100", heard.extend, selected.append)
    return heard, selected


def test_an_edit_that_the_browser_sends_again_is_made_once(monkeypatch):
    """The browser repeats what it does not know to be taken: of 1 and 2, then 2 and 3, the page hears 1, 2 and 3."""
    edits = [{"number": n, "kind": "label", "sample": 100 * n, "symbol": "V"} for n in (1, 2, 3)]
    session = {"trace": {"edits": {"record": "100", "list": edits[:2], "selected": 300}}}
    session["trace.selection"] = next_selection(None, "100", None)
    heard, selected = take_edits(monkeypatch, session)
    assert [edit.sample for edit in heard] == [100, 200]
    assert selected == [300]
    session["trace"]["edits"]["list"] = edits[1:]
    assert take_edits(monkeypatch, session)[0] == [components.BeatEdit("label", 300, "V")]
    session["trace"]["edits"]["record"] = "101"  # of the record before, on its way while another was opened
    session["trace.edits"] = 0
    assert take_edits(monkeypatch, session) == ([], [])
