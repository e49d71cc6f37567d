"""From a cell to its segments, and from a segment to the trace: what lies behind a number in a matrix."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from ecgmodel.errors import RecordError
from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Record
from ecgmodel.records.sources.databases import person
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES
from pages.caches.models import model_name_in_use, model_names, open_model
from pages.caches.records import availability, open_record, record_names, segment_signals
from pages.components.tiles import Tile, show_tiles
from pages.components.trace import LabelRow, show_trace
from pages.components.trace_wishes import View
from pages.evaluate.judged import Judged, axes_of, find_judged, rows_of_cell
from pages.evaluate.matrix import ChosenCell, chosen_cell
from pages.session import choices, place
from pages.ui.blocks import clock, show_error, truth_name
from pages.ui.kept_choice import choose_kept
from pages.ui.record_picker import offer_download
from pages.ui.text import plain, t, tn

PER_PAGE = 12
_TILES = "evaluate.tiles"
_TRACE = "evaluate.trace"
_CODES = np.array(CLASSES)


def show_cell(where: str) -> None:
    """Show the segments of the cell that was clicked in the matrices `where`, and the one that was opened."""
    cell = chosen_cell()
    if cell is None or cell.where != where:
        st.caption(t("Click a cell of a matrix to see the segments in it."))
        return
    judged = find_judged(cell.judged)
    if judged is None or judged.predictions is None:
        return
    rows = rows_of_cell(judged, cell.measure, cell.part, cell.truth, cell.named)
    if len(rows) == 0:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        _show_title(judged, cell, len(rows))
        rows = _order(judged.predictions, rows)
        page = _turn_pages(cell, len(rows))
    shown = rows[page * PER_PAGE : (page + 1) * PER_PAGE]
    opened = _opened(judged, rows)
    _show_tiles(judged, shown, opened)
    if opened is not None:
        _show_opened(judged, opened)


def _show_title(judged: Judged, cell: ChosenCell, n: int) -> None:
    truths, named = axes_of(cell.measure)
    words = tn(
        "**{truth} named {named}**: {n:,} segment of {title}",
        "**{truth} named {named}**: {n:,} segments of {title}",
        n,
        truth=truths[cell.truth],
        named=named[cell.named],
        title=judged.title,
    )
    if cell.part.fold is not None:
        words += t(", fold {fold}", fold=cell.part.fold)
    if cell.part.record is not None:
        words += t(", record {record}", record=cell.part.record)
    st.markdown(words, width="content")


def _order(predictions: Predictions, rows: np.ndarray) -> np.ndarray:
    """Show the choice of an order, and return the segments in it."""
    orders = {"sure": t("most certain first"), "time": t("by record and time")}
    order = choose_kept(
        st.segmented_control,
        t("Order"),
        tuple(orders),
        page="evaluate",
        name="order",
        first="sure",
        format_func=orders.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    if order == "sure":
        return rows
    return rows[np.lexsort((predictions.r_sample[rows], predictions.record[rows]))]


def _turn_pages(cell: ChosenCell, n: int) -> int:
    last = (n - 1) // PER_PAGE
    of_cell, page = choices.page_choice("evaluate", "page", (cell, 0))
    page = min(page, last) if of_cell == cell else 0

    def turn(to: int) -> None:
        choices.set_page_choice("evaluate", "page", (cell, to))

    if last:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.button(
                t("Earlier"),
                icon=":material/chevron_left:",
                type="tertiary",
                disabled=page == 0,
                on_click=turn,
                args=(page - 1,),
                key="evaluate.earlier",
            )
            first, stop = page * PER_PAGE, min((page + 1) * PER_PAGE, n)
            st.markdown(t("{first:,} to {stop:,} of {n:,}", first=first + 1, stop=stop, n=n), width="content")
            st.button(
                t("Later"),
                icon=":material/chevron_right:",
                icon_position="right",
                type="tertiary",
                disabled=page == last,
                on_click=turn,
                args=(page + 1,),
                key="evaluate.later",
            )
    return page


# The tiles


def _show_tiles(judged: Judged, shown: np.ndarray, opened: int | None) -> None:
    predictions = judged.predictions
    wanted = tuple((str(predictions.record[k]), int(predictions.start_sample[k])) for k in shown)
    with st.spinner(t("Opening the records …"), show_time=False):
        signals = segment_signals(wanted, SEGMENT_SAMPLES)
    show_tiles(
        [_make_tile(predictions, int(k), signal) for k, signal in zip(shown, signals, strict=True)],
        key=f"{_TILES}.{hashlib.blake2b(repr(wanted).encode(), digest_size=6).hexdigest()}",
        chosen=None if opened is None else next((n for n, k in enumerate(shown) if k == opened), None),
        on_tile=lambda tile: _open(judged, int(shown[tile])),
    )
    away = sorted({name for (name, _), signal in zip(wanted, signals, strict=True) if signal is None})
    if away:
        st.caption(
            t(
                "Not on this machine, so the segments of these records are known but cannot be drawn: {names}.",
                names=t(", ").join(away),
            )
        )
        offer_download(away[0])


def _make_tile(predictions: Predictions, k: int, signal: np.ndarray | None) -> Tile:
    record, r_sample = str(predictions.record[k]), int(predictions.r_sample[k])
    truth, named = str(predictions.symbol[k]), CLASSES[predictions.label[k]]
    at = clock(r_sample / MODEL_FS, 1)
    probability = float(predictions.probabilities[k].max())
    return Tile(
        record=record,
        r_sample=r_sample,
        title=f"{record} · {at}",
        label=t(
            "Record {record} at {time}: {truth}, named {named} with {probability:.0%}. Open it in the trace.",
            record=record,
            time=at,
            truth=truth,
            named=named,
            probability=probability,
        ),
        truth=truth,
        named=named,
        probability=f"{probability:.0%}",
        signal=signal,
        mark=r_sample - int(predictions.start_sample[k]),
        length=int(predictions.length[k]),
    )


# The opened one


def _opened(judged: Judged, rows: np.ndarray) -> int | None:
    """Return the segment that was opened, while it is one of these."""
    key, position = choices.page_choice("evaluate", "opened", (None, None))
    return position if key == judged.key and position in rows else None


def _open(judged: Judged, position: int) -> None:
    """Take a segment's record and time for this page and all others."""
    predictions = judged.predictions
    choices.set_page_choice("evaluate", "opened", (judged.key, position))
    name = str(predictions.record[position])
    if name not in record_names():
        return
    place.set_record(name)
    place.set_lead(None)
    if availability(name) not in (None, "download"):
        fs = open_record(name).fs
        place.show_sample(round(int(predictions.r_sample[position]) * fs / MODEL_FS), fs)
    if judged.name in model_names():
        choices.set_model(judged.name)
        choices.set_beat_source("detected" if judged.protocol == "people" else "annotated")


