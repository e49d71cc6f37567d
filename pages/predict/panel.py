"""What stands around the trace of the Predict page: the choices, the model's card, the agreement with the experts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.classification.agreement import Agreement
from ecgmodel.labels import CLASSES, SYMBOL_NAMES
from ecgmodel.network.model_file import Model
from ecgmodel.scores.metrics import score
from pages.session import place
from pages.ui.blocks import clock, held_out_words
from pages.ui.matrix import show_matrix
from pages.ui.text import look_up, t, tn

SHORT_TABLE = 6
"""Rows of a table that is shown whole."""


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
