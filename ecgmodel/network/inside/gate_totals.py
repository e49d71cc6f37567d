"""The weighted sums in front of the gates, for all steps and units at once."""

from __future__ import annotations

import numpy as np

from ecgmodel.network.inside.gates import GateTrace, previous


def gate_totals(trace: GateTrace) -> np.ndarray:
    """Return what goes into the sigmoid or tanh of each gate.

    Parameters
    ----------
    trace : GateTrace

    Returns
    -------
    ndarray of shape (n_gates, n_steps, units), float32
        In the order of `trace.cell.gates`.
    """
    cell, before = trace.cell, previous(trace.states)
    read = [before] * len(cell.gates)
    if cell.kind == "gru":
        read[-1] = trace.row("r") * before
    return np.stack(
        [
            trace.features @ cell.kernel[gate] + read[gate] @ cell.recurrent_kernel[gate] + cell.bias[gate]
            for gate in range(len(cell.gates))
        ]
    ).astype(np.float32)
