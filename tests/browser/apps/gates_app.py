"""The view of the cell alone, on one beat; `?case=` names its models."""

import streamlit as st

from ecgmodel.network.inside.saliency import occlude
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.edit import cut_segment
from pages.components.gates import Pane, read_gates, show_gates
from pages.gates.panes import find_marks
from pages.session import choices
from tests.browser.gates_case import make_model, make_trace, open_surroundings, show_beats

case = st.query_params.get("case", "gru")
choices.set_language(st.query_params.get("lang", "en"))
st.set_page_config(layout="wide")

around = open_surroundings()
segment = cut_segment(around)
panes = []
for cell in {"both": ("gru", "lstm"), "held": ("gru",), "apart": ("lstm",)}.get(case, (case,)):
    trace, model = make_trace(cell, held=case == "held"), make_model(cell)
    panes.append(
        Pane(
            name=cell,
            title=cell.upper(),
            model=model,
            trace=trace,
            segment=segment,
            marks=find_marks(around, segment),
            saliency=occlude(Classifier(model), segment),
        )
    )
if case == "apart":
    panes = [panes[0], show_beats()]
event = read_gates("view")
show_gates(panes, key="view", step=30, unit=4, wish="1", brush=event.brush)
st.write(f"step {event.step}, unit {event.unit}, brush {event.brush}")
