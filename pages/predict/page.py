"""Predict: the model names every beat, beside the experts."""

from contextlib import nullcontext

import streamlit as st

from ecgmodel.classification.agreement import compare_beats
from ecgmodel.errors import EcgModelError
from ecgmodel.records.facts import find_facts
from pages.caches.models import model_name_in_use, open_model, shipped_models
from pages.caches.predictions import predict_record
from pages.components.trace import LabelRow, Monitor, show_trace
from pages.components.trace_wishes import View
from pages.predict.certainty import apply_thresholds, choose_thresholds, tell_unsure
from pages.predict.panel import show_agreement, show_detection, show_disagreements, show_model_card, show_other_beats
from pages.session import place, visitor
from pages.ui.blocks import (
    follow_trace,
    show_controls_door,
    show_error,
    show_not_a_medical_device,
    show_source,
    truth_name,
)
from pages.ui.model_choice import choose_beats, choose_lead, choose_model, choose_model_file
from pages.ui.record_picker import open_record_in_use, show_headline, show_record_picker
from pages.ui.sidebar import show_person_badge
from pages.ui.text import plain, t

TRACE = "predict.trace"

show_controls_door()
with st.container(key="page_controls_record"):
    show_record_picker()
record = open_record_in_use()
show_headline(record, find_facts(record))

try:
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_controls_model"):
        name = choose_model(record)
        if name is not None:
            model = open_model(name)
            source = choose_beats(record, model)
            lead = choose_lead(record)
            thresholds = choose_thresholds(model)
        choose_model_file()
        if name is not None:
            show_person_badge(name, record)
except EcgModelError as error:
    show_error(error)
    st.stop()
if name is None:
    st.caption(t("There is no model here that can read this record. Bring a model file, or choose another record."))
    st.stop()
if name != model_name_in_use():
    st.caption(
        t(
            "{chosen} reads runs, which only experts' labels can cut; this record has none, so {name} takes its place.",
            chosen=plain(model_name_in_use()),
            name=plain(name),
        )
        if record.annotations is None
        else t(
            "{chosen} reads runs, which are cut at 360 Hz; this record has {fs:g} Hz, so {name} takes its place.",
            chosen=model_name_in_use(),
            fs=record.fs,
            name=name,
        )
    )
key = f"{TRACE}.{record.name}.{name}.{lead}.{source}"
view = View(place.start_s(), place.window_s())
rows = []
if record.annotations is not None:
    beats = record.annotations.beats()
    rows.append(LabelRow(truth_name(record), beats.sample, beats.symbol))
is_first = not visitor.is_done(key)
if is_first:
    # The trace comes at once, the model's answers when they are there.
    show_trace(record, key=TRACE, view=view, leads=(lead,), rows=tuple(rows))
try:
    # Later runs find them in the cache, or compute them again where other records have taken their place.
    with st.spinner(t("The model reads the record …")) if is_first else nullcontext():
        prediction = predict_record(record.name, name, lead, source)
except EcgModelError as error:
    show_error(error)
    st.stop()
if is_first:
    visitor.note_done(key)
    st.rerun()
named = apply_thresholds(prediction, thresholds, model)
prediction = named.prediction
rows.append(LabelRow(t("model"), prediction.r_sample, prediction.predicted, named.unsure))
event = show_trace(
    record,
    key=TRACE,
    view=view,
    leads=(lead,),
    rows=tuple(rows),
    monitor=Monitor(
        prediction.probabilities,
        prediction.r_sample,
        prediction.ready_sample,
        prediction.start_sample,
        prediction.stop_sample,
        lead=lead,
        autoplay=visitor.is_first(TRACE, key),
    ),
    selected=place.selected_sample(),
)
follow_trace(event)
if place.selected_sample() is not None:
    st.page_link(
        "pages/gates/page.py", label=t("Open this beat in Gates"), icon=":material/door_open:", width="content"
    )
tell_unsure(named, thresholds, model)
show_model_card(model)
if name in shipped_models():
    st.page_link("pages/cards/page.py", label=t("Model card"), icon=":material/description:", width="content")
show_not_a_medical_device()

if record.annotations is not None:
    agreement = compare_beats(prediction, record.annotations)
    whole, differ, others, detection = st.tabs(
        [
            t("Whole record"),
            t("Disagreements ({n:,})", n=len(agreement.disagreements)),
            t("Beats outside the five classes ({n:,})", n=agreement.n_other),
            t("Detection"),
        ]
    )
    with whole:
        show_agreement(agreement, record.fs, key)
    with differ:
        show_disagreements(agreement, record.fs, key)
    with others:
        show_other_beats(agreement)
    with detection:
        if source == "detected":
            show_detection(agreement, record.fs, key)
        else:
            st.caption(
                t("The experts' labels cut the runs that this model reads, so nothing is detected here.")
                if model.card.segments == "runs"
                else t("The R peaks are the experts' own. Choose detected R peaks to see what the detector finds.")
            )
else:
    st.caption(t("This record has no annotations, so there is nothing to compare the model with."))
show_source(record)
