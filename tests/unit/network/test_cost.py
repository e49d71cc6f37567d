"""What a recurrent layer costs."""

import numpy as np
import pytest

from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.cost import count_gate_weights, count_recurrent_multiply_adds, median_ms, time_serving


@pytest.mark.parametrize(("cell", "total"), [("gru", 1620), ("lstm", 2160)])
def test_weights_of_the_course(cell, total):
    """Three blocks of 540 make the GRU's 1,620 weights, four the LSTM's 2,160."""
    gates = count_gate_weights(NetworkConfig(cell=cell))
    assert [gate.total for gate in gates] == [540] * len(gates)
    assert sum(gate.total for gate in gates) == total


@pytest.mark.tensorflow
@pytest.mark.parametrize("config", [NetworkConfig(), NetworkConfig(cell="lstm", filters=(3, 6, 9), units=7)])
def test_weights_are_those_of_keras(config):
    """`layer.count_params()` of Keras says the same."""
    keras = pytest.importorskip("keras")
    options = {"reset_after": False} if config.cell == "gru" else {}
    layer = getattr(keras.layers, config.cell.upper())(config.units, **options)
    layer.build((1, config.n_steps, config.filters[-1]))
    assert sum(gate.total for gate in count_gate_weights(config)) == layer.count_params()


def test_multiply_adds():
    """By hand: 131 steps of three gates with (6 + 20) times 20 products."""
    assert count_recurrent_multiply_adds(NetworkConfig()) == 131 * 3 * 26 * 20


def test_timing_takes_turns():
    """Every classifier has its turn in each round, the first round does not count."""
    calls = []

    class Pretended:
        def __init__(self, name, seconds):
            self.name, self.seconds = name, seconds

        def predict(self, segments):
            calls.append(self.name)
            now[0] += self.seconds

    now = [0.0]
    taken = time_serving({"a": Pretended("a", 1.0), "b": Pretended("b", 2.0)}, None, repeats=3, clock=lambda: now[0])
    assert calls == ["a", "b"] * 4
    assert taken == {"a": (1.0,) * 3, "b": (2.0,) * 3}
    assert median_ms(taken["b"]) == pytest.approx(2000)
    assert np.isfinite(median_ms((0.1, 9.0, 0.2)))
