"""Which beat the Gates page opens, by which models, and where in the cell it starts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError, SegmentError
from ecgmodel.labels import CLASSES, SYMBOL_NAMES
from ecgmodel.network.inside.experiments import Experiment, run_experiment
from ecgmodel.network.inside.gates import GateTrace, trace_gates
from ecgmodel.network.inside.saliency import occlude
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.edit import Surroundings, beat_surroundings, cut_segment, readable_in_runs, run_surroundings
from pages.caches.models import model_names, open_classifier, open_model
from pages.components.gates import GatesEvent, Mark, Pane
from pages.session import address, choices, place, visitor
from pages.ui.blocks import clock
from pages.ui.text import look_up, t

_BESIDE = "gates.beside"
_KIND = "gates.kind"

FIRST_BEATS = 40
"""So many beats of a record have a rhythm but hardly a typical beat before them; a first visit takes a later one."""

SAME_BEAT_S = 0.002
"""The address has three digits behind the second; what lies nearer than this is the beat that it means."""

LOOK_AFTER_R_S = 0.1
"""Where a first visit looks: this long after the R peak, when the QRS complex has been seen."""


def choose_beside(record: Record, name: str, model: Model) -> str | None:
    """Show the choice of a second model that reads the same segments step by step, and return its name."""
    others = [other for other in model_names() if other != name and _is_alike(other, model)]
    if not others:
        return None
    kept = visitor.own("gates")
    st.session_state[_BESIDE] = kept["beside"] if kept.get("beside") in others else ""
    st.selectbox(
        t("Beside it"),
        ("", *others),
        format_func=lambda other: other or t("no other model"),
        key=_BESIDE,
        width=180,
        on_change=lambda: kept.update(beside=st.session_state[_BESIDE]),
    )
    return st.session_state[_BESIDE] or None


def _is_alike(name: str, model: Model) -> bool:
    try:
        other = open_model(name)
    except EcgModelError:
        return False
    return (other.card.segments, other.config.n_steps, other.config.step_stride, other.config.n_channels) == (
        model.card.segments,
        model.config.n_steps,
        model.config.step_stride,
        model.config.n_channels,
    )


# The beat


def choose_beat(record: Record, beats: Annotations, readable: np.ndarray) -> int:
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
    index = _beat_in_use(record, beats, readable_beats)
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


def _beat_in_use(record: Record, beats: Annotations, readable_beats: np.ndarray) -> int:
    asked = address.take_asked("beat")
    wanted = place.selected_s(record.fs) if asked is None else _seconds(asked)
    if wanted is None and asked is None:
        return _first_choice(record, beats, readable_beats)
    if wanted is None:
        taken = _first_choice(record, beats, readable_beats)
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


def _first_choice(record: Record, beats: Annotations, readable_beats: np.ndarray) -> int:
    """Return the first beat from the view on that is not in time, else one in the middle of the view."""
    samples = beats.sample[readable_beats]
    is_early = np.isin(beats.symbol[readable_beats], ("V", "A")) & (samples >= place.start_s() * record.fs)
    found = readable_beats[is_early & (readable_beats >= FIRST_BEATS)]
    if len(found):
        return int(found[0])
    middle = (place.start_s() + place.window_s() / 2) * record.fs
    return int(readable_beats[np.abs(samples - middle).argmin()])


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


# What is shown of it


def trace_beat(name: str, segment: Segments) -> GateTrace:
    """Return what the cell of a model does with one segment."""
    classifier = open_classifier(name)
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
    classifier = open_classifier(name)
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


# Step and unit


def choose_place(event: GatesEvent, trace: GateTrace, segment: Segments, stride: int) -> str:
    """Take over where the visitor is, or what the address asks for; return the wish that makes the view go there.

    What is out of range is put right, with a sentence.
    """
    kept = visitor.own("gates")
    wish = kept.setdefault("wish", 0)
    if event.step is not None and event.wish == str(wish) and visitor.is_news("gates.cell", (event.step, event.unit)):
        choices.set_place(event.step, event.unit)
    asked = [address.take_asked(name) for name in ("step", "unit")]
    counts = (trace.n_steps, trace.cell.units)
    if choices.step() is None:
        choices.set_place(*_first_place(trace, segment, stride))
        wish += 1
    if any(text is not None for text in asked):
        now = (choices.step(), choices.unit())
        names = (t("step"), t("unit"))
        choices.set_place(
            *(
                _nearest(name, text, count, current)
                for name, text, count, current in zip(names, asked, counts, now, strict=True)
            )
        )
        wish += 1
    kept["wish"] = wish
    choices.set_place(min(choices.step(), counts[0] - 1), min(choices.unit(), counts[1] - 1))
    address.note(step=str(choices.step()), unit=str(choices.unit()))
    return str(wish)


def _first_place(trace: GateTrace, segment: Segments, stride: int) -> tuple[int, int]:
    """Return the step that has just seen the QRS complex, and the unit that moves most there."""
    sample = int(segment.r_sample[0] - segment.start_sample[0]) + LOOK_AFTER_R_S * MODEL_FS
    step = int(np.clip(sample // stride, 1, trace.n_steps - 1))
    return step, int(np.abs(trace.states[step] - trace.states[step - 1]).argmax())


def _nearest(name: str, text: str | None, count: int, now: int) -> int:
    if text is None:
        return now
    wanted = _whole(text)
    taken = min(max(now if wanted is None else wanted, 0), count - 1)
    if taken != wanted:
        address.add_problem(
            SegmentError(
                "'{asked}' is no {name} of this model, which has {name}s 0 to {last}; this is {taken}.",
                asked=text[:20],
                name=name,
                last=count - 1,
                taken=taken,
            )
        )
    return taken


def _seconds(text: str) -> float | None:
    """Return a time out of an address, `None` where it is none."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if np.isfinite(seconds) else None


def _whole(text: str) -> int | None:
    """Return a whole number out of an address, `None` where it is none."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) < 2**53 else None


def show_answers(panes: Sequence[Pane]) -> None:
    """Say how an experiment or an edit changed the answers."""
    for pane in panes:
        if pane.baseline is None:
            continue
        before, now = pane.baseline[pane.trace.readout_step], pane.trace.answer
        old, new = int(before.argmax()), int(now.argmax())
        st.caption(
            t(
                "{model}: {old} {old_p:.2f} before, {new} {new_p:.2f} now. Dotted lines: before.",
                model=pane.name,
                old=CLASSES[old],
                old_p=float(before[old]),
                new=CLASSES[new],
                new_p=float(now[new]),
            )
        )
