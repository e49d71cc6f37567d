"""What if: gates held at 0 or 1, units switched off, and what that does to the answers."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.network.inside.cell import Cell
from ecgmodel.network.inside.experiments import Experiment, Hold, classify_under
from ecgmodel.network.model_file import Model
from ecgmodel.records.record import Record
from ecgmodel.scores.metrics import confusion, score
from pages.caches.predictions import SAMPLE_PER_CLASS, beat_sample
from pages.session import address, visitor
from pages.ui.blocks import show_error
from pages.ui.matrix import show_matrix
from pages.ui.text import t


def choose_experiment(cell: Cell, unit: int, brush: tuple[int, int] | None, *, shown: bool) -> Experiment:
    """Show which gates are held, and return the experiment in force."""
    kept = visitor.own("gates")
    _take_asked(cell)
    holds = {gate: at for gate, at in kept.get("holds", {}).items() if gate in cell.gates[:-1]}
    one_unit, stretch = kept.get("one_unit"), kept.get("stretch")
    off = tuple(number for number in kept.get("off", ()) if number < cell.units)
    if shown:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for gate in cell.gates[:-1]:
                _show_hold(gate, holds)
            _show_scope(unit, brush, one_unit, stretch)
            _show_off(unit, off)
            st.button(
                t("Reset"), type="tertiary", icon=":material/restart_alt:", on_click=_reset, disabled=not (holds or off)
            )
    elif holds or off:
        st.button(t("End the experiment"), type="tertiary", icon=":material/restart_alt:", on_click=_reset)
    if holds:
        address.note(hold=",".join(f"{gate}:{at}" for gate, at in holds.items()))
    units = None if one_unit is None or one_unit >= cell.units else (one_unit,)
    first, last = stretch if stretch is not None else (None, None)
    return Experiment(tuple(Hold(gate, float(at), units, first, last) for gate, at in holds.items()), off)


def _take_asked(cell: Cell) -> None:
    """Hold what the address asks for, as "z:0,r:1"."""
    asked = address.take_asked("hold")
    if asked is None:
        return
    pairs = [part.split(":") for part in asked.split(",")]
    if all(len(pair) == 2 and pair[0] in cell.gates[:-1] and pair[1] in ("0", "1") for pair in pairs):
        visitor.own("gates")["holds"] = {gate: int(at) for gate, at in pairs}
    else:
        address.add_problem(
            ConfigError(
                "The address asks to hold '{asked}'. The gates of this cell are {gates}; each can be held at 0 or 1, "
                "as in z:0.",
                asked=asked[:20],
                gates=t(", ").join(cell.gates[:-1]),
            )
        )


def _show_hold(gate: str, holds: dict[str, int]) -> None:
    key = f"gates.hold.{gate}"
    st.session_state[key] = holds.get(gate)

    def keep() -> None:
        at = st.session_state[key]
        rest = {name: value for name, value in visitor.own("gates").get("holds", {}).items() if name != gate}
        visitor.own("gates")["holds"] = rest if at is None else rest | {gate: at}

    st.segmented_control(
        t("{gate} is always", gate=f"*{gate}*"), (0, 1), key=key, on_change=keep, help=t("Click again to release it.")
    )


def _show_scope(
    unit: int, brush: tuple[int, int] | None, one_unit: int | None, stretch: tuple[int, int] | None
) -> None:
    kept = visitor.own("gates")
    st.session_state["gates.units"] = "all" if one_unit is None else "one"
    st.segmented_control(
        t("in which units"),
        ("all", "one"),
        format_func={"all": t("all units"), "one": t("unit {unit}", unit=unit if one_unit is None else one_unit)}.get,
        key="gates.units",
        required=True,
        on_change=lambda: kept.update(one_unit=unit if st.session_state["gates.units"] == "one" else None),
    )
    taken = stretch or brush
    words = t("a brushed stretch") if taken is None else t("steps {first} to {last}", first=taken[0], last=taken[1])
    st.session_state["gates.steps"] = "all" if stretch is None else "brush"
    st.segmented_control(
        t("at which steps"),
        ("all", "brush"),
        format_func={"all": t("all steps"), "brush": words}.get,
        key="gates.steps",
        required=True,
        disabled=taken is None,
        help=t("Drag across the segment first.") if taken is None else None,
        on_change=lambda: kept.update(stretch=brush if st.session_state["gates.steps"] == "brush" else None),
    )


def _show_off(unit: int, off: tuple[int, ...]) -> None:
    kept = visitor.own("gates")
    choices = sorted({*off, unit})
    st.session_state["gates.off"] = list(off)
    st.pills(
        t("Switched off"),
        choices,
        format_func=lambda number: t("unit {unit}", unit=number),
        selection_mode="multi",
        key="gates.off",
        on_change=lambda: kept.update(off=tuple(st.session_state["gates.off"])),
    )


def _reset() -> None:
    for name in ("holds", "one_unit", "stretch", "off"):
        visitor.own("gates").pop(name, None)


def show_experiment_matrix(
    record: Record,
    name: str,
    model: Model,
    lead: str,
    cell: Cell,
    experiment: Experiment,
    summary: DeltaGenerator,
) -> None:
    """Show what an experiment does to a sample of the record's beats, and say it in a sentence in `summary`."""
    if record.annotations is None:
        summary.caption(t("This record has no annotations, so there is no matrix to change."))
        return
    try:
        with summary, st.spinner(t("The model reads a sample of beats …")):
            sample = beat_sample(record.name, name, lead)
            before = classify_under(model, cell, sample.features, sample.length, Experiment())
            after = classify_under(model, cell, sample.features, sample.length, experiment)
    except EcgModelError as error:
        with summary:
            show_error(error)
        return
    if len(sample.label) == 0:
        summary.caption(t("No beat of the five classes could be compared."))
        return
    summary.markdown(
        t(
            "A sample of this record, at most {n} of each class: **{before:.0%}** right as trained, **{after:.0%}** "
            "under the experiment. Both matrices are below.",
            n=SAMPLE_PER_CLASS,
            before=float((before == sample.label).mean()),
            after=float((after == sample.label).mean()),
        )
    )
    sides = ((t("As trained"), before), (t("Under the experiment"), after))
    for column, (words, named) in zip(st.columns(len(sides)), sides, strict=True):
        with column:
            matrix = confusion(sample.label, named)
            show_matrix(matrix, score(matrix), caption=words)
