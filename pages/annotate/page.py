"""Annotate: set and correct beats and their labels by hand, and see how far two people agree."""

import streamlit as st

from pages.annotate import kept
from pages.annotate.beat_editor import show_editor, show_start
from pages.annotate.second_opinion import choose_second, show_comparison, show_edit_downloads, shows_truth
from pages.components.trace import LabelRow, show_trace
from pages.components.trace_wishes import View
from pages.session import place
from pages.ui.blocks import follow_trace, show_not_a_medical_device, show_source, truth_name
from pages.ui.record_picker import open_record_in_use, show_record_picker
from pages.ui.text import t

TRACE = "annotate.trace"

show_record_picker()
record = open_record_in_use()
edited = kept.beats_of(record)
rows = []
shown, second = edited is None, None
if edited is None:
    show_start(record)
else:
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = record.annotations is not None and shows_truth(record)
        second = choose_second(record)
if shown and record.annotations is not None:
    beats = record.annotations.beats()
    rows.append(LabelRow(truth_name(record), beats.sample, beats.symbol))
if second is not None:
    rows.append(LabelRow(second.name, second.annotations.sample, second.annotations.symbol))
if edited is not None:
    rows.append(LabelRow(t("you"), edited.sample, edited.symbol))
event = show_trace(
    record,
    key=TRACE,
    view=View(place.start_s(), place.window_s()),
    rows=tuple(rows[-2:]),
    selected=place.selected_sample(),
    on_edits=None if edited is None else lambda edits: kept.take_edits(record, edits),
)
follow_trace(event)
if edited is not None:
    show_editor(record, edited)
kept.keep_in_browser(record)
show_not_a_medical_device()
if edited is not None:
    show_edit_downloads(record, edited, lambda: kept.note_saved(record))
    show_comparison(record, edited, second)
show_source(record)
