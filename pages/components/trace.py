"""The trace: one record with its labels, as a component of plain JavaScript that every page shares.

The samples reach the browser once. Streamlit sends an element's message again as a short reference where it did not
change, so a trace is three elements: one carries the samples and the code, one the labels and the words, and a small
one, which alone changes from run to run, says what to show. Of a record of many hours the first carries minima and
maxima, and further elements bring the samples around what is shown (`trace_signal`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from ecgmodel.labels import BEAT_SYMBOLS, CLASSES
from ecgmodel.records.record import Record
from ecgmodel.records.timeline import find_gaps, rr_intervals
from pages.components.delivery import send
from pages.components.packets import CARRIER_FILES, ELEMENT_FILES, Packet, join_code, pack, stamp
from pages.components.trace_signal import encode_pieces, encode_signal
from pages.components.trace_words import trace_words

CODE_FILES = (
    "shared/channel.js",
    *ELEMENT_FILES,
    "shared/icons.js",
    "trace/geometry.js",
    "trace/paint.js",
    "trace/labels.js",
    "trace/data.js",
    "trace/overview.js",
    "trace/describe.js",
    "trace/search.js",
    "trace/pieces.js",
    "trace/calipers.js",
    "trace/picture.js",
    "trace/export.js",
    "trace/toolbar.js",
    "trace/input.js",
    "trace/monitor.js",
    "trace/trace.js",
    "trace/carry_signal.js",
)
"""The files of the trace in the order in which they are joined into one module."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelRow:
    """One row of beat labels above the paper.

    Attributes
    ----------
    name : str
        Who says so, in the visitor's language: "experts", "model".
    sample : ndarray of shape (n,), int
        Increasing; of a beat, its R peak.
    symbol : ndarray of shape (n,), str
        PhysioBank codes. Those of the five classes are drawn with their mark, others as text.
    """

    name: str
    sample: np.ndarray
    symbol: np.ndarray


@dataclass(frozen=True, slots=True)
class View:
    """The stretch of time that a trace shows, in seconds from the start of the record."""

    start_s: float
    window_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Monitor:
    """Predictions to replay beat by beat; the last row of labels is theirs.

    Attributes
    ----------
    probabilities : ndarray of shape (n, 5), float
        In the order of `CLASSES`.
    r_sample, ready_sample, start_sample, stop_sample : ndarray of shape (n,), int
        R peak; the sample at which the beat can be named, not falling; the stretch [start, stop) that the model saw.
    lead : str or None
        The lead that the model saw; `None` means the first that is shown.
    autoplay : bool
        Run as soon as these predictions are there, unless the visitor's system asks for reduced motion.
    """

    probabilities: np.ndarray
    r_sample: np.ndarray
    ready_sample: np.ndarray
    start_sample: np.ndarray
    stop_sample: np.ndarray
    lead: str | None = None
    autoplay: bool = False


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """What a trace tells the page.

    Attributes
    ----------
    view : View
        What it shows now: where the visitor last came to rest, or the view that the page asked for since.
    selected_sample : int or None
        R peak of the beat that the visitor clicked last in this record.
    """

    view: View
    selected_sample: int | None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one trace was asked for, kept in the session from run to run.

    Attributes
    ----------
    number : int
        Raised with each new wish of the page, so that the browser moves once for each.
    view : View
        The last wish.
    passed : View
        The view that counts as unchanged.
    report : View or None
        The visitor's view as the browser last reported it.
    """

    number: int
    view: View
    passed: View
    report: View | None


def show_trace(
    record: Record,
    *,
    key: str,
    view: View,
    leads: Sequence[str] | None = None,
    rows: Sequence[LabelRow] = (),
    rhythms: bool = True,
    monitor: Monitor | None = None,
    cursor_s: float | None = None,
    height: int | None = None,
    report_view: bool = True,
) -> TraceEvent:
    """Show a record as a trace that the visitor can move, measure and replay without the server.

    Parameters
    ----------
    record : Record
    key : str
        Key of the widget.
    view : View
        What to show. With `report_view` the page owns the view: it passes on what the trace last reported
        (`TraceEvent.view`), and a view that is another one makes the trace jump. Without, the trace jumps only where
        `view` changes.
    leads : sequence of str, optional
        Leads from top to bottom; `None` means all up to two, the default lead first.
    rows : sequence of LabelRow
        Beat labels, from top to bottom. Where the second disagrees with the first, both wear a ring.
    rhythms : bool
        Show the record's rhythm annotations below the paper.
    monitor : Monitor, optional
        Adds the replay, the probabilities and the segment that the model saw.
    cursor_s : float, optional
        A moment that the page marks.
    height : int, optional
        Height of the paper in pixels; `None` gives each lead the room of 4.5 mV on true ECG paper.
    report_view : bool
        Whether the page runs again when the visitor's view has come to rest.

    Returns
    -------
    TraceEvent
    """
    encoded = encode_signal(record, tuple(leads) if leads is not None else _first_leads(record))
    signal = encoded.packet
    labels = encode_labels(record, rows, rhythms, monitor)
    reported = st.session_state.get(key) or {}  # by the browser, before the widget of this run is made
    wish_key = f"{key}.wish"
    wish = next_wish(st.session_state.get(wish_key), view, reported.get("view"))
    shown = _current_view(wish)
    pieces = encode_pieces(record, encoded, shown.start_s, shown.window_s, reported.get("pieces"))
    private = record.source == "upload"
    with st.container(gap=None):
        send(_signal_carrier, f"{key}.signal", signal, private=private)
        send(_labels_carrier, f"{key}.labels", labels, private=private)
        for index, piece in pieces.items():
            send(_piece_carrier, f"{key}.piece.{index}", piece, private=private)
        data = {
            "signal": signal.id,
            "labels": labels.id,
            "pieces": [piece.id for piece in pieces.values()],
            "view": asdict(wish.view),
            "wish": wish.number,
            "cursor_s": cursor_s,
            "height": height,
            "report_view": report_view,
            "autoplay": monitor is not None and monitor.autoplay,
        }
        state = _trace(
            key=key,
            data=data | {"stamp": stamp(key, data)},
            on_view_change=_ignore,
            on_pieces_change=_ignore,
            on_selected_change=_ignore,
        )
    # Only now: a run that was cut short before here has told the page nothing, and must not count as one that has.
    st.session_state[wish_key] = wish
    selected = state.get("selected")
    return TraceEvent(
        view=shown,
        selected_sample=selected["sample"] if selected and selected["record"] == record.name else None,
    )


def _ignore() -> None:
    """Stand as the callback without which Streamlit keeps no state of this name."""


# What the page wants and what the visitor did


def next_wish(before: _Wish | None, view: View, reported: dict | None) -> _Wish:
    """Return what to show after a page passed `view` and the browser's last report is `reported`."""
    if before is None:
        return _Wish(number=1, view=view, passed=view, report=None)
    report = before.report
    if reported is None and report is not None:  # the trace that reported it went with its page; this is another
        return _Wish(before.number + 1, view, view, None)
    if reported is not None and reported["wish"] == before.number:
        report = View(reported["start_s"], reported["window_s"])
    if report != before.report and view in (before.passed, report):
        # The page could not know of this report before it passed its view, and takes it over from now on.
        return _Wish(before.number, before.view, report, report)
    if view == before.passed:
        return _Wish(before.number, before.view, view, report)
    return _Wish(before.number + 1, view, view, None)


