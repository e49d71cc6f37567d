"""The models whose cells stand side by side on the Gates page, and what each pane shows of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecgmodel.labels import CLASSES
from ecgmodel.network.inside.experiments import Experiment, run_experiment
from ecgmodel.network.inside.gates import GateTrace, trace_gates
from ecgmodel.network.inside.saliency import occlude
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Record
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.edit import Surroundings, cut_segment
from ecgmodel.segments.runs import can_cut_runs
from pages.caches.models import ModelOutline, model_names, model_outline, open_classifier
from pages.components.gates import Mark, Pane
from pages.session import choices, visitor
from pages.ui.text import plain, t

_BESIDE = "gates.beside"


def choose_beside(record: Record, name: str, model: Model) -> str | None:
    """Show the choice of a second model that reads the beat too, those with the other cell first; return its name."""
    reads_runs = can_cut_runs(record) and (model.card.segments == "runs" or choices.beat_source() == "annotated")
    others: dict[str, ModelOutline] = {}
    for other in model_names():
        if other != name and (outline := model_outline(other)) and (reads_runs or outline.card.segments == "beats"):
            others[other] = outline
    if not others:
        return None
    kept = visitor.own("gates")
    st.session_state[_BESIDE] = kept["beside"] if kept.get("beside") in others else ""
    st.selectbox(
        t("Compare with"),
        ("", *sorted(others, key=lambda other: _unlikeness(others[other], model))),
        format_func=lambda other: f"{other} · {others[other].config.cell.upper()}" if other else t("no other model"),
        key=_BESIDE,
        width=180,
        on_change=lambda: kept.update(beside=st.session_state[_BESIDE]),
    )
    return st.session_state[_BESIDE] or None


def _unlikeness(other: ModelOutline, model: Model) -> tuple[bool, bool]:
    return other.config.cell == model.config.cell, other.card.segments != model.card.segments


def trace_beat(name: str, segment: Segments) -> GateTrace:
    """Return what the cell of a model does with one segment."""
    classifier = open_classifier(name, str(segment.record[0]))
    return trace_gates(classifier.model, classifier.predict(segment, with_states=True), segment.length)


def make_pane(
    name: str,
    plain: GateTrace,
    whole: Surroundings,
    edited: Surroundings,
    segment: Segments,
    experiment: Experiment,
    wants_saliency: bool,
) -> Pane:
    """Return what the view shows of one model.

    Parameters
    ----------
    name : str
        Of the model.
    plain : GateTrace
        What its cell does with `segment`, left alone.
    whole, edited : Surroundings
        The beat as it is, and as it is shown.
    segment : Segments
        Cut from `edited`.
    experiment : Experiment
    wants_saliency : bool
    """
    classifier = open_classifier(name, str(segment.record[0]))
    trace = run_experiment(classifier.model, plain, experiment)
    if edited is not whole:
        plain = trace_beat(name, cut_segment(whole))
    return Pane(
        name=name,
        title=f"{name} · {trace.cell.kind.upper()}",
        model=classifier.model,
        trace=trace,
        segment=segment,
        marks=find_marks(edited, segment),
        baseline=None if trace is plain else plain.probabilities,
        saliency=occlude(classifier, segment) if wants_saliency else None,
    )


def find_marks(around: Surroundings, segment: Segments) -> tuple[Mark, ...]:
    """Return the R peaks within the segment of a beat."""
    start = int(segment.start_sample[0])
    at = np.rint((around.start_sample + around.r_sample) * (MODEL_FS / around.fs)).astype(np.int64) - start
    return tuple(
        Mark(sample, symbol, number == around.index)
        for number, (sample, symbol) in enumerate(zip(at.tolist(), around.symbol.tolist(), strict=True))
        if 0 <= sample < int(segment.length[0])
    )


def show_answers(panes: Sequence[Pane]) -> None:
    """Say how an experiment or an edit changed the answers."""
    for pane in panes:
        if pane.baseline is None:
            continue
        before, now = pane.baseline[pane.trace.readout_step], pane.trace.answer
        old, new = int(before.argmax()), int(now.argmax())
        st.markdown(
            t(
                "{model}: **{old}** {old_p:.2f} before, **{new}** {new_p:.2f} now.",
                model=plain(pane.name),
                old=CLASSES[old],
                old_p=float(before[old]),
                new=CLASSES[new],
                new_p=float(now[new]),
            )
        )


def show_difference(panes: Sequence[Pane]) -> None:
    """Say what two models read of the beat where it is not the same."""
    kinds = {pane.model.card.segments for pane in panes}
    if len(kinds) < 2:
        return
    runs, beats = sorted(panes, key=lambda pane: pane.model.card.segments == "beats")
    st.caption(
        t(
            "{runs} reads the run of like beats to which this one belongs, {beats} the beat with its rhythm. The "
            "cursor stands at the same time in both.",
            runs=plain(runs.name),
            beats=plain(beats.name),
        )
    )
