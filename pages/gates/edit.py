"""The beat as it would be if the ECG were different: presets, sliders, undo."""

from __future__ import annotations

from dataclasses import fields, replace

import streamlit as st

from ecgmodel.segments.edit import EDIT_RANGES, MAINS_HZ, BeatEdit
from pages.session import choices, visitor
from pages.ui.text import t

MAX_UNDO = 50


def choose_edit(*, shown: bool) -> BeatEdit:
    """Show presets and sliders, and return the edit in force."""
    kept = visitor.own("gates")
    history = kept.setdefault("edits", [BeatEdit()])
    if shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            for words, preset in _presets():
                st.button(words, on_click=_push, args=(preset,), key=f"gates.preset.{words}")
            st.button(t("Undo"), icon=":material/undo:", type="tertiary", on_click=_undo, disabled=len(history) < 2)
            st.button(
                t("Reset"),
                icon=":material/restart_alt:",
                type="tertiary",
                on_click=_push,
                args=(BeatEdit(),),
                disabled=history[-1] == BeatEdit(),
                key="gates.edit.reset",
            )
        _show_sliders(history[-1])
    elif history[-1] != BeatEdit():
        st.button(
            t("Back to the beat as it was"),
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=_push,
            args=(BeatEdit(),),
        )
    return history[-1]


def _presets() -> tuple[tuple[str, BeatEdit], ...]:
    return (
        (t("Early"), BeatEdit(early=0.35)),
        (t("Wide"), BeatEdit(widen=2.2)),
        (t("Early and wide"), BeatEdit(early=0.35, widen=2.2)),
        (t("Electrodes swapped"), BeatEdit(flip=True)),
        (t("Mains interference"), BeatEdit(mains_mv=0.2)),
        (t("Baseline wander"), BeatEdit(wander_mv=1.0)),
        (t("Small R wave"), BeatEdit(r_scale=0.4)),
    )


def _show_sliders(edit: BeatEdit) -> None:
    faces = {
        "early": (t("Early (of the RR)"), 0.05),
        "widen": (t("QRS width (times)"), 0.1),
        "r_scale": (t("QRS height (times)"), 0.1),
        "mains_mv": (t("Mains interference (mV)"), 0.05),
        "wander_mv": (t("Baseline wander (mV)"), 0.1),
    }
    *columns, last = st.columns(len(faces) + 1)
    for column, (name, (words, step)) in zip(columns, faces.items(), strict=True):
        key = f"gates.edit.{name}"
        choices.put(key, float(getattr(edit, name)))
        low, high = EDIT_RANGES[name]
        column.slider(words, low, high, step=step, key=key, on_change=_push_widgets)
    with last:
        st.session_state["gates.edit.mains_hz"] = edit.mains_hz
        st.segmented_control(
            t("Interference"),
            MAINS_HZ,
            format_func="{} Hz".format,
            key="gates.edit.mains_hz",
            required=True,
            on_change=_push_widgets,
        )
        choices.put("gates.edit.flip", edit.flip)
        st.toggle(t("Flip the lead"), key="gates.edit.flip", on_change=_push_widgets)


def _push_widgets() -> None:
    names = [field.name for field in fields(BeatEdit)]
    now = visitor.own("gates")["edits"][-1]
    _push(replace(now, **{name: st.session_state[f"gates.edit.{name}"] for name in names}))


def _push(edit: BeatEdit) -> None:
    history = visitor.own("gates")["edits"]
    if edit != history[-1]:
        visitor.own("gates")["edits"] = [*history, edit][-MAX_UNDO:]


def _undo() -> None:
    visitor.own("gates")["edits"] = visitor.own("gates")["edits"][:-1]
