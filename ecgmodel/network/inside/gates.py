"""Inside the recurrent cell: every gate of every step with its numbers, and the sums that they come from.

Equations, after the course text and Chung et al. 2014 (arXiv 1412.3555), x(t) being the features at step t:

    GRU   r(t) = sigmoid(W_r x(t) + U_r h(t-1) + b_r)              reset gate
          z(t) = sigmoid(W_z x(t) + U_z h(t-1) + b_z)              update gate
          h~(t) = tanh(W_h x(t) + U_h [r(t) * h(t-1)] + b_h)       candidate
          h(t) = (1 - z(t)) * h(t-1) + z(t) * h~(t)

    LSTM  f(t), i(t), o(t) = sigmoid(W x(t) + U h(t-1) + b)        forget, input and output gate
          g(t) = tanh(W_g x(t) + U_g h(t-1) + b_g)                 candidate
          c(t) = f(t) * c(t-1) + i(t) * g(t)
          h(t) = o(t) * tanh(c(t))

Which z
-------
Here z weighs the *new*, the candidate. Keras, and so our model files, store the gate that weighs the *old*:
h(t) = z_keras * h(t-1) + (1 - z_keras) * h~(t). As 1 - sigmoid(s) = sigmoid(-s), the two differ by the sign of the
weights alone. `open_cell` turns it, once; all else in the project reads the z above.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from ecgmodel.errors import SegmentError
from ecgmodel.network.config import GATES
from ecgmodel.network.model_file import Model
from ecgmodel.network.serving import Prediction

GATE_NAMES = {"gru": ("r", "z", "h~"), "lstm": ("f", "i", "o", "g")}
"""What a cell computes by a weighted sum, in the order of the equations; the candidate comes last, through tanh."""

ROW_NAMES = {"gru": ("r", "z", "h~", "h"), "lstm": ("f", "i", "o", "g", "c", "h")}
"""What a `GateTrace` holds of every step and unit."""

CANDIDATES = ("h~", "g")

_KERAS_NAMES = {"r": "r", "z": "z", "h~": "h", "f": "f", "i": "i", "o": "o", "g": "g"}


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """The weights of the recurrent layer, gate by gate, with z as the equations above have it.

    Attributes
    ----------
    kind : {"gru", "lstm"}
    kernel : ndarray of shape (n_gates, n_features, units), float32
        W of each gate of `gates`.
    recurrent_kernel : ndarray of shape (n_gates, units, units), float32
        U; [gate, from, to].
    bias : ndarray of shape (n_gates, units), float32
    """

    kind: str
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray

    @property
    def gates(self) -> tuple[str, ...]:
        """Names of the weighted sums, see `GATE_NAMES`."""
        return GATE_NAMES[self.kind]

    @property
    def rows(self) -> tuple[str, ...]:
        """Names of what there is at every step, see `ROW_NAMES`."""
        return ROW_NAMES[self.kind]

    @property
    def units(self) -> int:
        """Units of the layer."""
        return self.bias.shape[1]

    @property
    def n_features(self) -> int:
        """Features that it reads at each step."""
        return self.kernel.shape[1]


def open_cell(model: Model) -> Cell:
    """Return the recurrent layer of a model, with z turned to weigh the new (see above)."""
    kind = model.config.cell
    stored = GATES[kind]
    parts = []
    for name in ("kernel", "recurrent_kernel", "bias"):
        blocks = dict(zip(stored, np.split(model.weights[f"{kind}/{name}"], len(stored), axis=-1), strict=True))
        chosen = [blocks[_KERAS_NAMES[gate]] * np.float32(-1 if gate == "z" else 1) for gate in GATE_NAMES[kind]]
        parts.append(np.stack(chosen))
    return Cell(kind, *parts)


def gate_values(cell: Cell, features: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Compute every gate of every step at once, given the hidden states.

    Parameters
    ----------
    cell : Cell
    features : ndarray of shape (..., n_steps, n_features)
        What the layer reads.
    states : ndarray of shape (..., n_steps, units)
        h(t) of every step, as the served model gave it.

    Returns
    -------
    ndarray of shape (n_rows, ..., n_steps, units), float32
        In the order of `cell.rows`; h is `states` itself.
    """
    before = previous(states)
    if cell.kind == "gru":
        r, z = (expit(_weigh(cell, gate, features, before)) for gate in (0, 1))
        candidate = np.tanh(_weigh(cell, 2, features, r * before))
        rows = (r, z, candidate, states)
    else:
        f, i, o = (expit(_weigh(cell, gate, features, before)) for gate in (0, 1, 2))
        g = np.tanh(_weigh(cell, 3, features, before))
        c = np.empty_like(g)
        carried = np.zeros_like(g[..., 0, :])
        for step in range(g.shape[-2]):  # c(t) is not an output of the served model, so it is summed up here
            carried = f[..., step, :] * carried + i[..., step, :] * g[..., step, :]
            c[..., step, :] = carried
        rows = (f, i, o, g, c, states)
    return np.stack(rows).astype(np.float32, copy=False)


