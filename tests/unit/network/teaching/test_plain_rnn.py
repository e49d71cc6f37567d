"""The plain recurrent unit, against powers, finite differences and Keras."""

import numpy as np
import pytest

from ecgmodel.network.teaching.plain_rnn import impulse, memory_span, run_plain_rnn


@pytest.mark.parametrize("w", [-1.1, 0.5, 0.9, 1.0, 1.2])
def test_without_tanh_everything_is_a_power(w):
    """Without the tanh, state and gradient after an impulse are both w to the power of t."""
    memory = run_plain_rnn(impulse(40), w, linear=True)
    powers = w ** np.arange(40)
    np.testing.assert_allclose(memory.state, powers, rtol=1e-12)
    np.testing.assert_allclose(memory.gradient, powers, rtol=1e-12)


@pytest.mark.parametrize("w", [-0.8, 0.9, 1.3])
def test_gradient_by_finite_differences(w):
    """The gradient is what a small change of h(0) does to every later state."""
    x = np.random.default_rng(0).normal(size=30)

    def states(h):
        found = [h]
        for value in x[1:]:
            found.append(np.tanh(w * found[-1] + value))
        return np.array(found)

    memory = run_plain_rnn(x, w)
    step = 1e-6
    h0 = np.tanh(x[0])
    measured = (states(h0 + step) - states(h0 - step)) / (2 * step)
    np.testing.assert_allclose(memory.gradient, measured, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(memory.state, states(h0), rtol=1e-12)


def test_span():
    """Half of the gradient a step is below 1 % from step 7 on, as 2**-7 = 0.0078; a gradient of 1 never is."""
    assert memory_span(run_plain_rnn(impulse(20), 0.5, linear=True)) == 7
    assert memory_span(run_plain_rnn(impulse(20), 1.0, linear=True)) is None


@pytest.mark.tensorflow
def test_equals_keras():
    """`keras.layers.SimpleRNN` gives the same states."""
    keras = pytest.importorskip("keras")
    x = np.random.default_rng(1).normal(size=25).astype(np.float32)
    layer = keras.layers.SimpleRNN(1, return_sequences=True)
    layer.build((1, 25, 1))
    layer.set_weights([np.array([[0.7]]), np.array([[-1.2]]), np.zeros(1)])
    states = np.asarray(layer(x[np.newaxis, :, np.newaxis]))[0, :, 0]
    np.testing.assert_allclose(run_plain_rnn(x, -1.2, 0.7).state, states, atol=1e-5)
