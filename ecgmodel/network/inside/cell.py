"""The recurrent cell: its weights gate by gate, and the one weighted sum behind every gate.

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
from scipy.special import expit

from ecgmodel.network.config import GATES
from ecgmodel.network.model_file import Model

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


def sum_gate(cell: Cell, gate: int, features: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Sum what goes into one gate: W x(t) + U read + b.

    Parameters
    ----------
    cell : Cell
    gate : int
        Place in `cell.gates`.
    features : ndarray of shape (..., n_features)
        x(t).
    read : ndarray of shape (..., units)
        What the gate reads of the state before, see `read_by`.

    Returns
    -------
    ndarray of shape (..., units)
    """
    return features @ cell.kernel[gate] + read @ cell.recurrent_kernel[gate] + cell.bias[gate]


def squash(cell: Cell, gate: int, total: np.ndarray) -> np.ndarray:
    """Return a gate's value for its sum: the sigmoid, of the candidate tanh."""
    return np.tanh(total) if cell.gates[gate] in CANDIDATES else expit(total)


def read_by(cell: Cell, gate: int, before: np.ndarray, reset: np.ndarray | None) -> np.ndarray:
    """Return what a gate weighs of h(t-1): all of it, but the candidate of a GRU what its `reset` gate r(t) leaves."""
    return reset * before if cell.gates[gate] == "h~" else before
