"""A visitor's labels beside another's: the experts', or a colleague's file; and the visitor's labels as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.evaluation.annotators import AnnotatorAgreement, compare_annotators
from ecgmodel.records.editing import EditedBeats
from ecgmodel.records.exports.beat_table import format_beats
from ecgmodel.records.exports.wfdb_files import add_note, format_atr, parse_atr, wfdb_name
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.timeline import find_gaps
from pages.session import place
from pages.ui.blocks import clock, show_error, truth_name
from pages.ui.downloads import offer_file
from pages.ui.row_table import show_row_table, table_height
from pages.ui.text import plain, t, tn

_SHOW = "annotate.truth"
_FILE = "annotate.second"


@dataclass(frozen=True, slots=True, eq=False)
class SecondOpinion:
    """Somebody else's labels of the same record."""

    name: str
    annotations: Annotations


def shows_truth(record: Record) -> bool:
    """Show and return whether the record's own labels are in the trace: at first they are not, so that they do not
    lead.
    """
    return st.toggle(
        t("Show the labels of: {who}", who=truth_name(record)), key=f"{_SHOW}.{record.name}", persist_state="session"
    )


def choose_second(record: Record) -> SecondOpinion | None:
    """Let the visitor bring a colleague's labels, and return them where they fit the record."""
    with st.popover(t("Compare with another person's labels"), type="tertiary", icon=":material/group:"):
        file = st.file_uploader(
            t("An .atr file of this record, as this page saves it"), type="atr", key=f"{_FILE}.{record.name}"
        )
    if file is None:
        return None
    try:
        marks = parse_atr(file.getvalue()).beats()
    except EcgModelError as error:
        show_error(error)
        return None
    inside = marks.sample < record.n_samples
    return SecondOpinion(
        file.name.removesuffix(".atr")[:20], Annotations(marks.sample[inside], marks.symbol[inside], marks.aux[inside])
    )


def show_edit_downloads(record: Record, edited: EditedBeats, on_saved: Callable[[], None]) -> None:
    """Offer the visitor's labels as files; `on_saved` is called when one is taken."""
    name = wfdb_name(record.name)
    with st.container(horizontal=True):
        offer_file(
            t("My labels (.atr)"),
            lambda: format_atr(add_note(edited.to_annotations()), record.fs),
            f"{name}.atr",
            "application/octet-stream",
            on_click=on_saved,
        )
        offer_file(
            t("My labels as CSV"),
            lambda: format_beats(
                record.name,
                record.fs,
                edited.sample,
                edited.symbol,
                gaps=find_gaps(record.signals, record.fs),
            ),
            f"{name}-labels.csv",
            "text/csv",
            on_click=on_saved,
        )


def show_comparison(record: Record, edited: EditedBeats, second: SecondOpinion | None) -> None:
    """Show how far the visitor agrees with a colleague, or else with the record's own labels."""
    if second is None and record.annotations is not None:
        second = SecondOpinion(truth_name(record), record.annotations)
    if second is None:
        return
    box = st.expander(
        t("You and {who}", who=plain(second.name)), type="compact", on_change="rerun", key="annotate.compare"
    )
    if not box.open:
        return
    with box:
        agreement = compare_annotators(edited.to_annotations(), second.annotations, record.fs)
        _show_agreement(agreement, second.name)
        _show_matrix(agreement, second.name)
        _show_differences(record, agreement, second.name)


def _show_agreement(agreement: AnnotatorAgreement, who: str) -> None:
    parts = [
        t(
            "Both have {n:,} beats and give **{agreed:,}** the same label",
            n=agreement.n_shared,
            agreed=agreement.n_agreed,
        ),
        tn("{n:,} only you", "{n:,} only you", len(agreement.only_first)),
        t("{n:,} only {who}", n=len(agreement.only_second), who=plain(who)),
    ]
    st.markdown(" · ".join(parts))
    if np.isfinite(agreement.kappa):
        st.metric(
            t("Cohen's kappa"),
            f"{agreement.kappa:.3f}",
            help=t("1 is full agreement, 0 is what chance would give; beats that only one of you has are left out."),
        )
    else:
        st.caption(t("No kappa: both give one and the same label, so chance alone agrees."))


def _show_matrix(agreement: AnnotatorAgreement, who: str) -> None:
    if len(agreement.symbols) < 2:
        return
    table = pd.DataFrame(
        agreement.matrix,
        index=[t("you: {symbol}", symbol=symbol) for symbol in agreement.symbols],
        columns=[f"{who}: {symbol}" for symbol in agreement.symbols],
    )
    st.dataframe(table, width="content")


def _show_differences(record: Record, agreement: AnnotatorAgreement, who: str) -> None:
    samples = np.concatenate((agreement.differ, agreement.only_first, agreement.only_second))
    if not len(samples):
        return
    order = np.argsort(samples)
    yours = [*agreement.differ_first, *[t("has it")] * len(agreement.only_first), *[""] * len(agreement.only_second)]
    theirs = [*agreement.differ_second, *[""] * len(agreement.only_first), *[t("has it")] * len(agreement.only_second)]
    key = f"annotate.differences.{record.name}"

    show_row_table(
        {
            t("Time"): [clock(sample / record.fs, 1) for sample in samples[order]],
            t("you"): np.array(yours, dtype=object)[order],
            who: np.array(theirs, dtype=object)[order],
        },
        key=key,
        on_row=lambda row: place.show_sample(int(samples[order][row]), record.fs),
        height=table_height(len(samples)),
        width=480,
    )