def _current_view(wish: _Wish) -> View:
    return wish.report or wish.view


# What travels to the browser


def encode_labels(record: Record, rows: Sequence[LabelRow], rhythms: bool, monitor: Monitor | None) -> Packet:
    """Return labels, rhythms, predictions, and the words and colours to show them with."""
    arrays = {}
    described = []
    for i, row in enumerate(rows):
        symbols, code = np.unique(np.asarray(row.symbol, dtype=str), return_inverse=True)
        described.append({"name": row.name, "symbols": symbols.tolist()})
        arrays[f"row_{i}_sample"] = np.asarray(row.sample, dtype=np.int32)
        arrays[f"row_{i}_code"] = code.astype(np.uint8)
    if rows:
        arrays["after_gap"] = _beats_after_gaps(record, rows[0])
    rhythm_texts = []
    if rhythms and record.annotations is not None:
        marks = record.annotations
        changes = (marks.symbol == "+") & (np.char.str_len(marks.aux) > 0)
        arrays["rhythm_sample"] = marks.sample[changes].astype(np.int32)
        rhythm_texts = marks.aux[changes].tolist()
    if monitor is not None:
        arrays["monitor_probability"] = np.asarray(monitor.probabilities, dtype=np.float32).reshape(-1)
        for name in ("r", "ready", "start", "stop"):
            arrays[f"monitor_{name}"] = np.asarray(getattr(monitor, f"{name}_sample"), dtype=np.int32)
    fields = {
        "rows": described,
        "rhythms": rhythm_texts,
        "monitor": None if monitor is None else {"lead": monitor.lead},
        "classes": CLASSES,
        "beat_symbols": "".join(sorted(BEAT_SYMBOLS)),
        "text": trace_words(record),
    }
    return pack(fields, arrays)


def _beats_after_gaps(record: Record, row: LabelRow) -> np.ndarray:
    """Return the indices of labels before which samples are missing: no RR interval ends there."""
    sample = np.asarray(row.sample)
    rr_s = rr_intervals(sample, record.fs, find_gaps(record.signals, record.fs))
    return np.flatnonzero(np.isnan(rr_s)).astype(np.int32)


def _first_leads(record: Record) -> tuple[str, ...]:
    others = [lead for lead in record.leads if lead != record.default_lead]
    return (record.default_lead, *others[:1])


# The components


_signal_carrier = st.components.v2.component(
    "ecg_signal", js=join_code(CODE_FILES, "trace/trace.css"), isolate_styles=False
)
_labels_carrier = st.components.v2.component("ecg_labels", js=join_code(CARRIER_FILES), isolate_styles=False)
_piece_carrier = st.components.v2.component("ecg_piece", js=join_code(CARRIER_FILES), isolate_styles=False)
_trace = st.components.v2.component("ecg_trace", js=join_code(("shared/channel.js", "trace/show.js")))
