"""Heart rate variability: tachogram and Poincaré plot side by side, with the numbers of the Task Force of 1996."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.figures.palette import Theme
from ecgmodel.figures.tachogram import draw_poincare, draw_tachogram
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.timeline import beat_times, find_gaps, rhythm_spans
from ecgmodel.records.variability import (
    NormalIntervals,
    Variability,
    find_normal_intervals,
    measure_variability,
    take_intervals,
)
from pages.ui.blocks import clock
from pages.ui.text import t

USUAL_S = 300
"""The Task Force compares recordings of five minutes, or of a day."""

IRREGULAR = ("(AFIB", "(AFL")


def show_record_variability(record: Record, r_sample: np.ndarray, symbol: np.ndarray, key: str) -> None:
    """Show the variability of a record whose beats have these labels, on demand."""
    box = st.expander(t("Heart rate variability"), type="compact", on_change="rerun", key=key)
    if not box.open:
        return
    with box:
        gaps = find_gaps(record.signals, record.fs)
        intervals = find_normal_intervals(r_sample, symbol, record.fs, gaps)
        beats = beat_times(Annotations(r_sample, symbol, np.full(len(r_sample), "")), record.fs, gaps)
        _show(intervals, beats.rr_s, key, end_s=beats.time_s)
        if record.annotations is not None and any(
            span.rhythm in IRREGULAR for span in rhythm_spans(record.annotations, record.n_samples)
        ):
            st.caption(
                t(
                    "This record has atrial fibrillation or flutter: there the rhythm of the ventricles is irregular "
                    "of itself, and the numbers say nothing of the sinus node."
                )
            )


def show_interval_variability(rr_s: np.ndarray, follows: np.ndarray, key: str) -> None:
    """Show the variability of a list of intervals whose beats are unknown."""
    _show(take_intervals(rr_s, follows), rr_s, key)
    st.caption(t("A list of intervals does not tell ectopic beats: all of them count, and a few can double RMSSD."))


def _show(intervals: NormalIntervals, rr_s: np.ndarray, key: str, end_s: np.ndarray | None = None) -> None:
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    found = measure_variability(intervals)
    words = {
        "title": t("Tachogram"),
        "x": t("Time (s)"),
        "y": t("RR interval (s)"),
        "counted": t("normal-to-normal"),
        "others": t("beside another beat: not counted"),
    }
    counted = None if end_s is None else np.isin(end_s, intervals.end_s)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        figure = draw_tachogram(rr_s, words, theme, end_s=end_s, counted=counted)
        st.plotly_chart(figure, key=f"{key}.tachogram", alt=t("RR intervals against time"))
    if found is None:
        st.caption(t("Too few intervals between two normal beats for a measure of their variability."))
        return
    with right:
        words = {"title": t("Poincaré plot"), "x": t("Interval before (s)"), "y": t("Interval (s)")}
        figure = draw_poincare(intervals, found, words, theme)
        st.plotly_chart(figure, key=f"{key}.poincare", alt=t("Each interval against the one before"))
    _show_numbers(found)


def _show_numbers(found: Variability) -> None:
    with st.container(horizontal=True, gap="large"):
        for name, value, meaning in (
            ("SDNN", f"{found.sdnn_ms:.1f} ms", t("Standard deviation of all normal-to-normal intervals.")),
            (
                "RMSSD",
                f"{found.rmssd_ms:.1f} ms",
                t("Root of the mean square of the differences between intervals that follow each other."),
            ),
            ("pNN50", f"{found.pnn50:.1%}", t("Intervals that differ from the one before by more than 50 ms, of all.")),
            ("SD1", f"{found.sd1_ms:.1f} ms", t("Width of the Poincaré plot across its diagonal: from beat to beat.")),
            ("SD2", f"{found.sd2_ms:.1f} ms", t("Length of the Poincaré plot along its diagonal: slow changes, too.")),
        ):
            st.metric(name, value, help=meaning, width="content")
    st.caption(
        t(
            "{n:,} normal-to-normal intervals, {time} together; none across a gap or beside a beat that is not of the "
            "sinus node. Definitions: [Task Force 1996](https://doi.org/10.1161/01.CIR.93.5.1043); SD1 and SD2: "
            "[Brennan et al. 2001](https://doi.org/10.1109/10.959330).",
            n=found.n_intervals,
            time=clock(found.seconds),
        )
    )
    if found.seconds < USUAL_S:
        st.caption(t("Values are compared between recordings of five minutes at least; this is less."))
