"""Inside the recurrent cell: every gate of every step with its numbers; the equations are in `cell`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from ecgmodel.errors import SegmentError
from ecgmodel.network.inside.cell import Cell, open_cell, read_by, squash, sum_gate
from ecgmodel.network.model_file import Model
from ecgmodel.network.serving import Prediction


def gate_totals(cell: Cell, features: np.ndarray, states: np.ndarray, reset: np.ndarray | None = None) -> np.ndarray:
    """Sum what goes into the sigmoid or tanh of every gate of every step at once, given the hidden states.

    Parameters
    ----------
    cell : Cell
    features : ndarray of shape (..., n_steps, n_features)
        What the layer reads.
    states : ndarray of shape (..., n_steps, units)
        h(t) of every step, as the served model gave it.
    reset : ndarray of shape (..., n_steps, units), optional
        r(t) of a GRU where an experiment held it; `None` means as its sum gives it.

    Returns
    -------
    ndarray of shape (n_gates, ..., n_steps, units), float32
        In the order of `cell.gates`.
    """
    before = previous(states)
    totals: list[np.ndarray] = []
    for gate, name in enumerate(cell.gates):
        if name == "h~" and reset is None:
            reset = squash(cell, cell.gates.index("r"), totals[cell.gates.index("r")])
        totals.append(sum_gate(cell, gate, features, read_by(cell, gate, before, reset)))
    return np.stack(totals).astype(np.float32, copy=False)


def gate_values(cell: Cell, features: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Compute every gate of every step at once, given the hidden states.

    Parameters
    ----------
    cell, features, states
        As for `gate_totals`.

    Returns
    -------
    ndarray of shape (n_rows, ..., n_steps, units), float32
        In the order of `cell.rows`; h is `states` itself.
    """
    rows = [squash(cell, gate, total) for gate, total in enumerate(gate_totals(cell, features, states))]
    if cell.kind == "lstm":
        f, i, _, g = rows
        c = np.empty_like(g)
        carried = np.zeros_like(g[..., 0, :])
        for step in range(g.shape[-2]):  # c(t) is not an output of the served model, so it is summed up here
            carried = f[..., step, :] * carried + i[..., step, :] * g[..., step, :]
            c[..., step, :] = carried
        rows.append(c)
    return np.stack([*rows, states]).astype(np.float32, copy=False)


def previous(states: np.ndarray) -> np.ndarray:
    """Return h(t-1) for the h(t) of `states` (..., n_steps, units); it is 0 before the first step."""
    before = np.zeros_like(states)
    before[..., 1:, :] = states[..., :-1, :]
    return before


def read_states(model: Model, states: np.ndarray) -> np.ndarray:
    """Return what the dense layers would say of any hidden states.

    Parameters
    ----------
    model : Model
    states : ndarray of shape (..., units)

    Returns
    -------
    ndarray of shape (..., 5), float32
        Class probabilities.
    """
    x, weights = states, model.weights
    for index in range(1, len(model.config.dense) + 1):
        x = np.maximum(x @ weights[f"dense{index}/kernel"] + weights[f"dense{index}/bias"], 0)
    return softmax(x @ weights["output/kernel"] + weights["output/bias"], axis=-1).astype(np.float32)


def readout_step(model: Model, length: int | np.ndarray) -> int | np.ndarray:
    """Return the step that the dense layers of a model read, for segments of `length` samples."""
    config = model.config
    if config.readout == "last":
        return np.full(np.shape(length), config.n_steps - 1)[()]
    return config.last_real_step(length)


@dataclass(frozen=True, slots=True, eq=False)
class GateTrace:
    """What the recurrent layer did with one segment.

    Attributes
    ----------
    cell : Cell
    features : ndarray of shape (n_steps, n_features), float32
        x(t).
    values : ndarray of shape (n_rows, n_steps, units), float32
        In the order of `cell.rows`.
    probabilities : ndarray of shape (n_steps, 5), float32
        What the dense layers say of each h(t); the model's answer is that of `readout_step`.
    readout_step : int
    length : int
        Samples of the segment before its padding.
    held : ndarray of shape (n_gates, n_steps, units), bool, or None
        Where an experiment held a gate instead of computing it.
    off : ndarray of shape (units,), bool, or None
        Units that an experiment switched off.
    """

    cell: Cell
    features: np.ndarray
    values: np.ndarray
    probabilities: np.ndarray
    readout_step: int
    length: int
    held: np.ndarray | None = None
    off: np.ndarray | None = None

    @property
    def n_steps(self) -> int:
        """Steps of the layer."""
        return self.values.shape[1]

    @property
    def states(self) -> np.ndarray:
        """ndarray of shape (n_steps, units): h(t)."""
        return self.values[-1]

    @property
    def answer(self) -> np.ndarray:
        """ndarray of shape (5,): the model's probabilities."""
        return self.probabilities[self.readout_step]

    @property
    def totals(self) -> np.ndarray:
        """ndarray of shape (n_gates, n_steps, units), float32: what goes into the sigmoid or tanh of each gate."""
        reset = self.row("r") if self.cell.kind == "gru" else None
        return gate_totals(self.cell, self.features, self.states, reset)

    def row(self, name: str) -> np.ndarray:
        """Return (n_steps, units) of one name of `cell.rows`."""
        return self.values[self.cell.rows.index(name)]


def trace_gates(model: Model, prediction: Prediction, length: np.ndarray, index: int = 0) -> GateTrace:
    """Return what the recurrent layer did with one segment of a served prediction.

    Parameters
    ----------
    model : Model
    prediction : Prediction
        With states: `Classifier.predict(segments, with_states=True)`.
    length : ndarray of shape (n,), int
        That of the segments.
    index : int
        Which of them.

    Raises
    ------
    SegmentError
        Where there is no such segment.

    Examples
    --------
    The new state weighs the old one against the candidate, at every step and in every unit.

    >>> from ecgmodel.network.model_file import open_shipped_model
    >>> from ecgmodel.network.serving import Classifier
    >>> from ecgmodel.records.sources.catalogue import open_record
    >>> from ecgmodel.segments.runs import cut_runs
    >>> model = open_shipped_model("paper-gru")
    >>> segments = cut_runs(open_record("simulated-mixed")).take(np.array([2]))
    >>> trace = trace_gates(model, Classifier(model).predict(segments, with_states=True), segments.length)
    >>> z, candidate, h = trace.row("z"), trace.row("h~"), trace.row("h")
    >>> bool(np.allclose(h[1:], (1 - z[1:]) * h[:-1] + z[1:] * candidate[1:], atol=1e-6))
    True
    """
    if not 0 <= index < len(length):
        raise SegmentError(
            "There are {n} segments, numbered from 0; {index} is none of them.", n=len(length), index=index
        )
    cell = open_cell(model)
    features, states = prediction.features[index], prediction.states[index]
    return GateTrace(
        cell=cell,
        features=features,
        values=gate_values(cell, features, states),
        probabilities=read_states(model, states),
        readout_step=int(readout_step(model, length[index])),
        length=int(length[index]),
    )
