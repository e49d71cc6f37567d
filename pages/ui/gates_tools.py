"""What a visitor can do to the cell and to the beat: hold gates, edit the beat, hunt for units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.evaluation.metrics import confusion, score
from ecgmodel.labels import CLASSES
from ecgmodel.network.experiments import Experiment, Hold, classify_under
from ecgmodel.network.gates import Cell, GateTrace
from ecgmodel.network.model_file import Model
from ecgmodel.network.saliency import WINDOW_SAMPLES
from ecgmodel.network.units import contrast_units, hunt_beats
from ecgmodel.records.record import Annotations, Record
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.edit import EDIT_RANGES, MAINS_HZ, Edit
from pages.ui import cache, state
from pages.ui.blocks import clock, show_error
from pages.ui.gates_view import GatesEvent, Pane
from pages.ui.matrix import show_matrix
from pages.ui.text import t

TOOLS = ("hold", "edit", "hunt")
N_UNITS = 8
"""Units that are listed, and of which the strongest half make the pattern that is looked for."""

N_SIMILAR = 20
MAX_HUNTED = 4096
PIECE = 256

_TOOL = "gates.tool"
_SALIENCY = "gates.saliency"


def choose_tool() -> str | None:
    """Show the tools and return the one in hand."""
    names = {"hold": t("What if …"), "edit": t("Edit the beat"), "hunt": t("Unit hunting")}
    kept = state.own("gates")
    st.session_state[_TOOL] = kept.get("tool")
    st.pills(
        t("Tools"),
        TOOLS,
        format_func=names.__getitem__,
        key=_TOOL,
        label_visibility="collapsed",
        on_change=lambda: kept.update(tool=st.session_state[_TOOL]),
    )
    return st.session_state[_TOOL]


def choose_saliency() -> bool:
    """Show whether to mark what moved the decision."""
    kept = state.own("gates")
    st.session_state[_SALIENCY] = kept.get("saliency", False)
    return st.toggle(
        t("What moved the decision"),
        key=_SALIENCY,
        on_change=lambda: kept.update(saliency=st.session_state[_SALIENCY]),
        help=t(
            "Occlusion: {window} ms of the lead at a time become a straight line, and the model is asked again.",
            window=round(1000 * WINDOW_SAMPLES / MODEL_FS),
        ),
    )


def show_saliency(panes: Sequence[Pane]) -> None:
    """Say what the strip under the segment means."""
    for pane in panes:
        found = pane.saliency
        symbol = CLASSES[found.label]
        words = t(
            "{model}: colour above the line, P({symbol}) falls without this part of the lead; grey below, it rises.",
            model=pane.name,
            symbol=symbol,
        )
        if pane.model.config.n_channels > 2:
            words += " " + t(
                "Were every beat in time for its rhythm channels, it would fall by {fall:.2f}.",
                fall=found.without_rhythm,
            )
        st.caption(words)


def keep_brush(event: GatesEvent, n_steps: int) -> tuple[int, int] | None:
    """Take over the stretch that the visitor brushed, and return the one in force, within the model's steps."""
    kept = state.own("gates")
    if state.is_news("gates.brush", event.brush):
        kept["brush"] = event.brush
    brush = kept.get("brush")
    return None if brush is None else (min(brush[0], n_steps - 1), min(brush[1], n_steps - 1))


# Holding gates


def choose_experiment(cell: Cell, unit: int, brush: tuple[int, int] | None, *, shown: bool) -> Experiment:
    """Show which gates are held, and return the experiment in force."""
    kept = state.own("gates")
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
    units = None if one_unit is None or one_unit >= cell.units else (one_unit,)
    first, last = stretch if stretch is not None else (None, None)
    return Experiment(tuple(Hold(gate, float(at), units, first, last) for gate, at in holds.items()), off)


def _show_hold(gate: str, holds: dict[str, int]) -> None:
    key = f"gates.hold.{gate}"
    st.session_state[key] = holds.get(gate)

    def keep() -> None:
        at = st.session_state[key]
        rest = {name: value for name, value in state.own("gates").get("holds", {}).items() if name != gate}
        state.own("gates")["holds"] = rest if at is None else rest | {gate: at}

    st.segmented_control(
        t("{gate} is always", gate=f"*{gate}*"), (0, 1), key=key, on_change=keep, help=t("Click again to let it free.")
    )


