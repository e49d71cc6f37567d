"""The beat that a chapter speaks of, the model that reads it, and the controls to choose them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASS_NAMES, CLASSES, SYMBOL_NAMES
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.one_beat import list_readable
from pages.caches.lessons import lesson_beats, lesson_record_names
from pages.caches.models import model_name_in_use, model_names, model_outline, open_model, untrained_model
from pages.caches.records import record_in_use
from pages.session import address, place
from pages.ui.blocks import clock
from pages.ui.text import look_up, plain, t

_CLASS = "learn.beat.class"
_RECORD = "learn.beat.record"


@dataclass(frozen=True, slots=True, eq=False)
class BeatInUse:
    """The beat of a lesson.

    Attributes
    ----------
    record : Record
    lead : str
    beats : Annotations
        Every beat to choose from.
    index : int
        Which of them.
    """

    record: Record
    lead: str
    beats: Annotations
    index: int

    @property
    def r_sample(self) -> int:
        """R peak, in samples of the record."""
        return int(self.beats.sample[self.index])

    @property
    def symbol(self) -> str:
        """The label, "" where nobody gave one."""
        return str(self.beats.symbol[self.index])

    @property
    def previous_r(self) -> int | None:
        """R peak of the beat before."""
        return int(self.beats.sample[self.index - 1]) if self.index > 0 else None

    @property
    def name(self) -> str:
        """The beat in words."""
        return t(
            "{symbol} at {time} in {record}",
            symbol=look_up(SYMBOL_NAMES[self.symbol]) if self.symbol else t("Beat"),
            time=clock(self.r_sample / self.record.fs, 1),
            record=self.record.name,
        )


def beat_in_use() -> BeatInUse:
    """Return the chosen beat, or else the one in the middle of the view; keep it in the address.

    Raises
    ------
    EcgModelError
        Where the record cannot be opened, or has no beats.
    """
    record = record_in_use()
    beats = lesson_beats(record.name)
    if len(beats.sample) == 0:
        raise SegmentError("Record {record} has no beats. Choose another record.", record=record.name)
    asked = address.take_asked("beat")
    if asked is not None:
        _take_beat(asked, record, beats)
    wanted = place.selected_sample()
    if wanted is None:
        wanted = (place.start_s() + place.window_s() / 2) * record.fs
    index = int(np.abs(beats.sample - wanted).argmin())
    address.note(beat=f"{beats.sample[index] / record.fs:.3f}")
    return BeatInUse(record, record.default_lead, beats, index)


def _take_beat(asked: str, record: Record, beats: Annotations) -> None:
    """Take the beat that the address asks for, or the nearest, and say so."""
    try:
        wanted = float(asked) * record.fs
    except ValueError:
        wanted = np.nan
    nearest = int(beats.sample[0 if not np.isfinite(wanted) else np.abs(beats.sample - wanted).argmin()])
    if not abs(nearest - wanted) <= record.fs / 10:  # also true for NaN
        address.add_problem(
            SegmentError(
                "There is no beat at '{asked}' s in record {record}; this is the one at {taken:.3f} s.",
                asked=asked[:20],
                record=record.name,
                taken=nearest / record.fs,
            )
        )
    place.show_sample(nearest, record.fs)


def readable_by(chosen: BeatInUse, model: Model) -> BeatInUse:
    """Return the chosen beat where the model can read it, else the nearest one that it can.

    Raises
    ------
    SegmentError
        Where it can read none of the record.
    """
    samples = list_readable(chosen.record, model.card.segments)
    if len(samples) == 0:
        raise SegmentError(
            "This model reads runs, and record {record} has no labels to cut them by. Choose another record.",
            record=chosen.record.name,
        )
    nearest = samples[np.abs(samples - chosen.r_sample).argmin()]
    return replace(chosen, index=int(np.searchsorted(chosen.beats.sample, nearest)))


def show_reading_note(chosen: BeatInUse, read: BeatInUse) -> None:
    """Say where another beat is shown than the chosen one."""
    if read.index != chosen.index:
        st.caption(
            t(
                "This model reads runs of equal beats, up to 1000 samples of each. The chosen beat is in none, so "
                "this is the nearest that it can read: {name}.",
                name=read.name,
            )
        )


def choose_beat(chosen: BeatInUse) -> None:
    """Show the record and the beat, with steps to others."""
    names = lesson_record_names()
    here = place.record_name()
    st.session_state[_RECORD] = here
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="learn_beat"):
        st.selectbox(
            t("Record"),
            names if here in names else (here, *names),
            key=_RECORD,
            label_visibility="collapsed",
            width=170,
            on_change=lambda: _take_record(st.session_state[_RECORD]),
        )
        st.button("‹", help=t("Previous beat"), key="learn.beat.back", on_click=_go, args=(chosen, -1))
        st.button("›", help=t("Next beat"), key="learn.beat.on", on_click=_go, args=(chosen, 1))
        present = [name for name in CLASSES if np.any(chosen.beats.symbol == name)]
        for name in present:
            st.button(
                name,
                help=t("Next beat: {name}", name=look_up(CLASS_NAMES[name])),
                key=f"{_CLASS}.{name}",
                type="primary" if name == chosen.symbol else "secondary",
                on_click=_go_to_class,
                args=(chosen, name),
            )


def _take_record(name: str) -> None:
    address.forget_problems()
    place.set_record(name)


def _go(chosen: BeatInUse, by: int) -> None:
    address.forget_problems()
    index = (chosen.index + by) % len(chosen.beats.sample)
    place.show_sample(int(chosen.beats.sample[index]), chosen.record.fs)


def _go_to_class(chosen: BeatInUse, name: str) -> None:
    address.forget_problems()
    places = np.flatnonzero(chosen.beats.symbol == name)
    later = places[places > chosen.index]
    place.show_sample(int(chosen.beats.sample[later[0] if len(later) else places[0]]), chosen.record.fs)


# The model


@dataclass(frozen=True, slots=True, eq=False)
class ModelInUse:
    """The model of a lesson.

    Attributes
    ----------
    model : Model
    name : str or None
        Among the models that a visitor can use; `None` for the weights with which training starts.
    """

    model: Model
    name: str | None


def model_for(cell: str, record: Record, kind: str | None = None) -> ModelInUse:
    """Return the model in use where it fits, else the first other that does, else an untrained one.

    Parameters
    ----------
    cell : {"gru", "lstm"}
    record : Record
        What it must be able to read: runs need annotations.
    kind : {"runs", "beats"} or None
        What it must read; `None` is either.
    """
    names = model_names()
    in_use = model_name_in_use()
    for name in sorted(names, key=lambda name: (name != in_use, names.index(name))):
        outline = model_outline(name)
        if outline is None:  # a damaged file; the sidebar says so where it is the one in use
            continue
        reads = outline.card.segments
        readable = reads == "beats" or record.annotations is not None
        if outline.config.cell == cell and kind in (None, reads) and readable:
            return ModelInUse(open_model(name), name)
    return ModelInUse(untrained_model(cell), None)


def model_without_norm() -> ModelInUse:
    """Return the first GRU of runs as the paper has it, without batch normalisation; else an untrained one."""
    for name in model_names():
        outline = model_outline(name)
        if outline is None:  # as above
            continue
        if outline.config.cell == "gru" and outline.card.segments == "runs" and not outline.config.batch_norm:
            return ModelInUse(open_model(name), name)
    return ModelInUse(untrained_model("gru"), None)


def show_model_note(used: ModelInUse) -> None:
    """Say which model a figure is drawn from, where it is not the one in use."""
    cell = used.model.config.cell.upper()
    if used.name is None:
        st.caption(
            t(
                "No trained {cell} is installed here, so these are the weights with which training starts: the "
                "arithmetic is the same, the gates have not learned anything yet.",
                cell=cell,
            )
        )
    elif used.name != model_name_in_use():
        st.caption(t("Drawn from the model {name}, which has {cell} cells.", name=plain(used.name), cell=cell))
