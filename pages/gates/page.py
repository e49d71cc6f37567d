"""Gates: the recurrent cell of a trained model, opened on one beat.

What follows the choice of record and model is a fragment: another beat, a held gate or an edit runs it alone.
"""

import streamlit as st

from ecgmodel.errors import EcgModelError, SegmentError
from ecgmodel.network.inside.experiments import Experiment
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.edit import BeatEdit, apply_edit, cut_segment
from pages.caches.models import open_model
from pages.caches.records import find_beats
from pages.components.gates import Pane, read_gates, show_gates
from pages.gates.beat import choose_beat, find_readable, take_surroundings
from pages.gates.edit import choose_edit
from pages.gates.hold import choose_experiment, show_experiment_matrix
from pages.gates.hunt import HuntedRecord, show_hunt
from pages.gates.panes import choose_beside, make_pane, show_answers, show_difference, trace_beat
from pages.gates.place import choose_place
from pages.gates.tools import choose_saliency, choose_tool, keep_brush, show_saliency
from pages.session import address, choices, visitor
from pages.ui.blocks import show_controls_door, show_error, show_not_a_medical_device, show_source
from pages.ui.model_choice import choose_beats, choose_lead, choose_model
from pages.ui.record_picker import open_record_in_use, show_record_picker
from pages.ui.sidebar import show_person_badge
from pages.ui.text import t

VIEW = "gates.view"


@st.fragment
def open_cell_on_beat(record: Record, name: str, beside: str | None, source: str, lead: str, n_complaints: int) -> None:
    """Show the beat in use with the cell, or why it cannot be shown."""
    try:
        show_cell(record, name, beside, source, lead, n_complaints)
    except EcgModelError as error:
        show_error(error)


def show_cell(record: Record, name: str, beside: str | None, source: str, lead: str, n_complaints: int) -> None:
    """Show the beat in use, what can be done to it and to the cell, and the cell itself."""
    model = open_model(name)
    complaints = st.container()
    beats = find_beats(record.name, lead, source)
    index = choose_beat(record, name, lead, beats, find_readable(record, model, beats))
    whole = take_surroundings(record, lead, model, beats, index)
    event = read_gates(VIEW)
    brush = keep_brush(event, model.config.n_steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        tool = choose_tool()
        wants_saliency = choose_saliency()
    # The tools share one place, whether they show anything or not: a view that moves down is drawn a second time. What
    # they bring about is said in it, too, where it can be seen beside the control.
    tools = st.container(key="gates.tools")
    with tools:
        edit = choose_edit(shown=tool == "edit")
        edited = apply_edit(whole, edit)

    segment = cut_segment(edited)
    trace = trace_beat(name, segment)
    wish = choose_place(event, trace, segment, model.config.step_stride)
    with tools:
        experiment = choose_experiment(trace.cell, choices.unit(), brush, shown=tool == "hold")
    panes = [make_pane(name, trace, whole, edited, segment, experiment, wants_saliency)]
    with complaints:
        if beside is not None:
            try:
                panes.append(_open_beside(beside, record, lead, beats, index, edit, wants_saliency))
            except SegmentError as error:
                show_error(error)  # it is in none of the runs that the other model reads
        address.take_unshown()  # these stand here, where they go with the fragment
        for problem in address.problems()[n_complaints:]:
            show_error(problem)
    with tools:
        show_answers(panes)
        summary = st.empty()
        if tool == "hunt":
            show_hunt(panes[0].trace, model, brush, HuntedRecord(record, name, lead, beats, source))
    private = record.source == "upload" or any(pane.name in visitor.own("model") for pane in panes)
    show_gates(panes, key=VIEW, step=choices.step(), unit=choices.unit(), wish=wish, brush=brush, private=private)
    show_difference(panes)
    if wants_saliency:
        show_saliency(panes)
    if not experiment.changes_nothing:
        show_experiment_matrix(record, name, model, lead, trace.cell, experiment, summary)
    address.write()


def _open_beside(
    name: str, record: Record, lead: str, beats: Annotations, index: int, edit: BeatEdit, wants_saliency: bool
) -> Pane:
    """Return the second model on the beat in use, under the same edit."""
    whole = take_surroundings(record, lead, open_model(name), beats, index)
    edited = apply_edit(whole, edit)
    segment = cut_segment(edited)
    return make_pane(name, trace_beat(name, segment), whole, edited, segment, Experiment(), wants_saliency)


show_controls_door()
with st.container(key="page_controls_record"):
    show_record_picker()
record = open_record_in_use()
try:
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_controls_model"):
        name = choose_model(record)
        if name is not None:
            model = open_model(name)
            beside = choose_beside(record, name, model)
            source = choose_beats(record, model)
            lead = choose_lead(record)
            show_person_badge(name, record)
except EcgModelError as error:
    show_error(error)
    st.stop()
if name is None:
    st.caption(t("There is no model here that can read this record. Bring a model file, or choose another record."))
    st.stop()
open_cell_on_beat(record, name, beside, source, lead, len(address.problems()))
show_not_a_medical_device()
show_source(record)