def _show_scope(
    unit: int, brush: tuple[int, int] | None, one_unit: int | None, stretch: tuple[int, int] | None
) -> None:
    kept = state.own("gates")
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
    kept = state.own("gates")
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
        state.own("gates").pop(name, None)


def show_experiment_matrix(
    record: Record, name: str, model: Model, lead: str, cell: Cell, experiment: Experiment
) -> None:
    """Show what an experiment does to a sample of the record's beats."""
    if record.annotations is None:
        st.caption(t("Nobody annotated this record, so there is no matrix to change."))
        return
    try:
        with st.spinner(t("The model reads a sample of beats …")):
            sample = cache.beat_sample(record.name, name, lead)
            before = classify_under(model, cell, sample.features, sample.length, Experiment())
            after = classify_under(model, cell, sample.features, sample.length, experiment)
    except EcgModelError as error:
        show_error(error)
        return
    if len(sample.label) == 0:
        st.caption(t("No beat of the five classes could be compared."))
        return
    st.markdown(
        t(
            "A sample of this record, at most {n} of each class: **{before:.0%}** right as trained, **{after:.0%}** "
            "under the experiment.",
            n=cache.SAMPLE_PER_CLASS,
            before=float((before == sample.label).mean()),
            after=float((after == sample.label).mean()),
        )
    )
    columns = st.columns(2)
    for column, words, named in zip(
        columns, (t("As trained"), t("Under the experiment")), (before, after), strict=True
    ):
        with column:
            st.caption(words)
            matrix = confusion(sample.label, named)
            show_matrix(matrix, score(matrix))


# Editing the beat


def choose_edit(*, shown: bool) -> Edit:
    """Show presets and sliders, and return the edit in force."""
    kept = state.own("gates")
    history = kept.setdefault("edits", [Edit()])
    if shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            for words, preset in _presets():
                st.button(words, on_click=_push, args=(preset,), key=f"gates.preset.{words}")
            st.button(t("Undo"), icon=":material/undo:", type="tertiary", on_click=_undo, disabled=len(history) < 2)
            st.button(
                t("Reset"),
                icon=":material/restart_alt:",
                type="tertiary",
                on_click=_push,
                args=(Edit(),),
                disabled=history[-1] == Edit(),
                key="gates.edit.reset",
            )
        _show_sliders(history[-1])
    return history[-1]


def _presets() -> tuple[tuple[str, Edit], ...]:
    return (
        (t("Early"), Edit(early=0.35)),
        (t("Wide"), Edit(widen=2.2)),
        (t("Early and wide"), Edit(early=0.35, widen=2.2)),
        (t("Electrodes swapped"), Edit(flip=True)),
        (t("Mains hum"), Edit(mains_mv=0.2)),
        (t("Wandering baseline"), Edit(wander_mv=1.0)),
        (t("Small R wave"), Edit(r_scale=0.4)),
    )


def _show_sliders(edit: Edit) -> None:
    faces = {
        "early": (t("Early (of the RR)"), 0.05),
        "widen": (t("QRS width (times)"), 0.1),
        "r_scale": (t("QRS height (times)"), 0.1),
        "mains_mv": (t("Mains hum (mV)"), 0.05),
        "wander_mv": (t("Wander (mV)"), 0.1),
    }
    *columns, last = st.columns(len(faces) + 1)
    for column, (name, (words, step)) in zip(columns, faces.items(), strict=True):
        key = f"gates.edit.{name}"
        st.session_state[key] = float(getattr(edit, name))
        low, high = EDIT_RANGES[name]
        column.slider(words, low, high, step=step, key=key, on_change=_push_widgets)
    with last:
        st.session_state["gates.edit.mains_hz"] = edit.mains_hz
        st.segmented_control(
            t("Hum"),
            MAINS_HZ,
            format_func="{} Hz".format,
            key="gates.edit.mains_hz",
            required=True,
            on_change=_push_widgets,
        )
        st.session_state["gates.edit.flip"] = edit.flip
        st.toggle(t("Flip the lead"), key="gates.edit.flip", on_change=_push_widgets)


