"""What a training reads: which records, how many segments of each class, and what segments look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.evaluation.published import OH_COUNTS
from ecgmodel.figures.palette import Theme
from ecgmodel.figures.training import ExampleSegment
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.records.sources import embedded
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.plan import TrainingPlan
from ecgmodel.training.presets import Preset
from pages.caches.records import record_entries
from pages.caches.trainings import examples_figure, training_example, training_labels
from pages.session import choices
from pages.ui.blocks import show_error
from pages.ui.record_picker import offer_download
from pages.ui.text import look_up, t

_RECORDS = "train.records"
_TABLE = "train.per_record"


def data_records(source: str) -> tuple[str, ...]:
    """Return the records of MIT-BIH, or the simulated ones; none where they are not all on this machine."""
    entries = [entry for entry in record_entries() if entry.source == source]
    whole = all(entry.available != "download" for entry in entries)
    return tuple(entry.name for entry in entries) if whole else ()


def choose_records(form: dict[str, Any]) -> None:
    """Let the visitor choose whose segments train, and offer to fetch MIT-BIH where it is not here."""
    if not data_records("mitdb"):
        form["records"] = "simulated"
        st.markdown(
            t(
                "The MIT-BIH database is not complete on this machine, so **simulated** records are used for "
                "training: nobody's ECG, but good for trying everything on this page. A model for real hearts "
                "needs the 48 real records."
            )
        )
        offer_download(embedded.DEFAULT_NAME)
        return

    def take() -> None:
        chosen = st.session_state[_RECORDS]
        protocol = "segments-10fold" if chosen == "simulated" and form["protocol"] == "ds1-ds2" else form["protocol"]
        choices.set_training_form(choices.training_form() | {"records": chosen, "protocol": protocol})

    st.session_state[_RECORDS] = form["records"]
    st.segmented_control(
        t("Records"),
        ("mitdb", "simulated"),
        format_func={
            "mitdb": t("MIT-BIH, 48 records"),
            "simulated": t("simulated, {n} records", n=len(data_records("simulated"))),
        }.__getitem__,
        key=_RECORDS,
        required=True,
        label_visibility="collapsed",
        on_change=take,
    )


def show_data(form: dict[str, Any], preset: Preset, plan: TrainingPlan | None) -> None:
    """Show how many segments of each class there are, beside the paper's, and one of each."""
    names = data_records(form["records"])
    try:
        with st.spinner(t("Reading the labels of {n} records …", n=len(names)), show_time=False):
            segments = training_labels(preset.segments, names)
    except EcgModelError as error:
        show_error(error)
        return
    counts, examples = st.columns((0.46, 0.54))
    with counts:
        _show_counts(form, preset, plan, segments)
    with examples:
        _show_examples(form["records"], preset, segments)
    table = st.expander(
        t("Classes in each of the {n} records", n=len(names)), type="compact", on_change="rerun", key=_TABLE
    )
    if table.open:
        with table:
            _show_per_record(segments)


def theme() -> Theme:
    """Return the theme in which the visitor sees the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _show_counts(form: dict[str, Any], preset: Preset, plan: TrainingPlan | None, segments: Segments) -> None:
    ours = segments.class_counts()
    with_paper = form["records"] == "mitdb" and preset.segments == "runs"
    columns: dict[str, list[int | None]] = {}
    if with_paper:
        columns[t("Paper")] = [OH_COUNTS[symbol] for symbol in CLASSES]
    columns[t("Ours")] = [ours[symbol] for symbol in CLASSES]
    if plan is not None:
        columns[t("training")] = plan.train.tolist()
        columns[t("validation")] = plan.validation.tolist()
        if plan.test.any():
            columns[t("held out")] = plan.test.tolist()
    rows = [
        {t("Class"): f"{symbol} · {look_up(CLASS_NAMES[symbol])}"} | {name: f"{n[k]:,}" for name, n in columns.items()}
        for k, symbol in enumerate(CLASSES)
    ]
    rows.append({t("Class"): t("together")} | {name: f"{sum(n):,}" for name, n in columns.items()})
    st.table(pd.DataFrame(rows).set_index(t("Class")))
    if preset.protocol == "ds1-ds2" and form["records"] == "mitdb":
        st.caption(t("DS2, the test people, stays closed until an evaluation opens it."))
    elif preset.all_leads and plan is not None:
        st.caption(t("The leads of a record and mixtures of them train; only the first lead is counted elsewhere."))


def _show_examples(source: str, preset: Preset, segments: Segments) -> None:
    form = choices.training_form()
    turn = form.get("turn", 0)
    shown = _draw_examples(preset.segments, segments, turn)
    if not shown:
        return
    st.plotly_chart(
        examples_figure(shown, t("seconds"), theme()),
        key=f"train.examples.{source}.{preset.segments}",
        config={"displayModeBar": False, "staticPlot": True},
        alt=t("A segment of each class, as the network reads it"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            t("A segment of each class, as the network reads it: scaled to unit variance, and filled up with zeros.")
            + " "
            + t("From the left, of records {names}.", names=t(", ").join(example.record for example in shown))
        )
        st.button(
            t("Show others"),
            type="tertiary",
            icon=":material/shuffle:",
            on_click=lambda: choices.set_training_form(form | {"turn": turn + 1}),
            key="train.other_examples",
        )


def _draw_examples(kind: str, segments: Segments, turn: int) -> list[ExampleSegment]:
    shown = []
    for k, symbol in enumerate(CLASSES):
        of_class = np.flatnonzero(segments.label == k)
        if not len(of_class):
            continue
        place = of_class[np.random.default_rng([turn, k]).integers(len(of_class))]
        record = str(segments.record[place])
        try:
            cut = training_example(record, kind, int(segments.r_sample[place]))
        except EcgModelError:
            continue  # the table above says what is wrong with a record
        shown.append(ExampleSegment(symbol, record, cut.signal[0, :, 0], int(cut.length[0])))
    return shown


def _show_per_record(segments: Segments) -> None:
    names, index = np.unique(segments.record, return_inverse=True)
    counts = np.zeros((len(names), len(CLASSES)), dtype=int)
    np.add.at(counts, (index, segments.label), 1)
    table = pd.DataFrame(counts, columns=list(CLASSES))
    table.insert(0, t("Record"), names)
    table[t("together")] = counts.sum(axis=1)
    st.dataframe(table, hide_index=True, height=320, width=560)
