"""The weights with which training starts."""

import numpy as np
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig

pytestmark = pytest.mark.tensorflow


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


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_every_kernel_starts_as_one_of_keras_initialisers(cell: str) -> None:
    """Bounds and spread over 40 starts are those of Keras' draws; of the recurrent layer's kernels, gate by gate."""
    import keras

    config = NetworkConfig(cell=cell)
    starts = [initialise_weights(config, seed) for seed in range(40)]
    n_gates = {"gru": 3, "lstm": 4}[cell]
    for name, shape in config.weight_shapes().items():
        if not name.endswith("/kernel"):
            continue
        ours = np.stack([start[name] for start in starts])
        if name == f"{cell}/kernel":
            shape = (shape[0], shape[1] // n_gates)
        draws = np.stack([keras.initializers.GlorotUniform(seed)(shape) for seed in range(40)])
        assert np.abs(ours).max() == pytest.approx(np.abs(draws).max(), rel=0.03), name
        assert ours.std() == pytest.approx(draws.std(), rel=0.06), name


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_recurrent_kernels_are_orthogonal_gate_by_gate_and_lean_nowhere(cell: str) -> None:
    """As blocks that `keras.initializers.Orthogonal` draws: also the signs of their diagonals are even."""
    import keras

    n_gates = {"gru": 3, "lstm": 4}[cell]
    blocks = []
    for seed in range(40):
        kernel = initialise_weights(NetworkConfig(cell=cell), seed)[f"{cell}/recurrent_kernel"]
        blocks += np.split(kernel, n_gates, axis=1)
        assert np.linalg.svd(kernel, compute_uv=False) == pytest.approx(np.sqrt(n_gates), abs=1e-5)
    draws = [np.asarray(keras.initializers.Orthogonal(seed=seed)((20, 20))) for seed in range(40)]
    for drawn in (np.stack(blocks), np.stack(draws)):
        np.testing.assert_allclose(drawn @ drawn.swapaxes(1, 2), np.broadcast_to(np.eye(20), drawn.shape), atol=1e-5)
        diagonal = np.diagonal(drawn, axis1=1, axis2=2)
        # 800 signs or more: six standard errors of a fair coin are 0.1.
        assert (diagonal < 0).mean() == pytest.approx(0.5, abs=0.11)
        assert (diagonal[:, 0] < 0).mean() == pytest.approx(0.5, abs=0.3)