def previous(states: np.ndarray) -> np.ndarray:
    """Return h(t-1) for the h(t) of `states` (..., n_steps, units); it is 0 before the first step."""
    before = np.zeros_like(states)
    before[..., 1:, :] = states[..., :-1, :]
    return before


def _weigh(cell: Cell, gate: int, features: np.ndarray, states: np.ndarray) -> np.ndarray:
    return features @ cell.kernel[gate] + states @ cell.recurrent_kernel[gate] + cell.bias[gate]


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


# One step of one unit, product by product


@dataclass(frozen=True, slots=True)
class Term:
    """One product of a sum.

    Attributes
    ----------
    source : {"x", "h", "rh"}
        What is weighed: a feature x(t), a state h(t-1), or r(t) * h(t-1).
    index : int
        Which feature or which unit.
    weight, value, product : float
    """

    source: str
    index: int
    weight: float
    value: float
    product: float


@dataclass(frozen=True, slots=True)
class GateSum:
    """One gate of one unit at one step.

    Attributes
    ----------
    name : str
        Of `Cell.gates`.
    terms : tuple of Term
        Every product, features first.
    bias, total : float
        `total` is the sum of all products and the bias.
    value : float
        sigmoid(total), of a candidate tanh(total); where an experiment held the gate, what it was held at.
    is_held : bool
    """

    name: str
    terms: tuple[Term, ...]
    bias: float
    total: float
    value: float
    is_held: bool


@dataclass(frozen=True, slots=True)
class StepExplanation:
    """How one unit came to its state at one step.

    Attributes
    ----------
    step, unit : int
    gates : tuple of GateSum
    old, new : Term
        The two products of the memory: (1 - z) * h(t-1) and z * h~ of a GRU, f * c(t-1) and i * g of an LSTM.
    memory : float
        Their sum: h(t) of a GRU, c(t) of an LSTM.
    state : float
        h(t), as the model has it.
    is_off : bool
        An experiment switched the unit off, so its state is 0 whatever its sums are.
    """

    step: int
    unit: int
    gates: tuple[GateSum, ...]
    old: Term
    new: Term
    memory: float
    state: float
    is_off: bool


def explain_step(trace: GateTrace, step: int, unit: int) -> StepExplanation:
    """List every product behind the gates of one unit at one step, and how they make its state.

    Raises
    ------
    SegmentError
        Where the step or the unit does not exist.
    """
    cell = trace.cell
    if not 0 <= step < trace.n_steps:
        raise SegmentError(
            "There is no step {step}; this model has steps 0 to {last}.", step=step, last=trace.n_steps - 1
        )
    if not 0 <= unit < cell.units:
        raise SegmentError("There is no unit {unit}; this model has units 0 to {last}.", unit=unit, last=cell.units - 1)
    before = np.zeros(cell.units) if step == 0 else trace.states[step - 1].astype(np.float64)
    features = trace.features[step].astype(np.float64)
    at = {name: float(trace.row(name)[step, unit]) for name in cell.rows}
    reset = trace.row("r")[step] * before if cell.kind == "gru" else before
    gates = []
    for number, name in enumerate(cell.gates):
        source, read = ("rh", reset) if name == "h~" else ("h", before)
        weights = [cell.kernel[number, :, unit], cell.recurrent_kernel[number, :, unit]]
        terms = tuple(
            Term(kind, index, float(weight), float(value), float(weight) * float(value))
            for kind, column, values in (("x", weights[0], features), (source, weights[1], read))
            for index, (weight, value) in enumerate(zip(column, values, strict=True))
        )
        bias = float(cell.bias[number, unit])
        total = sum(term.product for term in terms) + bias
        is_held = trace.held is not None and bool(trace.held[number, step, unit])
        value = at[name] if is_held else float(np.tanh(total) if name in CANDIDATES else expit(total))
        gates.append(GateSum(name, terms, bias, total, value, is_held))
    value = {gate.name: gate.value for gate in gates}
    if cell.kind == "gru":
        old = _product("h", unit, 1 - value["z"], float(before[unit]))
        new = _product("h~", unit, value["z"], value["h~"])
    else:
        carried = 0.0 if step == 0 else float(trace.row("c")[step - 1, unit])
        old = _product("c", unit, value["f"], carried)
        new = _product("g", unit, value["i"], value["g"])
    return StepExplanation(
        step=step,
        unit=unit,
        gates=tuple(gates),
        old=old,
        new=new,
        memory=old.product + new.product,
        state=at["h"],
        is_off=trace.off is not None and bool(trace.off[unit]),
    )


def _product(source: str, index: int, weight: float, value: float) -> Term:
    return Term(source, index, weight, value, weight * value)
