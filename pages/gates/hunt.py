"""Unit hunting: which units answer to a brushed stretch, and in which other beats they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.network.inside.gates import GateTrace
from ecgmodel.network.inside.units import contrast_units, hunt_beats
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import MODEL_FS, Segments
from pages.caches.models import open_classifier, open_model
from pages.caches.records import find_beats
from pages.session import place, visitor
from pages.ui.blocks import clock, show_error
from pages.ui.row_table import show_row_table
from pages.ui.text import t

N_UNITS = 8
"""Units that are listed; the stronger half of them make the pattern that is looked for."""

N_SIMILAR = 20
MAX_HUNTED = 4096
TALL = 290
"""Pixels that the lists take above the view, before and after a stretch is brushed: it must not move meanwhile."""
SHORT = 215
PIECE = 256


@dataclass(frozen=True, slots=True, eq=False)
class HuntedRecord:
    """The record whose beats are looked through, as the model in use reads it.

    Attributes
    ----------
    record : Record
    model : str
        Name of the model.
    lead : str
    beats : Annotations
        Those that can be chosen; `source` says whose they are.
    source : str
    """

    record: Record
    model: str
    lead: str
    beats: Annotations
    source: str


def show_hunt(trace: GateTrace, model: Model, brush: tuple[int, int] | None, hunted: HuntedRecord) -> None:
    """List the units that act in the brushed stretch and not elsewhere, and beats in which they do the same."""
    with st.container(height=TALL, border=False, key="gates.hunt"):
        _show_units(trace, model, brush, hunted)


def _show_units(trace: GateTrace, model: Model, brush: tuple[int, int] | None, hunted: HuntedRecord) -> None:
    if brush is None:
        st.caption(
            t("Drag across a stretch of the segment, a QRS complex or a pause, to see which units answer to it.")
        )
        return
    first, last = brush
    last_real = int(model.config.last_real_step(trace.length))
    try:
        found = contrast_units(trace.states, first, min(last, last_real), last_real)
    except EcgModelError as error:
        show_error(error)
        return
    left, right = st.columns(2)
    with left:
        st.caption(
            t(
                "Steps {first} to {last}. Contrast: mean h inside less mean h outside, in standard deviations of the "
                "unit over the segment.",
                first=first,
                last=last,
            )
        )
        st.dataframe(
            {
                t("Cell unit"): found.unit[:N_UNITS],
                t("Mean h inside"): found.inside[:N_UNITS],
                t("Outside"): found.outside[:N_UNITS],
                t("Contrast"): found.contrast[:N_UNITS],
            },
            hide_index=True,
            height=SHORT,
            column_config={
                words: st.column_config.NumberColumn(format="%.2f")
                for words in (t("Mean h inside"), t("Outside"), t("Contrast"))
            },
        )
    with right:
        units = found.unit[: N_UNITS // 2]
        key = (hunted.record.name, hunted.model, hunted.lead, place.selected_sample(), brush)
        if st.button(t("Find beats in which the first {n} do the same", n=len(units))):
            visitor.own("gates")["hunt"] = key
        if visitor.own("gates").get("hunt") == key:
            _show_similar(trace, units, brush, hunted)


def _show_similar(trace: GateTrace, units: np.ndarray, brush: tuple[int, int], hunted: HuntedRecord) -> None:
    record, beats = hunted.record, hunted.beats
    first, last = brush
    samples = []
    with st.spinner(t("The model reads the record …")):
        classifier = open_classifier(hunted.model, record.name)
        pattern = trace.states[first : last + 1][:, units]
        found = hunt_beats(classifier, _pieces(hunted, samples), units, first, last, pattern)
    r_sample = np.concatenate(samples)[found.index]
    other = r_sample != place.selected_sample()
    r_sample, correlation = r_sample[other][:N_SIMILAR], found.correlation[other][:N_SIMILAR]
    at = np.minimum(np.searchsorted(beats.sample, r_sample), len(beats.sample) - 1)

    st.caption(t("Correlation of their states over the stretch. Choose a row to open its beat."))
    show_row_table(
        {
            t("Time"): [clock(sample / record.fs, 2) for sample in r_sample],
            t("Symbol"): beats.symbol[at],
            t("Correlation"): correlation,
        },
        height=SHORT - 40,
        key="gates.similar",
        on_row=lambda row: place.show_sample(int(r_sample[row]), record.fs),
        column_config={t("Correlation"): st.column_config.NumberColumn(format="%.3f")},
    )


def _pieces(hunted: HuntedRecord, samples: list[np.ndarray]) -> Iterator[Segments]:
    """Yield the segments of a record, at most `MAX_HUNTED`, and note the R peak of each in samples of the record."""
    from ecgmodel.segments.long_records import iter_beats
    from ecgmodel.segments.resampling import resample_lead, to_model_samples
    from ecgmodel.segments.runs import cut_runs

    record, lead = hunted.record, hunted.lead
    if open_model(hunted.model).card.segments == "runs":
        runs = cut_runs(record, lead)
        samples.append(runs.r_sample)
        yield runs
        return
    r_sample = find_beats(record.name, lead, hunted.source).sample[:MAX_HUNTED]
    samples.append(r_sample)
    signal, at = record.lead(lead), r_sample
    if record.fs != MODEL_FS:
        signal, at = resample_lead(signal, record.fs), to_model_samples(r_sample, record.fs, record.n_samples)
    yield from iter_beats(signal, at, PIECE)