def _show_opened(judged: Judged, position: int) -> None:
    """Show a segment in the trace of its record, with the experts' labels and those that its fold's model gave."""
    predictions = judged.predictions
    try:
        record = open_record(str(predictions.record[position]))
    except RecordError as error:
        show_error(error)
        return
    moment_s = int(predictions.r_sample[position]) / MODEL_FS
    beats = record.annotations.beats()
    show_trace(
        record,
        key=_TRACE,
        view=View(max(0.0, moment_s - place.window_s() / 2), place.window_s()),
        leads=(record.default_lead,),
        rows=(LabelRow(truth_name(record), beats.sample, beats.symbol), _model_row(judged, record)),
        selected=round(moment_s * record.fs),
        on_select=None,
        report_view=False,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(
            say_unseen(judged, record.name),
            width="content",
        )
        if place.record_name() == record.name:
            st.page_link("pages/predict/page.py", label=t("Open in Predict"), icon=":material/ecg:", width="content")
            st.page_link(
                "pages/gates/page.py", label=t("Open this beat in Gates"), icon=":material/door_open:", width="content"
            )
            another = say_another_network(judged, record.name, int(predictions.fold[position]))
            if another:
                st.caption(another, width="content")


def say_another_network(judged: Judged, record: str, fold: int) -> str:
    """Return that Predict and Gates show another network than the one that answered; "" where it is this one.

    Of a cross-fitted model every fold is shipped; of any other one network, of one fold or of all people.
    """
    if judged.name not in model_names():
        return t(
            "Predict and Gates show {model}: no network of {name} is on this machine.",
            model=plain(model_name_in_use() or "–"),
            name=plain(judged.name),
        )
    model = open_model(judged.name)
    own = model.for_record(record)
    if model.card.protocol == judged.protocol and (own is not model or model.card.fold == fold):
        return ""
    if person(record) in {person(name) for name in own.card.train_records}:
        return t(
            "Predict and Gates show the {name} that is shipped, which trained on this person: a mistake made here may "
            "not be made there.",
            name=plain(judged.name),
        )
    return t(
        "Predict and Gates show the {name} that is shipped, which was trained otherwise than the one that answered "
        "here; it never saw this person either.",
        name=plain(judged.name),
    )


def say_unseen(judged: Judged, record: str) -> str:
    """Return what the model that answered had never seen: 201, in DS1, and 202, in DS2, are one man."""
    if judged.protocol == "segments-10fold":
        return t(
            "The labels of {name} are those of the model that had never seen these segments.", name=plain(judged.name)
        )
    if judged.result is not None and person(record) in judged.result.shared_people:
        return t(
            "The labels of {name} are those of a model that had never seen this record, but another of this person.",
            name=plain(judged.name),
        )
    return t("The labels of {name} are those of the model that had never seen this person.", name=plain(judged.name))


def _model_row(judged: Judged, record: Record) -> LabelRow:
    """Return the held-out answers for one record: those of beats where they are, a run's at each of its beats."""
    predictions = judged.predictions
    rows = predictions.take((predictions.record == record.name) & (predictions.label >= 0))
    rows = rows.take(np.argsort(rows.r_sample, kind="stable"))
    first = np.rint(rows.r_sample * (record.fs / MODEL_FS)).astype(np.int64)
    if judged.segments == "beats":
        return LabelRow(judged.name, first, _CODES[rows.label])
    beats = record.annotations.beats().sample
    beat = np.repeat(np.searchsorted(beats, first), rows.n_beats)
    within = np.arange(len(beat)) - np.repeat(np.cumsum(rows.n_beats) - rows.n_beats, rows.n_beats)
    return LabelRow(
        judged.name,
        beats[np.minimum(beat + within, len(beats) - 1)],
        np.repeat(_CODES[rows.label], rows.n_beats),
    )
