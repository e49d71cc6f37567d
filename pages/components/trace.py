"""The trace: one record with its labels, as a component of plain JavaScript that every page shares.

The samples reach the browser once. Streamlit sends an element's message again as a short reference where it did not
change, so a trace is three elements: one carries the samples and the code, one the labels and the words, and a small
one, which alone changes from run to run, says what to show. Of a record of many hours the first carries minima and
maxima, and further elements bring the samples around what is shown (`trace_signal`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import streamlit as st

from ecgmodel.labels import BEAT_SYMBOLS, CLASSES
from ecgmodel.records.record import Record
from ecgmodel.records.timeline import find_gaps, rr_intervals
from pages.components.delivery import send
from pages.components.packets import CARRIER_FILES, ELEMENT_FILES, Packet, join_code, pack, stamp
from pages.components.trace_signal import encode_pieces, encode_signal
from pages.components.trace_wishes import View, current_view, next_selection, next_wish
from pages.components.trace_words import trace_words
from pages.session import place

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
    "trace/beats.js",
    "trace/editor.js",
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
    unsure : ndarray of shape (n,), bool, or None
        Which names are not to be relied on: these have a hollow mark and a question mark.
    """

    name: str
    sample: np.ndarray
    symbol: np.ndarray
    unsure: np.ndarray | None = None


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
class BeatEdit:
    """One change that the visitor made to the last row of labels, by key or button.

    Attributes
    ----------
    kind : {"label", "delete", "undo", "redo"}
    sample : int or None
        R peak of the beat; `None` where the last change is taken back or made again.
    symbol : str
        The new label, "" where there is none.
    """

    kind: Literal["label", "delete", "undo", "redo"]
    sample: int | None = None
    symbol: str = ""


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


def show_trace(
    record: Record,
    *,
    key: str,
    view: View,
    leads: Sequence[str] | None = None,
    rows: Sequence[LabelRow] = (),
    rhythms: bool = True,
    monitor: Monitor | None = None,
    selected: int | None = None,
    on_select: Callable[[int], None] | None = place.select_sample,
    on_edits: Callable[[Sequence[BeatEdit]], None] | None = None,
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
    selected : int, optional
        R peak of the beat that the page has selected.
    on_select : callable or None
        Called with the R peak of a beat that the visitor selects, before the page runs; with `None` the selection is
        the browser's alone.
    on_edits : callable, optional
        Makes the last row of labels the visitor's own: keys and buttons of the trace change it at once, and this is
        called with the changes, each once and in their order, before the page runs.
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
    shown = current_view(wish)
    selection = next_selection(st.session_state.get(f"{key}.selection"), record.name, selected)
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
            "selected": asdict(selection),
            "edits": None if on_edits is None else st.session_state.get(f"{key}.edits", 0),
            "height": height,
            "report_view": report_view,
            "autoplay": monitor is not None and monitor.autoplay,
        }
        state = _trace(
            key=key,
            data=data | {"stamp": stamp(key, data)},
            on_view_change=_ignore,
            on_pieces_change=_ignore,
            on_selected_change=_ignore if on_select is None else lambda: _take_selected(key, on_select),
            on_edits_change=_ignore if on_edits is None else lambda: _take_edits(key, record.name, on_edits, on_select),
        )
    # Only now: a run that was cut short before here has told the page nothing, and must not count as one that has.
    st.session_state[wish_key] = wish
    st.session_state[f"{key}.selection"] = selection
    clicked = state.get("selected")
    return TraceEvent(
        view=shown,
        selected_sample=clicked["sample"] if clicked and clicked["record"] == record.name else None,
    )


def _ignore() -> None:
    """Do nothing: Streamlit keeps a state only where it has a callback."""


def _take_selected(key: str, on_select: Callable[[int], None]) -> None:
    """Pass on the beat that the visitor selected, where it is one of the record that this trace shows."""
    event = (st.session_state.get(key) or {}).get("selected")
    if event:
        _select(key, event["record"], event["sample"], on_select)


def _select(key: str, record: str, sample: int, on_select: Callable[[int], None]) -> None:
    selection = st.session_state.get(f"{key}.selection")
    if selection is not None and selection.record == record:
        st.session_state[f"{key}.selection"] = selection.taken(int(sample))
        on_select(int(sample))


def _take_edits(
    key: str,
    record: str,
    on_edits: Callable[[Sequence[BeatEdit]], None],
    on_select: Callable[[int], None] | None,
) -> None:
    """Pass on those changes that this session has not taken yet, and the beat that is selected behind them.

    The browser sends a change again with each that follows, until it hears that it was taken: of two reports in quick
    succession, Streamlit passes on the second alone.
    """
    event = (st.session_state.get(key) or {}).get("edits")
    if not event or event["record"] != record:
        return
    taken = st.session_state.get(f"{key}.edits", 0)
    new = [edit for edit in event["list"] if edit["number"] > taken]
    if event["selected"] is not None and on_select is not None:
        _select(key, record, event["selected"], on_select)
    if new:
        st.session_state[f"{key}.edits"] = max(edit["number"] for edit in new)
        on_edits([BeatEdit(edit["kind"], edit.get("sample"), edit.get("symbol", "")) for edit in new])


# What travels to the browser


def encode_labels(record: Record, rows: Sequence[LabelRow], rhythms: bool, monitor: Monitor | None) -> Packet:
    """Return labels, rhythms, predictions, and the words and colours to show them with."""
    arrays = {}
    described = []
    gaps = find_gaps(record.signals, record.fs) if rows else None
    for i, row in enumerate(rows):
        symbols, code = np.unique(np.asarray(row.symbol, dtype=str), return_inverse=True)
        described.append({"name": row.name, "symbols": symbols.tolist()})
        arrays[f"row_{i}_sample"] = np.asarray(row.sample, dtype=np.int32)
        arrays[f"row_{i}_code"] = code.astype(np.uint8)
        arrays[f"row_{i}_after_gap"] = _beats_after_gaps(row, record.fs, gaps)
        if row.unsure is not None:
            arrays[f"row_{i}_unsure"] = np.asarray(row.unsure, dtype=np.uint8)
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


def _beats_after_gaps(row: LabelRow, fs: float, gaps: np.ndarray) -> np.ndarray:
    """Return the indices of labels before which samples are missing: no RR interval ends there."""
    return np.flatnonzero(np.isnan(rr_intervals(np.asarray(row.sample), fs, gaps))).astype(np.int32)


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
