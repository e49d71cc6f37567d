"""Records: look at an ECG with the experts' labels."""

import streamlit as st

from ecgmodel.records.exports.wfdb_files import wfdb_name
from ecgmodel.records.facts import find_facts
from ecgmodel.records.sources.databases import MITDB, SVDB
from ecgmodel.records.timeline import beat_times, find_gaps
from pages.components.trace import LabelRow, show_trace
from pages.components.trace_wishes import View
from pages.records.panel import annotation_csv, show_beat_table, show_facts, show_header
from pages.session import place
from pages.ui.blocks import follow_trace, show_source, truth_name
from pages.ui.downloads import offer_file
from pages.ui.record_picker import offer_download, open_record_in_use, show_headline, show_record_picker
from pages.ui.text import t
from pages.ui.variability import show_record_variability

TRACE = "records.trace"

show_record_picker()
record = open_record_in_use()
facts = find_facts(record)
show_headline(record, facts)

rows = ()
if record.annotations is not None:
    beats = record.annotations.beats()
    rows = (LabelRow(truth_name(record), beats.sample, beats.symbol),)
event = show_trace(
    record,
    key=TRACE,
    view=View(place.start_s(), place.window_s()),
    rows=rows,
    selected=place.selected_sample(),
)
follow_trace(event)

if record.annotations is not None:
    table = st.expander(t("Beats in this window as a table"), type="compact", on_change="rerun", key="records.table")
    if table.open:
        with table:
            window = beat_times(record.annotations, record.fs, find_gaps(record.signals, record.fs))
            show_beat_table(window.between(place.start_s(), place.start_s() + place.window_s()))
    beats = record.annotations.beats()
    show_record_variability(record, beats.sample, beats.symbol, "records.variability")
with st.expander(t("What the header says"), type="compact"):
    show_header(record)
with st.expander(t("What to look for in this record"), type="compact"):
    show_facts(record, facts)
if record.annotations is not None:
    offer_file(
        t("Annotations as CSV"), lambda: annotation_csv(record), f"{wfdb_name(record.name)}-annotations.csv", "text/csv"
    )
if record.source in ("excerpt", "simulated"):
    with st.expander(t("More records: two databases of MIT-BIH"), type="compact"):
        st.markdown(
            t(
                "Half an hour of two leads from each of 47 people, 48 records, with every beat labelled by two "
                "cardiologists. Fetched once from PhysioNet, kept in your cache folder."
            )
        )
        offer_download(MITDB.record_names[0])
        st.markdown(
            t(
                "Half an hour of two leads at 128 Hz from each of 78 people with supraventricular beats: the MIT-BIH "
                "Supraventricular Arrhythmia Database. Its N are all beats that are not early, bundle branch blocks "
                "among them."
            )
        )
        offer_download(SVDB.record_names[0])
show_source(record)
