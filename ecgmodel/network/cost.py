"""What a recurrent layer costs: its weights block by block, and the time that serving takes on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ecgmodel.network.config import GATES, NetworkConfig
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments


@dataclass(frozen=True, slots=True)
class GateWeights:
    """The numbers that training adapts for one gate.

    Attributes
    ----------
    gate : str
        As Keras names it, see `config.GATES`.
    inputs : int
        Features times units.
    recurrent : int
        Units times units.
    bias : int
        Units.
    """

    gate: str
    inputs: int
    recurrent: int
    bias: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.inputs + self.recurrent + self.bias


def count_gate_weights(config: NetworkConfig) -> tuple[GateWeights, ...]:
    """Return the weights of the recurrent layer, gate by gate."""
    return tuple(
        GateWeights(gate, config.filters[-1] * config.units, config.units**2, config.units)
        for gate in GATES[config.cell]
    )


def count_recurrent_multiply_adds(config: NetworkConfig) -> int:
    """Return the multiply-adds of the recurrent layer for one segment."""
    return config.n_steps * sum(gate.inputs + gate.recurrent for gate in count_gate_weights(config))


def time_serving(
    classifiers: Mapping[str, Classifier],
    segments: Segments,
    repeats: int = 9,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, tuple[float, ...]]:
    """Measure how long each classifier takes for the same segments.

    The classifiers take turns, so that other work of the machine slows them all alike; one turn before the first warms
    them up.

    Parameters
    ----------
    classifiers : mapping of str to Classifier
    segments : Segments
    repeats : int
        Turns that count.
    clock : callable
        Returns seconds.

    Returns
    -------
    dict of str to tuple of float
        Seconds of each turn.
    """
    taken: dict[str, list[float]] = {name: [] for name in classifiers}
    for turn in range(repeats + 1):
        for name, classifier in classifiers.items():
            before = clock()
            classifier.predict(segments)
            if turn > 0:
                taken[name].append(clock() - before)
    return {name: tuple(seconds) for name, seconds in taken.items()}


def median_ms(seconds: tuple[float, ...]) -> float:
    """Return the median of some times, in milliseconds."""
    return float(np.median(seconds)) * 1000
