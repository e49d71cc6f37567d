"""Setting beats by hand, beyond the keys and buttons of the trace: begin, add, move, any symbol, and undo."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.labels import BEAT_SYMBOLS, CLASSES, SYMBOL_NAMES
from ecgmodel.records.editing import EditedBeats, begin_editing, snap_to_peak
from ecgmodel.records.record import Record
from pages.annotate import kept
from pages.caches.predictions import predict_record
from pages.session import place, visitor
from pages.ui.blocks import show_error, truth_name
from pages.ui.model_choice import model_for_uploads
from pages.ui.text import look_up, t, tn

SYMBOLS = (*CLASSES, *sorted(BEAT_SYMBOLS - set(CLASSES)))
NUDGES_S = (-0.02, -0.004, 0.004, 0.02)

_START = "annotate.start"


def show_start(record: Record) -> None:
    """Ask which beats to start from, and make the visitor's own copy of them."""
    starts = {"found": t("R peaks, not labelled")}
    if record.annotations is not None:
        starts["truth"] = t("a copy of the labels: {who}", who=truth_name(record))
    if model_for_uploads() is not None:
        starts["model"] = t("the model's labels")
    starts["nothing"] = t("nothing")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # What the model said of a visitor's own file is taken over from Upload.
        if visitor.is_news(_START, record.name) or st.session_state.get(_START) not in starts:
            st.session_state[_START] = "model" if record.name.startswith("upload: ") and "model" in starts else "found"
        st.selectbox(t("Start from"), tuple(starts), format_func=starts.__getitem__, key=_START, width=280)
        st.button(
            t("Annotate this record"),
            type="primary",
            icon=":material/edit:",
            on_click=_begin,
            args=(record,),
            key="annotate.begin",
        )
    st.caption(
        t(
            "Your labels are a copy of your own: the record stays as it is, and this browser keeps them until you "
            "discard them."
        )
    )
    _show_problem()


def _show_problem() -> None:
    problem = kept.problem()
    if problem is not None:
        show_error(problem)


def _begin(record: Record) -> None:
    try:
        sample, symbol = _first_beats(record, st.session_state[_START])
    except EcgModelError as error:
        kept.refuse(error)
        return
    kept.begin(record, begin_editing(sample, symbol, record.n_samples, record.fs))


def _first_beats(record: Record, start: str) -> tuple[np.ndarray, np.ndarray]:
    if start == "truth":
        beats = record.annotations.beats()
        return beats.sample, beats.symbol
    if start == "model":
        lead = place.lead() if place.lead() in record.leads else record.default_lead
        prediction = predict_record(record.name, model_for_uploads(), lead, "detected")
        return prediction.r_sample, prediction.predicted
    found = np.empty(0, dtype=np.int64)
    if start == "found":
        from ecgmodel.records.signal.r_peaks import detect_r_peaks

        found = detect_r_peaks(record.lead(), record.fs)
    return found, np.full(len(found), kept.UNLABELLED)


def show_editor(record: Record, edited: EditedBeats) -> None:
    """Show the tools: what can be done to the selected beat, adding a beat, and undoing a change."""
    selected = place.selected_sample()
    there = selected is not None and selected in edited.sample
    _show_selected(record, edited, selected if there else None)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        _show_history(record, edited)
        _show_adding(record)
    _show_problem()


def _show_selected(record: Record, edited: EditedBeats, selected: int | None) -> None:
    """Show what else can be done to the selected beat: the five classes and deleting have buttons below the trace."""
    symbol = None if selected is None else edited.symbol_at(selected)
    key = f"annotate.label.{record.name}"
    st.session_state[key] = symbol
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            t("Label"),
            SYMBOLS,
            format_func=lambda symbol: f"{symbol} {look_up(SYMBOL_NAMES[symbol])}",
            key=key,
            index=None,
            placeholder=t("label"),
            label_visibility="collapsed",
            disabled=selected is None,
            width=260,
            on_change=_label,
            args=(record, selected, key),
        )
        for seconds in NUDGES_S:
            st.button(
                t("{ms:+.0f} ms", ms=seconds * 1000),
                type="tertiary",
                disabled=selected is None,
                on_click=_move,
                args=(record, selected, seconds),
                key=f"annotate.move.{seconds}",
            )


def _show_adding(record: Record) -> None:
    time_key, symbol_key = f"annotate.time.{record.name}", "annotate.new"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", width="content"):
        st.number_input(
            t("New beat at (s)"),
            min_value=0.0,
            max_value=record.duration_s,
            value=None,
            placeholder=t("middle of the view"),
            format="%.3f",
            key=time_key,
            width=210,
            help=t("It is put on the largest deflection within 60 ms. The calipers of the trace read times."),
        )
        st.selectbox(t("as"), SYMBOLS, key=symbol_key, width=80)
        st.button(
            t("Add"),
            icon=":material/add:",
            on_click=_add,
            args=(record, time_key, symbol_key),
            key="annotate.add",
        )


def _show_history(record: Record, edited: EditedBeats) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.button(
            t("Undo"),
            icon=":material/undo:",
            type="tertiary",
            disabled=not edited.done,
            on_click=kept.change,
            args=(record, EditedBeats.undo),
            key="annotate.undo",
        )
        st.button(
            t("Redo"),
            icon=":material/redo:",
            type="tertiary",
            disabled=not edited.undone,
            on_click=kept.change,
            args=(record, EditedBeats.redo),
            key="annotate.redo",
        )
        open_beats = int(np.sum(edited.symbol == kept.UNLABELLED))
        st.caption(
            " · ".join(
                [
                    tn("{n:,} beat", "{n:,} beats", len(edited)),
                    tn("{n:,} not labelled", "{n:,} not labelled", open_beats),
                    tn("{n:,} change", "{n:,} changes", len(edited.done)),
                ]
            ),
            width="content",
        )
        st.button(
            t("Next not labelled"),
            type="tertiary",
            icon=":material/skip_next:",
            disabled=not open_beats,
            on_click=_go_to_open,
            args=(record, edited),
            key="annotate.next",
        )
        with st.popover(t("Start over"), type="tertiary"):
            st.caption(t("Your labels of this record will be discarded, here and in this browser."))
            st.button(t("Discard them"), on_click=kept.discard, args=(record,), key="annotate.forget")


# What the buttons do


def _label(record: Record, sample: int, key: str) -> None:
    symbol = st.session_state[key]
    if symbol is not None:
        kept.change(record, lambda beats: beats.label(sample, symbol))


def _move(record: Record, sample: int, seconds: float) -> None:
    step = max(round(abs(seconds) * record.fs), 1)
    target = sample + (step if seconds > 0 else -step)
    kept.change(record, lambda beats: beats.move(sample, target))
    if target in kept.beats_of(record).sample:
        place.select_sample(target)


def _add(record: Record, time_key: str, symbol_key: str) -> None:
    seconds = st.session_state[time_key]
    if seconds is None:
        seconds = place.start_s() + min(place.window_s(), record.duration_s) / 2
    sample = min(round(seconds * record.fs), record.n_samples - 1)
    sample = snap_to_peak(record.lead(), record.fs, sample)
    kept.change(record, lambda beats: beats.add(sample, st.session_state[symbol_key]))
    if sample in kept.beats_of(record).sample:
        place.select_sample(sample)


def _go_to_open(record: Record, edited: EditedBeats) -> None:
    open_beats = edited.sample[edited.symbol == kept.UNLABELLED]
    selected = place.selected_sample()
    later = open_beats[open_beats > (-1 if selected is None else selected)]
    place.show_sample(int(later[0] if len(later) else open_beats[0]), record.fs)