def _push_widgets() -> None:
    names = [field.name for field in fields(Edit)]
    now = state.own("gates")["edits"][-1]
    _push(replace(now, **{name: st.session_state[f"gates.edit.{name}"] for name in names}))


def _push(edit: Edit) -> None:
    history = state.own("gates")["edits"]
    if edit != history[-1]:
        state.own("gates")["edits"] = [*history, edit][-50:]


def _undo() -> None:
    state.own("gates")["edits"] = state.own("gates")["edits"][:-1]


# Unit hunting


def show_hunt(
    trace: GateTrace,
    last_real: int,
    brush: tuple[int, int] | None,
    record: Record,
    name: str,
    lead: str,
    beats: Annotations,
    source: str,
) -> None:
    """List the units that act in the brushed stretch and not elsewhere, and beats in which they do the same."""
    if brush is None:
        st.caption(
            t("Drag across a stretch of the segment, a QRS complex or a pause, to see which units answer to it.")
        )
        return
    first, last = brush
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
            column_config={
                words: st.column_config.NumberColumn(format="%.2f")
                for words in (t("Mean h inside"), t("Outside"), t("Contrast"))
            },
        )
    with right:
        units = found.unit[: N_UNITS // 2]
        key = (record.name, name, lead, state.selected_sample(), brush)
        if st.button(t("Find beats in which the first {n} do the same", n=len(units))):
            state.own("gates")["hunt"] = key
        if state.own("gates").get("hunt") == key:
            _show_similar(trace, units, brush, record, name, lead, beats, source)


def _show_similar(
    trace: GateTrace,
    units: np.ndarray,
    brush: tuple[int, int],
    record: Record,
    name: str,
    lead: str,
    beats: Annotations,
    source: str,
) -> None:
    first, last = brush
    samples = []
    with st.spinner(t("The model reads the record …")):
        pieces = _pieces(record, name, lead, source, samples)
        found = hunt_beats(
            cache.open_classifier(name), pieces, units, first, last, trace.states[first : last + 1][:, units]
        )
    r_sample = np.concatenate(samples)[found.index]
    other = r_sample != state.selected_sample()
    r_sample, correlation = r_sample[other][:N_SIMILAR], found.correlation[other][:N_SIMILAR]
    at = np.minimum(np.searchsorted(beats.sample, r_sample), len(beats.sample) - 1)

    def jump() -> None:
        rows = st.session_state["gates.similar"].selection.rows
        if rows:
            state.show_sample(int(r_sample[rows[0]]), record.fs)

    st.caption(t("Correlation of their states over the stretch. Choose a row to open its beat."))
    st.dataframe(
        {
            t("Time"): [clock(sample / record.fs, 2) for sample in r_sample],
            t("Symbol"): beats.symbol[at],
            t("Correlation"): correlation,
        },
        hide_index=True,
        height=250,
        key="gates.similar",
        on_select=jump,
        selection_mode="single-row",
        column_config={t("Correlation"): st.column_config.NumberColumn(format="%.3f")},
    )


def _pieces(record: Record, name: str, lead: str, source: str, samples: list[np.ndarray]) -> Iterator[Segments]:
    """Yield the segments of a record, at most `MAX_HUNTED`, and note the R peak of each in samples of the record."""
    from ecgmodel.segments.long_records import iter_beats
    from ecgmodel.segments.resampling import resample_lead, to_model_samples
    from ecgmodel.segments.runs import cut_runs

    if cache.open_model(name).card.segments == "runs":
        runs = cut_runs(record, lead)
        samples.append(runs.r_sample)
        yield runs
        return
    r_sample = cache.find_beats(record.name, lead, source).sample[:MAX_HUNTED]
    samples.append(r_sample)
    signal, at = record.lead(lead), r_sample
    if record.fs != MODEL_FS:
        signal, at = resample_lead(signal, record.fs), to_model_samples(r_sample, record.fs, record.n_samples)
    yield from iter_beats(signal, at, PIECE)
