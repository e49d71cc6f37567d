"""The trace alone: a simulated minute that the tests know beat by beat, chosen by `?case=`."""

import numpy as np
import streamlit as st

from ecgmodel.records.record import Annotations, Header, Record
from pages.components.trace import LabelRow, Monitor, show_trace
from pages.components.trace_wishes import View
from pages.session import choices, place

FS = 360
BEAT_S = 0.8
N_BEATS = 225  # three minutes
N_BEATS_LONG = 13_500  # three hours, which travel in pieces
V_BEATS = (20, 40, 41, 120)
MODEL_SAYS_N = (40,)

case = st.query_params.get("case", "plain")
choices.set_language(st.query_params.get("lang", "en"))
st.set_page_config(layout="wide")


@st.cache_resource
def make_record(case: str) -> Record:
    """Return a spike a beat in one lead or more; every other sample is zero."""
    n_beats = N_BEATS_LONG if case == "long" else N_BEATS
    n_samples = {"short": 3 * FS, "one": 1}.get(case, round(n_beats * BEAT_S * FS))
    n_leads = 10 if case == "leads" else 2
    r_sample = np.round((0.4 + BEAT_S * np.arange(n_beats)) * FS).astype(np.int64)
    r_sample = r_sample[r_sample < n_samples]
    signals = np.zeros((n_samples, n_leads), dtype=np.float32)
    signals[r_sample] = 1.0
    if case == "gaps":
        signals[2 * FS : 3 * FS] = np.nan
        signals[:, 1] = np.nan
    symbol = np.full(len(r_sample), "N")
    symbol[[i for i in V_BEATS if i < len(symbol)]] = "V"
    sample = np.concatenate([[0], r_sample, [100 * FS]])
    symbol = np.concatenate([["+"], symbol, ["+"]])
    aux = np.array(["(N", *[""] * len(r_sample), "(AFIB"])
    order = np.argsort(sample, kind="stable")
    marks = Annotations(sample[order], symbol[order], aux[order])
    return Record(
        name=case,
        signals=signals,
        leads=tuple(f"lead {i}" for i in range(n_leads)),
        fs=float(FS),
        annotations=None if case == "unlabelled" else marks,
        header=Header(),
        source="simulated",
    )


record = make_record(case)
rows, monitor = [], None
if record.annotations is not None:
    beats = record.annotations.beats()
    rows.append(LabelRow("experts", beats.sample, beats.symbol))
    if case in ("model", "replay"):
        said = beats.symbol.copy()
        said[list(MODEL_SAYS_N)] = "N"
        rows.append(LabelRow("model", beats.sample, said))
        probabilities = np.zeros((len(said), 5), dtype=np.float32)
        probabilities[np.arange(len(said)), np.where(said == "V", 4, 0)] = 0.9
        probabilities[:, 3] = 0.1
        monitor = Monitor(
            probabilities,
            r_sample=beats.sample,
            ready_sample=beats.sample + FS // 2,
            start_sample=beats.sample - FS // 2,
            stop_sample=beats.sample + FS // 2,
        )

session = st.session_state
session.setdefault("view", View(0.0, 10.0))
session.setdefault("runs", 0)
session.runs += 1
if st.button("Jump to 60 s"):
    session.view = View(60.0, 10.0)
st.button("Run again")
event = show_trace(
    record,
    key="trace",
    view=session.view,
    leads=record.leads,
    rows=rows,
    monitor=monitor,
    selected=place.selected_sample(),
    report_view=case != "silent",
)
session.view = event.view
st.text(f"run {session.runs}")
st.text(f"view {event.view.start_s:.3f} {event.view.window_s:.3f}")
st.text(f"selected {event.selected_sample}")
