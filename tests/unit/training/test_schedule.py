"""The learning rate over a training, and the moving average of its weights."""

from types import SimpleNamespace

import numpy as np
import pytest

from ecgmodel.training.schedule import MovingAverage, learning_rate
from ecgmodel.training.settings import TrainSettings


def step_at(number: int, value: float) -> SimpleNamespace:
    """Return what stands for a step: its counter, and one weight."""
    return SimpleNamespace(
        counter=SimpleNamespace(numpy=lambda: number), weights=lambda: {"output/bias": np.array([value])}
    )


@pytest.mark.parametrize("epoch", [4, 10, 13, 250])
def test_the_average_decays_once_a_step_however_short_an_epoch_is(epoch: int) -> None:
    """Against weights that jump from 0 to 1 and stay: after n steps of decay d they are averaged to 1 - d ** n."""
    begin, decay = 5_000, 0.99
    average = MovingAverage({"output/bias": np.zeros(1)}, decay, begin)
    for n in range(1, 2 * epoch + 1):
        average.follow(step_at(begin + n, 1.0), at_once=n % epoch == 0)
        if n % epoch == 0:
            assert average.weights["output/bias"][0] == pytest.approx(1 - decay**n)


def test_early_on_the_average_follows_quickly() -> None:
    """Twenty steps after the random start less than 1 % of it is left, at a decay that alone would leave 96 %."""
    average = MovingAverage({"output/bias": np.ones(1)}, 0.998)
    for n in range(1, 21):
        average.follow(step_at(n, 0.0))
    assert 0 < average.weights["output/bias"][0] < 0.01


def test_without_decay_the_last_weights_are_kept() -> None:
    """As they are at the end of the epoch."""
    average = MovingAverage({"output/bias": np.zeros(1)}, 0.0)
    for n in range(1, 6):
        average.follow(step_at(n, float(n)), at_once=n == 5)
    assert average.weights["output/bias"][0] == 5


def test_the_rate_climbs_for_one_epoch_and_falls_to_a_hundredth_as_a_half_cosine() -> None:
    """At points whose cosine is known by heart."""
    settings = TrainSettings(epochs=10, learning_rate=1.0)
    assert learning_rate(settings, 0.0) == 0
    assert learning_rate(settings, 0.5) == pytest.approx(0.01 + 0.99 / 2)
    assert learning_rate(settings, 1.0) == pytest.approx(0.01)
    rates = [learning_rate(settings, part) for part in np.linspace(0, 1, 101)]
    assert np.argmax(rates) == 10
