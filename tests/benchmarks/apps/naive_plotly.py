"""The yardstick of the next window: ten seconds of a record as one would first write it, with `st.plotly_chart`."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ecgmodel.records.sources.catalogue import default_record_name, open_record

WINDOW_S = 10

record = st.cache_resource(open_record)(default_record_name())
start = st.session_state.setdefault("start", 0)
if st.button("next"):
    start = st.session_state.start = start + WINDOW_S
samples = np.arange(int(start * record.fs), int((start + WINDOW_S) * record.fs))
figure = go.Figure()
for column, lead in enumerate(record.leads):
    figure.add_scatter(x=samples / record.fs, y=record.signals[samples, column], name=lead)
if record.annotations is not None:
    marks = record.annotations
    shown = (marks.sample >= samples[0]) & (marks.sample <= samples[-1])
    height = np.full(int(shown.sum()), float(record.signals[samples].max()))
    figure.add_scatter(x=marks.sample[shown] / record.fs, y=height, text=marks.symbol[shown], mode="text", name="beats")
st.plotly_chart(figure)
