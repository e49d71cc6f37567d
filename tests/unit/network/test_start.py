"""The weights with which training starts."""

import numpy as np
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_units_start_with_memories_up_to_the_longest(cell: str) -> None:
    """Keras' own cell, fed nothing: each unit's state decays within its time, and the times spread."""
    from keras import layers

    units, longest = 200, 131
    config = NetworkConfig(cell=cell, units=units)
    bias = initialise_weights(config, seed=0, chrono_max_steps=longest)[f"{cell}/bias"]
    layer = layers.GRU(units, reset_after=False) if cell == "gru" else layers.LSTM(units)
    layer.build((1, 1, 1))
    kernel, recurrent = (np.zeros_like(value) for value in layer.get_weights()[:2])
    layer.set_weights([kernel, recurrent, bias])
    state = np.ones((1, units), np.float32)
    if cell == "gru":
        left = np.asarray(layer.cell(np.zeros((1, 1), np.float32), [state])[0])[0]
    else:
        left = np.asarray(layer.cell(np.zeros((1, 1), np.float32), [np.zeros_like(state), state])[1][1])[0]
    times = 1 / (1 - left)
    assert 2 <= times.min() < 10
    assert 120 < times.max() <= longest
    assert np.median(times) == pytest.approx((2 + longest) / 2, rel=0.15)


def test_without_a_longest_memory_keras_start_is_kept() -> None:
    """Zero biases, ones for the forget gate."""
    assert not initialise_weights(NetworkConfig(), seed=0)["gru/bias"].any()
    bias = initialise_weights(NetworkConfig(cell="lstm"), seed=0)["lstm/bias"].reshape(4, -1)
    assert (bias == np.array([[0], [1], [0], [0]])).all()
