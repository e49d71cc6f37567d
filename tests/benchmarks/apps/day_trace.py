"""A day at 250 Hz in the trace: a simulated hour with its labels, 24 times."""

import numpy as np
import streamlit as st

from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from pages.components.trace import LabelRow, show_trace
from pages.components.trace_wishes import View

HOURS = 24
FS = 250.0

st.set_page_config(layout="wide")


@st.cache_resource
def make_day() -> Record:
    """Return one lead with about 100,000 beats."""
    hour = simulate_record(SimulationPlan(duration_s=3600.0, fs=FS), seed=1)
    beats = hour.annotations.beats()
    sample = np.concatenate([beats.sample + k * hour.n_samples for k in range(HOURS)])
    marks = Annotations(sample, np.tile(beats.symbol, HOURS), np.tile(beats.aux, HOURS))
    signals = np.tile(hour.signals[:, :1], (HOURS, 1))
    return Record("day", signals, hour.leads[:1], FS, marks, Header(), "simulated")


record = make_day()
row = LabelRow("simulation", record.annotations.sample, record.annotations.symbol)
view = st.session_state.get("view", View(12 * 3600.0, 10.0))
st.session_state.view = show_trace(record, key="trace", view=view, rows=(row,)).view
