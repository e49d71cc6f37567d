"""What stands on the Upload page for files without a recording: RR intervals as a tachogram, annotations as counts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.records.exports.interval_table import format_intervals
from ecgmodel.records.imports.files import AnnotationList
from ecgmodel.records.imports.text_file import IntervalTable
from pages.ui.blocks import clock, show_not_a_medical_device
from pages.ui.downloads import offer_file
from pages.ui.text import plain, t
from pages.ui.variability import show_interval_variability
from pages.upload.session import Upload, change_settings
from pages.upload.settings import say_sentence


def show_intervals(upload: Upload) -> None:
    """Show RR intervals as such, with the rate that they make, and never as an ECG."""
    table: IntervalTable = upload.found
    seconds = table.intervals.rr_s
    if not len(seconds):
        st.caption(t("None of the intervals is a heart's."))
        return
    st.markdown(
        t(
            "**{n:,}** RR intervals over {time}, and no ECG: when beats came is known, not what they look like.",
            n=len(seconds),
            time=clock(float(seconds.sum())),
        )
    )
    low, high = (float(q) for q in np.quantile(seconds, (0.05, 0.95)))
    with st.container(horizontal=True, gap="large"):
        st.metric(t("Median heart rate"), t("{rate:.0f}/min", rate=table.intervals.rate_bpm), width="content")
        st.metric(t("Median RR interval"), t("{seconds:.2f} s", seconds=float(np.median(seconds))), width="content")
        st.metric(t("Nine of ten between"), t("{low:.2f} and {high:.2f} s", low=low, high=high), width="content")
    show_interval_variability(seconds, table.intervals.follows, "upload.intervals")
    if table.intervals.n_left_out:
        st.caption(t("{n:,} values are no heart's intervals and were left out.", n=table.intervals.n_left_out))
    for note in table.notes:
        st.caption(plain(say_sentence(note)))
    show_not_a_medical_device()
    with st.container(horizontal=True):
        offer_file(t("Intervals as CSV"), lambda: format_intervals(seconds), "rr-intervals.csv", "text/csv")
        st.button(
            t("Read it as an ECG all the same"),
            type="tertiary",
            on_click=change_settings,
            kwargs={"kind": "signal"},
            key="upload.as_signal",
        )


def show_annotations_alone(upload: Upload) -> None:
    """Say which recording annotations need, with what they hold."""
    alone: AnnotationList = upload.found
    st.info(
        t(
            "These are {n:,} annotations and no ECG: the recording that they belong to is missing. Choose both files "
            "together, this one and that of record {record}.",
            n=len(alone.annotations.sample),
            record=plain(alone.record),
        )
        if alone.record
        else t(
            "These are {n:,} annotations and no ECG: the recording to which they belong is missing. Choose both "
            "files together.",
            n=len(alone.annotations.sample),
        ),
        icon=":material/info:",
    )
    symbols, counts = np.unique(alone.annotations.symbol, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    st.caption(" · ".join(f"{plain(str(symbols[i]))} {counts[i]:,}" for i in order[:12]))
