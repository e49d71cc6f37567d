"""Where a view of the cell opens: a step and a unit in which there is something to see."""

from __future__ import annotations

import numpy as np

from ecgmodel.network.inside.cell import CANDIDATES
from ecgmodel.network.inside.gates import GateTrace

MOVED = 0.05
"""A step that changes the state by less is none to open with."""
REACH_SAMPLES = 80


def find_telling_place(trace: GateTrace, r_sample: int, stride: int) -> tuple[int, int]:
    """Return a step that has seen an R peak and a unit whose gates are at work.

    Gates at 0 or 1 teach nothing, so of the steps around QRS that change the state the one is taken whose gate nearest
    to a border is farthest from it.

    Parameters
    ----------
    trace : GateTrace
    r_sample : int
        R peak, in samples of the segment.
    stride : int
        Samples a step.

    Returns
    -------
    (int, int)
        Step and unit.
    """
    first = int(np.clip(r_sample // stride, 1, trace.n_steps - 2))
    steps = slice(first, min(first + max(REACH_SAMPLES // stride, 2), trace.n_steps))
    names = (*trace.cell.gates, "c") if trace.cell.kind == "lstm" else trace.cell.gates
    room = np.minimum.reduce([_room(name, trace.row(name)[steps]) for name in names])  # (n_steps, units)
    moved = np.abs(np.diff(trace.states[steps.start - 1 : steps.stop], axis=0))
    score = np.where(moved >= min(MOVED, moved.max()), room, -1.0)
    step, unit = np.unravel_index(int(score.argmax()), score.shape)
    return steps.start + int(step), int(unit)


def _room(name: str, values: np.ndarray) -> np.ndarray:
    """Return how far a gate is from both of its borders, as a part of the way between them."""
    if name in CANDIDATES or name == "c":
        values = (1 + (np.tanh(values) if name == "c" else values)) / 2
    return np.minimum(values, 1 - values)
