"""The cell as chapters 3 and 4 draw it: a step of a unit, with the numbers of a chosen beat."""

from __future__ import annotations

import numpy as np

from ecgmodel.network.inside.gates import GateTrace
from ecgmodel.network.inside.opening import find_telling_place
from ecgmodel.segments.dataset import MODEL_FS, Segments
from pages.caches.lessons import trace_lesson
from pages.components.figure import show_figure
from pages.learn.beat import (
    BeatInUse,
    ModelInUse,
    beat_in_use,
    choose_beat,
    model_for,
    readable_by,
    show_model_note,
    show_reading_note,
)
from pages.learn.place import note_place, wish_place
from pages.session import choices
from pages.ui.text import t


def traced(cell: str) -> tuple[BeatInUse, ModelInUse, tuple[Segments, GateTrace]]:
    """Return the beat, or the nearest that the model of this kind of cell can read; and what that made of it."""
    used = model_for(cell, beat_in_use().record)
    chosen = readable_by(beat_in_use(), used.model)
    return chosen, used, trace_lesson(chosen.record.name, chosen.r_sample, cell, used.name)


def cell_settings(cell: str) -> dict[str, object]:
    """Return what the Python lines of a cell's chapter use."""
    chosen, used, _ = traced(cell)
    return {
        "RECORD": chosen.record.name,
        "BEAT_S": round(chosen.r_sample / chosen.record.fs, 3),
        "MODEL": used.name,
        "STEP": choices.step() or 0,
        "UNIT": choices.unit() or 0,
    }


def show_cell(cell: str) -> None:
    """Show the figure with its controls."""
    chosen, used, (segments, trace) = traced(cell)
    if choices.shows_controls():
        choose_beat(beat_in_use())
    config = used.model.config
    place = wish_place(
        key=(chosen.record.name, chosen.r_sample, used.name, cell),
        n_steps=config.n_steps,
        units=config.units,
        usual=usual_place(chosen, segments, trace, config.step_stride),
    )
    signal = segments.signal[0, :, 0]
    reported = show_figure(
        "cell",
        {
            "picture": t("The cell with the numbers of one unit at one time step"),
            "strip": t("The segment and the states of the unit; click to choose a time step"),
            "keys": t("Cell. Left and right choose the time step, up and down the unit, 1 to 4 the part, space plays."),
            "phase": t("Part of the step"),
            "play": t("Play"),
            "step": t("step {step}"),
            "unit": t("unit {j}"),
            "step_back": t("Previous time step"),
            "step_on": t("Next time step"),
            "unit_back": t("Previous unit"),
            "unit_on": t("Next unit"),
            "padding": t("padding"),
            "convention": t("What z weighs"),
            "z_new": t("z weighs the new"),
            "z_old": t("z weighs the old"),
        },
        {
            "cell": cell,
            "model": used.name or "",
            "wish": place.number,
            "step": place.step,
            "unit": place.unit,
            "rows": list(trace.cell.rows),
            "gates": list(trace.cell.gates),
            "n_steps": trace.n_steps,
            "units": trace.cell.units,
            "stride": config.step_stride,
            "field": config.receptive_field,
            "length": trace.length,
            "low": float(signal.min()),
            "high": float(signal.max()),
        },
        {"values": trace.values.ravel(), "totals": trace.totals.ravel(), "signal": signal.astype(np.float32)},
    )
    note_place(place, reported)
    show_reading_note(beat_in_use(), chosen)
    show_model_note(used)


def usual_place(chosen: BeatInUse, segments: Segments, trace: GateTrace, stride: int) -> tuple[int, int]:
    """Return a step that has seen the R peak and a unit in which there is something to see."""
    r = round(chosen.r_sample * MODEL_FS / chosen.record.fs) - int(segments.start_sample[0])
    return find_telling_place(trace, r, stride)
