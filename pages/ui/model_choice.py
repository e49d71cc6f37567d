"""Choosing what reads a record: the model, whose R peaks, which lead; and a visitor's own model file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ecgmodel.errors import ModelFileError
from ecgmodel.network.model_file import Model, parse_model
from ecgmodel.records.record import Record
from ecgmodel.segments.runs import can_cut_runs
from pages.caches.models import MAX_OWN_MODELS, keep_own_model, model_name_in_use, model_names, model_outline
from pages.session import address, choices, place, visitor
from pages.ui.blocks import show_error, truth_name
from pages.ui.text import plain, t

if TYPE_CHECKING:
    from ecgmodel.classification.classify import BeatSource

_MODEL = "predict.model"
_BEATS = "predict.beats"
_LEAD = "predict.lead"
_FILE = "predict.file"


def choose_model(record: Record) -> str | None:
    """Show the choice of a model and return the name of the one that reads this record, `None` where there is none.

    A damaged model can be chosen; opening it says why it is refused.
    """
    names = model_names()
    if not names:
        return None
    labels = {name: _model_label(name) for name in names}
    st.session_state[_MODEL] = model_name_in_use()
    st.selectbox(
        t("Model"),
        names,
        format_func=labels.__getitem__,
        key=_MODEL,
        width=300,
        on_change=lambda: _take_model(st.session_state[_MODEL]),
    )
    chosen = st.session_state[_MODEL]
    if can_cut_runs(record) or _reads(chosen) != "runs":
        return chosen
    return next((name for name in names if _reads(name) == "beats"), None)


def _take_model(name: str) -> None:
    address.forget_problems()
    choices.set_model(name)


def choose_beats(record: Record, model: Model) -> BeatSource:
    """Show whose R peaks the model reads, and return what holds for this record and this model."""
    reads_runs = model.card.segments == "runs"
    if record.annotations is None:
        source, reason = "detected", t("This record has no annotations.")
    elif reads_runs:
        source, reason = "annotated", t("Runs are cut by the experts' labels.")
    else:
        source, reason = choices.beat_source(), None
    st.session_state[_BEATS] = source
    st.segmented_control(
        t("R peaks"),
        ("annotated", "detected"),
        format_func={"annotated": t("from: {who}", who=truth_name(record)), "detected": t("detected")}.__getitem__,
        key=_BEATS,
        required=True,
        disabled=reason is not None,
        help=reason,
        on_change=lambda: choices.set_beat_source(st.session_state[_BEATS]),
    )
    return source


def choose_lead(record: Record) -> str:
    """Show which lead the model reads, and return it."""
    lead = place.lead() if place.lead() in record.leads else record.default_lead
    st.session_state[_LEAD] = lead
    st.segmented_control(
        t("Lead"),
        record.leads,
        format_func=plain,
        key=_LEAD,
        required=True,
        on_change=lambda: place.set_lead(st.session_state[_LEAD]),
    )
    return lead


def choose_model_file() -> None:
    """Let the visitor bring a model file; it stays in this session alone."""
    with st.popover(t("Model file"), type="tertiary", icon=":material/upload_file:"):
        # Of any type: a file that is not one of our models is refused with the reason, which the browser would not
        # give.
        file = st.file_uploader(t("A .safetensors file that this app wrote"), key=_FILE)
        st.caption(t("It stays in this session, with at most {n} at a time.", n=MAX_OWN_MODELS))
        if file is None or not visitor.is_news(_FILE, file.file_id):
            return
        try:
            model = parse_model(file.getvalue(), file.name)
        except ModelFileError as error:
            show_error(error)
            return
        name = file.name.removesuffix(".safetensors")
        name = t("{name} (yours)", name=name) if name in model_names() and name not in visitor.own("model") else name
        keep_own_model(name, model, file.name)
        choices.set_model(name)
        st.rerun()


def _model_label(name: str) -> str:
    reads = _reads(name)
    if reads is None:
        return t("{name} · damaged", name=name)
    return t("{name} · reads runs", name=name) if reads == "runs" else t("{name} · reads single beats", name=name)


def _reads(name: str) -> str | None:
    """Return the kind of segments that a model reads; `None` where its file cannot be opened."""
    outline = model_outline(name)
    return None if outline is None else outline.card.segments


def model_for_uploads() -> str | None:
    """Return the model in use where it reads beats, else the first that does; `None` where there is none."""
    names = model_names()
    in_use = model_name_in_use()
    return next((name for name in sorted(names, key=lambda name: name != in_use) if _reads(name) == "beats"), None)
