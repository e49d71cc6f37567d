"""What stands around the trace of the Predict page: the choices, the model's card, the agreement with the experts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.classification.agreement import Agreement
from ecgmodel.errors import ModelFileError
from ecgmodel.labels import CLASSES, SYMBOL_NAMES
from ecgmodel.network.model_file import Model, parse_model
from ecgmodel.records.record import Record
from ecgmodel.scores.metrics import score
from pages.caches.models import model_name_in_use, model_names, open_model
from pages.session import choices, place, visitor
from pages.ui.blocks import clock, held_out_words, show_error, truth_name
from pages.ui.matrix import show_matrix
from pages.ui.text import look_up, t, tn

_MODEL = "predict.model"
_BEATS = "predict.beats"
_LEAD = "predict.lead"
_FILE = "predict.file"

SHORT_TABLE = 6
"""Rows of a table that is shown whole."""


def choose_model(record: Record) -> str | None:
    """Show the choice of a model and return the name of the one that reads this record, `None` where there is none.

    A damaged model can be chosen; opening it says why it is refused.
    """
    names = model_names()
    if not names:
        return None
    st.session_state[_MODEL] = model_name_in_use()
    st.selectbox(
        t("Model"),
        names,
        format_func=_model_label,
        key=_MODEL,
        width=300,
        on_change=lambda: choices.set_model(st.session_state[_MODEL]),
    )
    chosen = st.session_state[_MODEL]
    if record.annotations is not None or _reads(chosen) != "runs":
        return chosen
    return next((name for name in names if _reads(name) == "beats"), None)


def choose_beats(record: Record, model: Model) -> choices.BeatSource:
    """Show whose R peaks the model reads, and return what holds for this record and this model."""
    reads_runs = model.card.segments == "runs"
    if record.annotations is None:
        source, reason = "detected", t("Nobody annotated this record.")
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
        t("Lead"), record.leads, key=_LEAD, required=True, on_change=lambda: place.set_lead(st.session_state[_LEAD])
    )
    return lead


def choose_model_file() -> None:
    """Let the visitor bring a model file; it stays in this session alone."""
    with st.popover(t("Model file"), type="tertiary", icon=":material/upload_file:"):
        # Of any type: what is no model file of ours is refused with the reason, which the browser would not give.
        file = st.file_uploader(t("A .safetensors file that this app wrote"), key=_FILE)
        if file is None or not visitor.is_news(_FILE, file.file_id):
            return
        try:
            model = parse_model(file.getvalue(), file.name)
        except ModelFileError as error:
            show_error(error)
            return
        name = file.name.removesuffix(".safetensors")
        name = t("{name} (yours)", name=name) if name in model_names() else name
        visitor.own("model")[name] = model
        visitor.own("classifier").clear()
        visitor.own("prediction").clear()
        choices.set_model(name)
        st.rerun()


def show_model_card(model: Model) -> None:
    """Say in a line what the model is, what it reads and what it reached."""
    from ecgmodel.segments.beats import DELAY_S  # loads scipy.signal

    config, card = model.config, model.card
    parts = [
        t("{cell}, {units} units, {n:,} weights", cell=config.cell.upper(), units=config.units, n=config.n_weights()),
        t("names a run of beats with one label when it has ended")
        if card.segments == "runs"
        else t("names a beat {delay:.2f} s after its R peak", delay=DELAY_S),
    ]
    if "accuracy" in card.scores:
        parts.append(
            t(
                "{accuracy:.1%} right, mean sensitivity {sensitivity:.1%} on {held_out}",
                accuracy=card.scores["accuracy"],
                sensitivity=card.scores["sensitivity"],
                held_out=held_out_words(card),
            )
        )
    st.caption(" · ".join(parts))


def show_agreement(agreement: Agreement) -> None:
    """Show how far the model and the experts agree, as a matrix."""
    if agreement.n_judged == 0:
        st.caption(t("No beat of the five classes could be compared."))
        return
    st.markdown(
        t(
            "The model agrees with the experts on **{agreed:,} of {n:,}** beats of the five classes.",
            agreed=agreement.n_agreed,
            n=agreement.n_judged,
        )
    )
    show_matrix(agreement.matrix, score(agreement.matrix))


def show_other_beats(agreement: Agreement) -> None:
    """Show the beats that belong to none of the five classes, and as what the model named them."""
    if not agreement.others:
        st.caption(t("All beats of this record belong to the five classes."))
        return
    st.caption(
        t(
            "These beats belong to none of the model's classes, so no answer of it can be right. "
            "They are not in the matrix."
        )
    )
    st.dataframe(
        [
            {
                t("Experts"): f"{other.symbol} {look_up(SYMBOL_NAMES.get(other.symbol, other.symbol))}",
                t("Beats"): other.n,
                **{t("named {symbol}", symbol=symbol): int(n) for symbol, n in zip(CLASSES, other.named, strict=True)},
            }
            for other in agreement.others
        ],
        hide_index=True,
        width="content",
    )


def show_disagreements(agreement: Agreement, fs: float, key: str) -> None:
    """List the beats that the model names otherwise than the experts; a selected one comes into the trace."""
    found = agreement.disagreements
    if not len(found):
        st.caption(t("None."))
        return
    st.caption(t("Click the box at the left of a row to see the beat in the trace."))
    _jump_table(
        {
            t("Time"): [clock(sample / fs, 1) for sample in found.sample],
            t("Experts"): found.expert,
            t("Model"): found.model,
            t("Probability"): found.probability.astype(np.float64).round(3),
        },
        found.sample,
        fs,
        f"{key}.differ",
    )


def show_detection(agreement: Agreement, fs: float, key: str) -> None:
    """Show the experts' beats that the detector missed, and what it took for beats beside them."""
    n_missed, n_extra, n_flutter = len(agreement.missed), len(agreement.extra), len(agreement.in_flutter)
    lines = [
        tn("{n:,} beat found", "{n:,} beats found", agreement.n_paired),
        tn("{n:,} beat missed", "{n:,} beats missed", n_missed),
        tn("{n:,} detection without a beat", "{n:,} detections without a beat", n_extra),
    ]
    if n_flutter:
        lines.append(
            tn(
                "{n:,} detection during ventricular flutter, where no beats are labelled",
                "{n:,} detections during ventricular flutter, where no beats are labelled",
                n_flutter,
            )
        )
    st.markdown(" · ".join(lines))
    st.caption(t("A detected R peak belongs to a beat where it lies within 150 ms of the experts' (ANSI/AAMI EC57)."))
    samples = np.concatenate((agreement.missed, agreement.extra))
    if not len(samples):
        return
    order = np.argsort(samples)
    kinds = np.asarray([t("missed")] * n_missed + [t("without a beat")] * n_extra)
    _jump_table(
        {t("Time"): [clock(sample / fs, 1) for sample in samples[order]], t("What"): kinds[order]},
        samples[order],
        fs,
        f"{key}.detection",
    )


def _jump_table(columns: dict[str, object], samples: np.ndarray, fs: float, key: str) -> None:
    def jump() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            place.show_sample(int(samples[rows[0]]), fs)

    # Low, so that the trace above stays in view.
    st.dataframe(
        columns,
        hide_index=True,
        height="auto" if len(samples) <= SHORT_TABLE else 250,
        width=640,
        key=key,
        on_select=jump,
        selection_mode="single-row",
    )


def _model_label(name: str) -> str:
    reads = _reads(name)
    if reads is None:
        return t("{name} · damaged", name=name)
    return t("{name} · reads runs", name=name) if reads == "runs" else t("{name} · reads single beats", name=name)


def _reads(name: str) -> str | None:
    """Return the kind of segments that a model reads; `None` where its file cannot be opened."""
    try:
        return open_model(name).card.segments
    except ModelFileError:
        return None
