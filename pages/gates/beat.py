"""Which beat the Gates page opens, and the way to others."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES, SYMBOL_NAMES, class_index
from ecgmodel.network.inside import first_look
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import join_segments
from ecgmodel.segments.edit import Surroundings, beat_surroundings, cut_segment, readable_in_runs, run_surroundings
from pages.caches.lessons import first_beat
from pages.caches.models import open_classifier
from pages.session import address, place, visitor
from pages.ui.blocks import clock
from pages.ui.text import look_up, t

_KIND = "gates.kind"

FIRST_BEATS = 40
"""The first beats of a record have too few before them for a typical beat; a first visit takes one after these."""

SAME_BEAT_S = 0.002
"""The address has three decimals of a second; a beat nearer than this is the one that it means."""


def choose_beat(record: Record, name: str, lead: str, beats: Annotations, readable: np.ndarray) -> int:
    """Take the beat in use, show the way to others, and return its position among `beats`.

    Raises
    ------
    SegmentError
        Where there is no beat that the model can read.
    """
    readable_beats = np.flatnonzero(readable)
    if len(readable_beats) == 0:
        raise SegmentError(
            "There is no beat in record {record} that this model can read. Choose another model or record.",
            record=record.name,
        )
    index = _beat_in_use(record, name, lead, beats, readable_beats)
    place.select_sample(int(beats.sample[index]))
    address.note(beat=f"{beats.sample[index] / record.fs:.3f}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kinds = _kinds(beats, readable_beats)
        kept = visitor.own("gates")
        kind = kept["kind"] if kept.get("kind") in kinds else ""
        st.session_state[_KIND] = kind
        same = readable_beats if kind == "" else readable_beats[beats.symbol[readable_beats] == kind]
        earlier, later = same[same < index], same[same > index]
        _step_button(t("Previous beat"), "chevron_left", beats, earlier[-1:], record.fs)
        st.selectbox(
            t("Beats to step through"),
            kinds,
            format_func=_kind_name,
            key=_KIND,
            label_visibility="collapsed",
            width=230,
            on_change=lambda: kept.update(kind=st.session_state[_KIND]),
        )
        _step_button(t("Next beat"), "chevron_right", beats, later[:1], record.fs)
        symbol = str(beats.symbol[index])
        st.markdown(
            t(
                "**{symbol}** at {time}, beat {number:,} of {n:,}",
                symbol=f"{symbol} {look_up(SYMBOL_NAMES.get(symbol, symbol))}" if symbol else t("Detected beat"),
                time=clock(beats.sample[index] / record.fs, 2),
                number=index + 1,
                n=len(beats.sample),
            ),
            width="content",
        )
        st.page_link("pages/predict/page.py", label=t("See it in the trace"), icon=":material/ecg:", width="content")
    return index


def _beat_in_use(record: Record, name: str, lead: str, beats: Annotations, readable_beats: np.ndarray) -> int:
    asked = address.take_asked("beat")
    wanted = place.selected_s(record.fs) if asked is None else _seconds(asked)
    if wanted is None and asked is None:
        return _first_choice(record, name, lead, beats, readable_beats)
    if wanted is None:
        taken = _first_choice(record, name, lead, beats, readable_beats)
    else:
        taken = int(readable_beats[np.abs(beats.sample[readable_beats] - wanted * record.fs).argmin()])
    taken_s = float(beats.sample[taken] / record.fs)
    if wanted is None or abs(wanted - taken_s) > SAME_BEAT_S:
        address.add_problem(
            SegmentError(
                "The model reads no beat at {asked} s of record {record}; this is the nearest, at {taken:.3f} s.",
                asked=f"{wanted:.3f}" if asked is None else asked[:20],
                record=record.name,
                taken=taken_s,
            )
        )
    return taken


def _first_choice(record: Record, name: str, lead: str, beats: Annotations, readable_beats: np.ndarray) -> int:
    """Return a beat that the model names correctly and with certainty, if possible a premature or late one from the
    view on.
    """
    is_named = not np.any(beats.symbol == "")
    start_s = place.start_s()

    def find() -> int:
        return _find_clear_beat(record, name, lead, beats, readable_beats, start_s)

    return first_beat(record.name, name, lead, is_named, start_s, find)


def _find_clear_beat(
    record: Record, name: str, lead: str, beats: Annotations, readable_beats: np.ndarray, start_s: float
) -> int:
    label = np.array([class_index(symbol) for symbol in beats.symbol])
    known = readable_beats if np.any(beats.symbol == "") else readable_beats[label[readable_beats] >= 0]
    behind = known[(beats.sample[known] >= start_s * record.fs) & (known >= FIRST_BEATS)]
    is_early = np.isin(beats.symbol[behind], ("V", "A"))
    model, classifier = open_classifier(name, record.name).model, open_classifier(name, record.name)

    def answer(some: np.ndarray) -> np.ndarray:
        parts = [cut_segment(take_surroundings(record, lead, model, beats, int(index))) for index in some]
        return classifier.predict(join_segments(parts)).probabilities

    chosen = first_look.choose_beat((behind[is_early], behind[~is_early], known), label, answer)
    return int(readable_beats[0]) if chosen is None else chosen


def _kinds(beats: Annotations, readable_beats: np.ndarray) -> tuple[str, ...]:
    present = set(beats.symbol[readable_beats].tolist()) - {""}
    known = [symbol for symbol in CLASSES if symbol in present]
    return ("", *known, *sorted(present - set(CLASSES)))


def _kind_name(symbol: str) -> str:
    return f"{symbol} {look_up(SYMBOL_NAMES.get(symbol, symbol))}" if symbol else t("every beat")


def _step_button(label: str, icon: str, beats: Annotations, target: np.ndarray, fs: float) -> None:
    st.button(
        "",
        icon=f":material/{icon}:",
        help=label,
        type="tertiary",
        disabled=len(target) == 0,
        on_click=_open_beat,
        args=(int(beats.sample[target[0]]) if len(target) else 0, fs),
        key=f"gates.{icon}",
    )


def _open_beat(sample: int, fs: float) -> None:
    address.forget_problems()
    place.show_sample(sample, fs)


def find_readable(record: Record, model: Model, beats: Annotations) -> np.ndarray:
    """Return which beats a model can read: ndarray of shape (n_beats,), bool."""
    if model.card.segments == "beats" or record.annotations is None:
        return np.ones(len(beats.sample), dtype=bool)
    return readable_in_runs(record.annotations)[record.annotations.is_beat]


def take_surroundings(record: Record, lead: str, model: Model, beats: Annotations, index: int) -> Surroundings:
    """Return one of the beats with all that its segment depends on.

    Raises
    ------
    SegmentError
        Where the model cannot read it.
    """
    if model.card.segments == "runs":
        return run_surroundings(record, lead, int(beats.sample[index]))
    return beat_surroundings(record.name, lead, record.lead(lead), beats.sample, beats.symbol, record.fs, index)


def _seconds(text: str) -> float | None:
    """Return a time from an address, `None` where the text is not one."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if np.isfinite(seconds) else None
