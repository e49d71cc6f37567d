"""Gates: the recurrent cell of a trained model, opened on one beat."""

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.network.experiments import Experiment, run_experiment
from ecgmodel.network.gates import trace_gates
from ecgmodel.network.saliency import occlude
from ecgmodel.segments.edit import apply_edit, beat_surroundings, cut_segment, readable_in_runs, run_surroundings
from pages.ui import cache, state
from pages.ui.blocks import show_error, show_not_a_medical_device, show_source
from pages.ui.frame import enter_through_app
from pages.ui.gates_edit import choose_edit
from pages.ui.gates_hold import choose_experiment, show_experiment_matrix
from pages.ui.gates_hunt import show_hunt
from pages.ui.gates_panel import choose_beat, choose_beside, choose_place, find_marks, show_answers
from pages.ui.gates_tools import choose_saliency, choose_tool, keep_brush, show_saliency
from pages.ui.gates_view import Pane, read_gates, show_gates
from pages.ui.predict_panel import choose_beats, choose_lead, choose_model
from pages.ui.record_panel import open_record_in_use, show_record_picker
from pages.ui.sidebar import show_person_badge
from pages.ui.text import t

VIEW = "gates.view"

enter_through_app()
show_record_picker()
record = open_record_in_use()
n_complaints = len(state.problems())  # those were shown just now
complaints = st.container()
try:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choose_model(record)
        if name is not None:
            model = cache.open_model(name)
            beside = choose_beside(record, name, model)
            source = choose_beats(record, model)
            lead = choose_lead(record)
            show_person_badge(model.card, record)
except EcgModelError as error:
    show_error(error)
    st.stop()
if name is None:
    st.caption(t("There is no model here that can read this record. Bring a model file, or choose another record."))
    st.stop()

reads_runs = model.card.segments == "runs"
try:
    beats = cache.find_beats(record.name, lead, source)
    readable = np.ones(len(beats.sample), dtype=bool)
    if reads_runs and record.annotations is not None:
        readable = readable_in_runs(record.annotations)[record.annotations.is_beat]
    index = choose_beat(record, beats, readable)
    if reads_runs:
        whole = run_surroundings(record, lead, int(beats.sample[index]))
    else:
        whole = beat_surroundings(record.name, lead, record.lead(lead), beats.sample, beats.symbol, record.fs, index)
except EcgModelError as error:
    show_error(error)
    st.stop()

event = read_gates(VIEW)
brush = keep_brush(event, model.config.n_steps)
with st.container(horizontal=True, vertical_alignment="center"):
    tool = choose_tool()
    wants_saliency = choose_saliency()
edited = apply_edit(whole, choose_edit(shown=tool == "edit"))

panes = []
experiment = Experiment()
for other in (name, beside):
    if other is None:
        continue
    classifier = cache.open_classifier(other)
    segment = cut_segment(edited)
    trace = plain = trace_gates(classifier.model, classifier.predict(segment, with_states=True), segment.length)
    if other == name:
        wish = choose_place(event, trace, segment, model.config.step_stride)
        experiment = choose_experiment(trace.cell, state.unit(), brush, shown=tool == "hold")
        trace = run_experiment(model, plain, experiment)
    if edited is not whole:
        untouched = cut_segment(whole)
        plain = trace_gates(classifier.model, classifier.predict(untouched, with_states=True), untouched.length)
    panes.append(
        Pane(
            name=other,
            title=f"{other} · {trace.cell.kind.upper()}",
            model=classifier.model,
            trace=trace,
            segment=segment,
            marks=find_marks(edited, segment),
            baseline=None if trace is plain else plain.probabilities,
            saliency=occlude(classifier, segment) if wants_saliency else None,
        )
    )
with complaints:
    for problem in state.problems()[n_complaints:]:
        show_error(problem)
show_gates(panes, key=VIEW, step=state.step(), unit=state.unit(), wish=wish, brush=brush)
show_answers(panes)
if wants_saliency:
    show_saliency(panes)
if tool == "hunt":
    last_real = int(model.config.last_real_step(panes[0].trace.length))
    show_hunt(panes[0].trace, last_real, brush, record, name, lead, beats, source)
if not experiment.changes_nothing:
    show_experiment_matrix(record, name, model, lead, panes[0].trace.cell, experiment)
show_not_a_medical_device()
show_source(record)
