"""One step of one unit, product by product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.network.inside.cell import read_by, squash, sum_gate
from ecgmodel.network.inside.gates import GateTrace


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
    at = {name: float(trace.row(name)[step, unit]) for name in cell.rows}
    gates = tuple(_explain_gate(trace, gate, step, unit, before) for gate in range(len(cell.gates)))
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
        gates=gates,
        old=old,
        new=new,
        memory=old.product + new.product,
        state=at["h"],
        is_off=trace.off is not None and bool(trace.off[unit]),
    )


def _explain_gate(trace: GateTrace, gate: int, step: int, unit: int, before: np.ndarray) -> GateSum:
    cell, name = trace.cell, trace.cell.gates[gate]
    features = trace.features[step].astype(np.float64)
    read = read_by(cell, gate, before, trace.row("r")[step] if cell.kind == "gru" else None)
    terms = tuple(
        _product(source, index, float(weight), float(value))
        for source, column, values in (
            ("x", cell.kernel[gate, :, unit], features),
            ("rh" if name == "h~" else "h", cell.recurrent_kernel[gate, :, unit], read),
        )
        for index, (weight, value) in enumerate(zip(column, values, strict=True))
    )
    total = sum_gate(cell, gate, features, read)[unit]
    is_held = trace.held is not None and bool(trace.held[gate, step, unit])
    value = trace.row(name)[step, unit] if is_held else squash(cell, gate, total)
    return GateSum(name, terms, float(cell.bias[gate, unit]), float(total), float(value), is_held)


def _product(source: str, index: int, weight: float, value: float) -> Term:
    return Term(source, index, weight, value, weight * value)
