"""What a recurrent layer hands back under `return_sequences` and `return_state`, computed without Keras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.network.config import GATES
from ecgmodel.network.inside.cell import GATE_NAMES, Cell
from ecgmodel.network.inside.experiments import recur


@dataclass(frozen=True, slots=True, eq=False)
class LayerOutput:
    """One of the arrays that the layer returns.

    Attributes
    ----------
    meaning : {"last output", "all outputs", "last state h", "last state c"}
    values : ndarray of shape (batch, units) or (batch, n_steps, units), float32
    """

    meaning: str
    values: np.ndarray


def draw_cell(kind: str, n_features: int, units: int, seed: int = 0) -> Cell:
    """Draw the weights of a small layer.

    Parameters
    ----------
    kind : {"gru", "lstm"}
    n_features, units : int
    seed : int
    """
    random = np.random.default_rng(seed)
    n_gates = len(GATE_NAMES[kind])
    parts = [
        random.normal(0, scale, shape).astype(np.float32)
        for scale, shape in (
            (n_features**-0.5, (n_gates, n_features, units)),
            (units**-0.5, (n_gates, units, units)),
            (0.1, (n_gates, units)),
        )
    ]
    return Cell(kind, *parts)


def layer_outputs(cell: Cell, x: np.ndarray, return_sequences: bool, return_state: bool) -> tuple[LayerOutput, ...]:
    """Return what `keras.layers.GRU` or `LSTM` with this cell's weights would return for a batch.

    Parameters
    ----------
    cell : Cell
    x : ndarray of shape (batch, n_steps, n_features)
    return_sequences : bool
        All outputs instead of the last one.
    return_state : bool
        The last state as well: h, of an LSTM also c.
    """
    rows = recur(cell, x)  # (n_rows, batch, n_steps, units)
    h = rows[-1]
    outputs = [LayerOutput("all outputs", h) if return_sequences else LayerOutput("last output", h[:, -1])]
    if return_state:
        outputs.append(LayerOutput("last state h", h[:, -1]))
        if cell.kind == "lstm":
            outputs.append(LayerOutput("last state c", rows[cell.rows.index("c")][:, -1]))
    return tuple(outputs)


def keras_weights(cell: Cell) -> list[np.ndarray]:
    """Return kernel, recurrent kernel and bias as `layer.set_weights` of Keras takes them (a GRU: `reset_after=False`).

    Keras keeps its gates in another order, and a GRU's z with the other sign, see `cell`.
    """
    order = [{"h": "h~"}.get(name, name) if cell.kind == "gru" else name for name in GATES[cell.kind]]
    chosen = [(cell.gates.index(name), -1 if name == "z" else 1) for name in order]
    return [
        np.concatenate([sign * part[number] for number, sign in chosen], axis=-1)
        for part in (cell.kernel, cell.recurrent_kernel, cell.bias)
    ]
