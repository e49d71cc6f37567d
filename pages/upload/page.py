"""Upload: your own ECG, from any device."""

from dataclasses import replace

import streamlit as st

from ecgmodel.classification.beat_summary import summarise_beats
from ecgmodel.records.imports.files import AnnotationList
from ecgmodel.records.imports.text_file import BeatTable, IntervalTable
from pages.ui.blocks import show_not_a_medical_device, show_source
from pages.ui.text import t
from pages.ui.variability import show_record_variability
from pages.upload.drop import show_drop_zone, show_file_line
from pages.upload.many import current_many, show_many
from pages.upload.recipe import show_misfits
from pages.upload.results import (
    choose_reading,
    show_beats,
    show_counts,
    show_downloads,
    show_headline,
    show_next_steps,
    show_notes,
    symbols_of,
)
from pages.upload.session import tell_sidebar
from pages.upload.settings import show_understanding
from pages.upload.tables import show_annotations_alone, show_intervals
from pages.upload.trace import show_beat_rows, show_failure, show_upload_trace
from pages.upload.work import do_work

upload = show_drop_zone()
tell_sidebar(upload)
many = current_many()
if many is not None:
    show_many(many)
if upload is None:
    st.stop()
left, right = st.columns([1, 2.6], gap="medium")
with left:
    show_file_line(upload)
    show_misfits(upload)
    show_understanding(upload)
with right:
    if do_work(upload):
        tell_sidebar(upload)
        st.rerun()  # what the page has shown so far did not know of the result
    if upload.error is not None:
        show_failure(upload, upload.error)
    elif isinstance(upload.found, IntervalTable):
        show_intervals(upload)
    elif isinstance(upload.found, BeatTable):
        show_beat_rows(upload)
    elif isinstance(upload.found, AnnotationList):
        show_annotations_alone(upload)
    elif upload.understanding.question is not None:
        st.caption(t("The trace comes when the question at the left is answered."))
    if upload.analysis is not None:
        analysis = upload.analysis
        threshold = choose_reading(upload, analysis.record)
        symbol = symbols_of(analysis, threshold)
        summary = summarise_beats(
            analysis.r_sample, symbol, analysis.record.fs, analysis.record.n_samples, analysis.gaps
        )
        show_headline(upload, analysis, summary)
        show_upload_trace(upload, analysis, symbol)
        show_notes(upload.found, analysis)
        show_not_a_medical_device()
        show_downloads(upload, analysis, symbol, summary)
        show_next_steps(upload)
        counts, beats = st.tabs([t("Counts and rates"), t("All beats ({n:,})", n=summary.n_beats)])
        with counts:
            show_counts(summary)
            show_record_variability(analysis.record, analysis.r_sample, symbol, "upload.variability")
        with beats:
            show_beats(upload, analysis, symbol)
        show_source(replace(analysis.record, source=upload.origin))
