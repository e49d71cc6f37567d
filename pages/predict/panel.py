"""What surrounds the trace of the Predict page: the choices, the model's card, the agreement with the experts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.classification.agreement import Agreement, Pairs
from ecgmodel.labels import CLASS_NAMES, CLASSES, SYMBOL_NAMES
from ecgmodel.network.model_file import Model
from pages.components.matrices import MatrixAxes, MatrixPane, PaneCell, show_matrices
from pages.session import choices, place
from pages.ui.blocks import clock, held_out_words
from pages.ui.row_table import show_row_table, table_height
from pages.ui.text import look_up, t, tn


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
    if {"accuracy", "sensitivity"} <= card.scores.keys():
        parts.append(
            t(
                "{accuracy:.1%} right, mean sensitivity {sensitivity:.1%} on {held_out}",
                accuracy=card.scores["accuracy"],
                sensitivity=card.scores["sensitivity"],
                held_out=held_out_words(card),
            )
        )
    st.caption(" · ".join(parts))


def show_agreement(agreement: Agreement, fs: float, key: str) -> None:
    """Show how far the model and the experts agree, as a matrix; a click on a cell lists its beats."""
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
    chosen = choices.page_choice("predict", "cell")
    cell = chosen[1] if chosen is not None and chosen[0] == key else None

    def take(clicked: PaneCell) -> None:
        choices.set_page_choice("predict", "cell", None if clicked == cell else (key, clicked))

    names = {symbol: look_up(name) for symbol, name in CLASS_NAMES.items()}
    show_matrices(
        (MatrixPane(key=key, title="", matrix=agreement.matrix, opens=True),),
        MatrixAxes(CLASSES, CLASSES, names),
        key="predict.matrix",
        chosen=cell,
        on_cell=take,
    )
    if cell is None:
        st.caption(t("Click a cell to list its beats, and a row of the list to see its beat in the trace."))
        return
    truth, named = CLASSES[cell.truth], CLASSES[cell.named]
    beats = agreement.pairs.of_cell(truth, named)
    st.markdown(
        tn(
            "**{truth} named {named}**: {n:,} beat",
            "**{truth} named {named}**: {n:,} beats",
            len(beats),
            truth=truth,
            named=named,
        )
    )
    _show_pairs(beats, fs, f"{key}.cell.{truth}{named}")


def show_other_beats(agreement: Agreement) -> None:
    """Show the beats that belong to none of the five classes, and what the model named them."""
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
    """List the beats that the model names differently from the experts; a selected one is brought into the trace."""
    found = agreement.disagreements
    if not len(found):
        st.caption(t("None."))
        return
    st.caption(t("Click a row to see its beat in the trace."))
    _show_pairs(found, fs, f"{key}.differ")


def _show_pairs(pairs: Pairs, fs: float, key: str) -> None:
    _jump_table(
        {
            t("Time"): [clock(sample / fs, 1) for sample in pairs.sample],
            t("Experts"): pairs.expert,
            t("Model"): pairs.model,
            t("Probability"): pairs.probability.astype(np.float64).round(3),
        },
        pairs.sample,
        fs,
        key,
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
    show_row_table(
        columns,
        key=key,
        on_row=lambda row: place.show_sample(int(samples[row]), fs),
        height=table_height(len(samples)),
        width=640,
    )
