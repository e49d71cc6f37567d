"""Evaluate: how good a network really is, and what lies behind each of its numbers."""

import streamlit as st

from pages.evaluate.by_database import show_databases
from pages.evaluate.cell import show_cell
from pages.evaluate.certainty import show_certainty
from pages.evaluate.choice import choose_closer
from pages.evaluate.closer import CLOSER, TABS, show_baselines, show_classes, show_closer, show_records
from pages.evaluate.curves import show_operating_curves, show_training_curves
from pages.evaluate.export import show_exports
from pages.evaluate.judged import list_judged
from pages.evaluate.noise import show_noise
from pages.evaluate.paper import show_paper
from pages.evaluate.split import SPLIT, choose_measure, choose_preset, find_columns, show_leaks, show_split, tell_drop
from pages.ui.blocks import show_not_a_medical_device
from pages.ui.text import t

judged = list_judged()
if not judged:
    st.caption(t("No results yet. Make some with: python -m ecgmodel evaluate --preset gru"))
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    preset = choose_preset(judged)
    measure = choose_measure()
columns = find_columns(judged, preset)
show_split(columns, preset, measure)
show_databases(columns)
tell_drop(columns, preset, measure)
with st.container(horizontal=True, vertical_alignment="center"):
    show_leaks(columns)
    st.page_link("pages/cards/page.py", label=t("Model cards"), icon=":material/description:", width="content")
show_cell(SPLIT)
show_not_a_medical_device()

st.divider()
first = next(one for one in judged if one.name == preset)
closer = choose_closer(judged, first)
matrix, paper, *rest = st.tabs(
    [
        t("Matrix, part by part"),
        t("The paper, and ours"),
        t("Classes"),
        t("Baselines"),
        t("Records"),
        t("Training"),
        t("Thresholds"),
        t("Probabilities"),
        t("Noise"),
        t("Export"),
    ],
    on_change="rerun",
    key=TABS,
)
if paper.open:
    with paper:
        show_paper(judged)
if closer is not None:
    classes, baselines, records, training, thresholds, certainty, noise, files = rest
    if matrix.open:
        with matrix:
            show_closer(closer, measure)
            show_cell(CLOSER)
    if classes.open:
        with classes:
            show_classes(closer)
    if baselines.open:
        with baselines:
            show_baselines(closer)
    if records.open:
        with records:
            show_records(closer)
    if training.open:
        with training:
            show_training_curves(closer)
    if thresholds.open:
        with thresholds:
            show_operating_curves(closer)
    if certainty.open:
        with certainty:
            show_certainty(closer)
    if noise.open:
        with noise:
            show_noise()
    if files.open:
        with files:
            show_exports(closer, measure)
