"""The trace of the Upload page, labelled, and what stands there where a file has no trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ecgmodel.classification.analysis import Analysis
from ecgmodel.errors import EcgModelError
from ecgmodel.labels import CLASSES
from ecgmodel.records.imports.beat_strip import MAX_BEATS, lay_out_beats
from ecgmodel.records.imports.remedies import find_remedies
from ecgmodel.records.imports.text_file import BeatTable
from ecgmodel.records.imports.understanding import ImportSettings
from pages.components.trace import LabelRow, TraceEvent, show_trace
from pages.components.trace_wishes import View
from pages.session import place, visitor
from pages.ui.blocks import clock, follow_trace, show_error
from pages.ui.text import plain, t
from pages.upload.results import mark_stretches
from pages.upload.session import Upload, change_settings, publish_record, use_settings
from pages.upload.settings import say_sentence

TRACE = "upload.trace"

COMMENT = '"'
"""PhysioBank's symbol of a mark that is only a text."""

COMMENT_LETTERS = 16


def show_upload_trace(upload: Upload, analysis: Analysis, symbol: np.ndarray) -> None:
    """Show the record with its labels, and give it to the other pages."""
    record = replace(analysis.record, name=upload.record_name)
    if upload.in_use:
        record = publish_record(upload)
    rows = []
    comments = _comments(upload)
    if comments is not None:
        rows.append(comments)
    if record.annotations is not None:
        beats = record.annotations.beats()
        rows.append(LabelRow(t("file"), beats.sample, beats.symbol))
    edited = visitor.own("edit").get(upload.record_name)
    if edited is not None:
        rows.append(LabelRow(t("you"), edited.sample, edited.symbol))
    rows.append(LabelRow(t("model"), analysis.r_sample, symbol))
    in_use = upload.in_use
    view = View(place.start_s(), place.window_s()) if in_use else View(upload.start_s, upload.window_s)
    selected = place.selected_sample() if in_use else upload.selected
    shown = record if record.annotations is not None else mark_stretches(record, analysis.stretches)
    event = show_trace(
        shown,
        key=TRACE,
        view=view,
        leads=_leads(analysis),
        rows=tuple(rows),
        selected=selected,
        on_select=place.select_sample if in_use else upload.select,
    )
    _follow(upload, event, in_use)
    _show_selected(analysis, symbol, place.selected_sample() if in_use else upload.selected)


def _comments(upload: Upload) -> LabelRow | None:
    """Return the comments that stand in the file, as "Lead off", in a row of their own."""
    found = upload.found
    marks = found.events if found.events is not None else found.record.annotations
    if marks is None or not np.any(marks.symbol == COMMENT):
        return None
    is_comment = marks.symbol == COMMENT
    short = np.array([text[:COMMENT_LETTERS] for text in marks.aux[is_comment]])
    return LabelRow(t("comments"), marks.sample[is_comment], short)


def _leads(analysis: Analysis) -> tuple[str, ...]:
    """Return the lead that the model reads, and one beside it."""
    others = [lead for lead in analysis.record.leads if lead != analysis.lead]
    return (analysis.lead, *others[:1])


def _show_selected(analysis: Analysis, symbol: np.ndarray, selected: int | None) -> None:
    """Say what the model thinks of the selected beat."""
    found = np.flatnonzero(analysis.r_sample == selected)
    if analysis.prediction is None or not len(found):
        st.caption(t("Click a beat to see how sure the model is of it."))
        return
    likely = analysis.prediction.probabilities[found[0]]
    words = "   ".join(f"{name} {p:.2f}" for name, p in zip(CLASSES, likely, strict=True))
    st.caption(
        t(
            "Beat at {time}: **{symbol}**. Probabilities: {words}",
            time=clock(selected / analysis.record.fs, 2),
            symbol=symbol[found[0]],
            words=words,
        )
    )


def _follow(upload: Upload, event: TraceEvent, in_use: bool) -> None:
    if in_use:
        follow_trace(event)
        return
    upload.start_s, upload.window_s = event.view.start_s, event.view.window_s


def show_beat_rows(upload: Upload) -> None:
    """Show heartbeats that were cut out of their recording, and say why they are not classified."""
    table: BeatTable = upload.found
    strip = lay_out_beats(table.beats, upload.record_name)
    st.markdown(t("**{n:,}** heartbeats, one a row, without the recording around them.", n=strip.n_beats))
    st.caption(
        t(
            "The model names a beat by its place in the rhythm, so it cannot name these. They are shown with the "
            "labels of the file; the height has no unit."
        )
    )
    rows = (LabelRow(t("file"), strip.start_sample, strip.symbol),)
    event = show_trace(strip.record, key=TRACE, view=View(upload.start_s, upload.window_s), rows=rows, on_select=None)
    _follow(upload, event, in_use=False)
    if strip.n_beats > MAX_BEATS:
        st.caption(t("The first {n:,} are shown.", n=MAX_BEATS))


def show_failure(upload: Upload, error: EcgModelError) -> None:
    """Say why the file cannot be read as it is set, and offer what may help; the file itself is kept."""
    show_error(error)
    with st.container(horizontal=True):
        for number, remedy in enumerate(find_remedies(error, upload.settings)):
            key = "upload.gaps" if "bad_cells" in remedy.changes else f"upload.remedy.{number}"
            st.button(plain(say_sentence(remedy.words)), on_click=change_settings, kwargs=remedy.changes, key=key)
        if upload.settings != ImportSettings():
            st.button(
                t("Read it without my settings"),
                on_click=use_settings,
                args=(lambda _: ImportSettings(),),
                key="upload.without",
            )
