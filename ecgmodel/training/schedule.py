"""The learning rate over the course of a training, and the moving average of the weights.

Keras has both (`keras.optimizers.schedules.CosineDecay`, `use_ema` of its optimizers), and neither fits. Its average is
of the trained variables alone, so averaged kernels would meet moving statistics of batch normalisation that belong to
other kernels, and it remembers the random start for as long as it remembers anything. Its schedule counts steps, whose
number must be known when the step is compiled; here one compiled step serves folds of different sizes, and a run that
goes on keeps the course that its folder began.
"""

from __future__ import annotations

import math
from typing import Protocol

from ecgmodel.network.build import Weights
from ecgmodel.training.settings import TrainSettings

AVERAGE_EVERY = 10
"""Steps after which the average follows the weights, since reading them out costs time."""


def learning_rate(settings: TrainSettings, progress: float) -> float:
    """Return the learning rate at a point of the training, 0 to 1: a half cosine, with one epoch of warm-up."""
    warm = min(1.0, progress * settings.epochs)
    return settings.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


class _Step(Protocol):
    """What is averaged, see `TrainStep`."""

    counter: object

    def weights(self) -> Weights: ...


class MovingAverage:
    """The exponential moving average of the weights of a training.

    Every array is averaged, the moving statistics of batch normalisation together with the kernels that made them.

    Parameters
    ----------
    weights : Weights
        The weights from which it starts.
    decay : float
        Decay per step, 0 to 1; 0 takes the weights as they are.
    n_steps : int
        Steps of the training so far.
    """

    def __init__(self, weights: Weights, decay: float, n_steps: int = 0) -> None:
        self.weights = weights
        self._decay = decay
        self._at = n_steps

    def follow(self, step: _Step, *, at_once: bool = False) -> None:
        """Follow the weights of `step`; between every `AVERAGE_EVERY` steps only where it must be `at_once`."""
        now = int(step.counter.numpy())
        if not at_once and (self._decay == 0 or now % AVERAGE_EVERY):
            return
        # Early on the average follows quickly, or it would remember the random start. It decays once for each step that
        # was taken since it last followed, however short an epoch is.
        kept = min(self._decay, (1 + now) / (10 + now)) ** (now - self._at)
        self._at = now
        self.weights = {name: kept * self.weights[name] + (1 - kept) * value for name, value in step.weights().items()}
