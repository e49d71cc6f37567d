"""What if: the recurrent layer run step by step, with gates held at a number or units switched off.

It goes through the equations of `cell` from the features alone, so it also checks the gates that are computed from the
served states.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.network.inside.cell import CANDIDATES, Cell, read_by, squash, sum_gate
from ecgmodel.network.inside.gates import GateTrace, read_states, readout_step
from ecgmodel.network.model_file import Model
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments


@dataclass(frozen=True, slots=True)
class Hold:
    """One gate, held.

    Attributes
    ----------
    gate : str
        A name of `cell.GATE_NAMES`.
    value : float
        At what: 0 to 1, of a candidate -1 to 1.
    units : tuple of int or None
        `None` means all.
    first_step, last_step : int or None
        Both inclusive; `None` means from the first, to the last.
    """

    gate: str
    value: float
    units: tuple[int, ...] | None = None
    first_step: int | None = None
    last_step: int | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that is held or switched off at once.

    Attributes
    ----------
    holds : tuple of Hold
        A later one outweighs an earlier one.
    off : tuple of int
        Units whose state (and cell state) is 0 at every step.
    """

    holds: tuple[Hold, ...] = ()
    off: tuple[int, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether the cell runs as it was trained."""
        return not self.holds and not self.off


def hold_mask(cell: Cell, n_steps: int, experiment: Experiment) -> np.ndarray:
    """Return what each gate is held at, NaN where it is computed: (n_gates, n_steps, units), float32.

    Raises
    ------
    ConfigError
        Where the cell has no such gate or unit, a step is out of range, or a gate cannot have the value.
    """
    mask = np.full((len(cell.gates), n_steps, cell.units), np.nan, dtype=np.float32)
    for hold in experiment.holds:
        if hold.gate not in cell.gates:
            raise ConfigError(
                "The {cell} has no gate '{gate}'. Choose one of {gates}.",
                cell=cell.kind.upper(),
                gate=hold.gate,
                gates=", ".join(cell.gates),
            )
        low = -1 if hold.gate in CANDIDATES else 0
        if not low <= hold.value <= 1:
            raise ConfigError(
                "Gate {gate} cannot be held at {value:g}; it lies from {low} to 1.",
                gate=hold.gate,
                value=hold.value,
                low=low,
            )
        first = 0 if hold.first_step is None else hold.first_step
        last = n_steps - 1 if hold.last_step is None else hold.last_step
        if not 0 <= first <= last < n_steps:
            raise ConfigError(
                "Steps {first} to {last} cannot be held; this model has steps 0 to {n}.",
                first=first,
                last=last,
                n=n_steps - 1,
            )
        units = slice(None) if hold.units is None else _check_units(cell, hold.units)
        mask[cell.gates.index(hold.gate), first : last + 1, units] = hold.value
    _check_units(cell, experiment.off)
    return mask


def recur(cell: Cell, features: np.ndarray, experiment: Experiment | None = None) -> np.ndarray:
    """Run the recurrent layer step by step over many segments.

    Parameters
    ----------
    cell : Cell
    features : ndarray of shape (n, n_steps, n_features)
    experiment : Experiment, optional
        `None` runs the cell as it was trained.

    Returns
    -------
    ndarray of shape (n_rows, n, n_steps, units), float32
        In the order of `cell.rows`.

    Raises
    ------
    ConfigError
        Where the experiment does not fit the cell.
    """
    experiment = experiment or Experiment()
    n, n_steps, _ = features.shape
    held = hold_mask(cell, n_steps, experiment)
    is_held = np.isfinite(held)
    alive = np.ones(cell.units, dtype=np.float32)
    alive[list(experiment.off)] = 0
    rows = np.empty((len(cell.rows), n, n_steps, cell.units), dtype=np.float32)
    h = np.zeros((n, cell.units), dtype=np.float32)
    c = np.zeros((n, cell.units), dtype=np.float32)

    for step in range(n_steps):
        gates: list[np.ndarray] = []
        for gate in range(len(cell.gates)):
            read = read_by(cell, gate, h, gates[0] if gates else None)
            value = squash(cell, gate, sum_gate(cell, gate, features[:, step], read))
            gates.append(np.where(is_held[gate, step], held[gate, step], value))
        if cell.kind == "gru":
            _, z, candidate = gates
            h = ((1 - z) * h + z * candidate) * alive
            now = (*gates, h)
        else:
            f, i, o, g = gates
            c = (f * c + i * g) * alive
            h = o * np.tanh(c)
            now = (*gates, c, h)
        for row, value in enumerate(now):
            rows[row, :, step] = value
    return rows


def run_experiment(model: Model, trace: GateTrace, experiment: Experiment) -> GateTrace:
    """Return what the layer would do with the same segment under an experiment; `trace` itself where that is nothing.

    Raises
    ------
    ConfigError
        Where the experiment does not fit the cell.
    """
    if experiment.changes_nothing:
        return trace
    values = recur(trace.cell, trace.features[np.newaxis], experiment)[:, 0]
    off = np.zeros(trace.cell.units, dtype=bool)
    off[list(experiment.off)] = True
    return GateTrace(
        cell=trace.cell,
        features=trace.features,
        values=values,
        probabilities=read_states(model, values[-1]),
        readout_step=trace.readout_step,
        length=trace.length,
        held=np.isfinite(hold_mask(trace.cell, trace.n_steps, experiment)),
        off=off,
    )


def classify_under(
    model: Model, cell: Cell, features: np.ndarray, length: np.ndarray, experiment: Experiment
) -> np.ndarray:
    """Return the classes that the model names under an experiment.

    Parameters
    ----------
    model : Model
    cell : Cell
        Of the model.
    features : ndarray of shape (n, n_steps, n_features)
        Of many segments, as served.
    length : ndarray of shape (n,), int
        Their samples before the padding.
    experiment : Experiment

    Returns
    -------
    ndarray of shape (n,), int64
        Indices into `labels.CLASSES`.

    Raises
    ------
    ConfigError
        Where the experiment does not fit the cell.
    """
    states = recur(cell, features, experiment)[-1]  # (n, n_steps, units)
    read = states[np.arange(len(states)), readout_step(model, length)]
    return read_states(model, read).argmax(axis=1)


def _check_units(cell: Cell, units: tuple[int, ...]) -> list[int]:
    for unit in units:
        if not 0 <= unit < cell.units:
            raise ConfigError(
                "There is no unit {unit}; this model has units 0 to {last}.", unit=unit, last=cell.units - 1
            )
    return list(units)


@dataclass(frozen=True, slots=True, eq=False)
class BeatSample:
    """Beats on which an experiment is judged.

    Attributes
    ----------
    features : ndarray of shape (n, n_steps, n_features), float32
    length : ndarray of shape (n,), int32
    label : ndarray of shape (n,), int64
        The truth, indices into `labels.CLASSES`.
    """

    features: np.ndarray
    length: np.ndarray
    label: np.ndarray


def draw_beats(label: np.ndarray, per_class: int, seed: int = 0) -> np.ndarray:
    """Return positions of at most `per_class` beats of each class, ascending; label -1 is left out."""
    random = np.random.default_rng(seed)
    chosen = [random.permutation(np.flatnonzero(label == value))[:per_class] for value in np.unique(label[label >= 0])]
    return np.sort(np.concatenate([np.empty(0, np.int64), *chosen]))


def serve_sample(classifier: Classifier, segments: Segments) -> BeatSample:
    """Return labelled segments as the recurrent layer of a served model reads them."""
    served = classifier.predict(segments, with_states=True)
    return BeatSample(served.features, segments.length, segments.label)
