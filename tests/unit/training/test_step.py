"""The compiled step against Keras: values, gradients, Adam."""

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.network.build import build_network, get_weights, initialise_weights, set_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.training.recurrence import run_gru, run_lstm
from ecgmodel.training.step import TrainStep, forward
from tests.unit.network.conftest import CONFIGS, make_segments

pytestmark = pytest.mark.tensorflow

NARROW = NetworkConfig(filters=(3, 4), kernels=(7, 5), units=5, dense=(6,), dropout=0.0, n_samples=300)
"""Small, so that it is soon compiled."""


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_recurrence_is_that_of_the_keras_layer(cell: str) -> None:
    """All states, and the gradients of a loss that reads every one of them."""
    import keras
    import tensorflow as tf

    random = np.random.default_rng(0)
    units, features = 7, 3
    x = tf.constant(random.standard_normal((5, 23, features)), tf.float32)
    kind, options = (keras.layers.GRU, {"reset_after": False}) if cell == "gru" else (keras.layers.LSTM, {})
    layer = kind(units, return_sequences=True, bias_initializer="uniform", **options)
    layer.build(x.shape)
    mix = tf.constant(random.standard_normal((5, 23, units)), tf.float32)
    with tf.GradientTape() as tape:
        expected = layer(x)
        loss = tf.reduce_sum(expected * mix)
    expected_gradients = tape.gradient(loss, layer.trainable_variables)
    kernel, recurrent_kernel, bias = (tf.Variable(value) for value in layer.get_weights())
    run = run_gru if cell == "gru" else run_lstm
    with tf.GradientTape() as tape:
        states = run(tf.tensordot(tf.transpose(x, (1, 0, 2)), kernel, 1) + bias, tf.convert_to_tensor(recurrent_kernel))
        loss = tf.reduce_sum(tf.transpose(states, (1, 0, 2)) * mix)
    np.testing.assert_allclose(tf.transpose(states, (1, 0, 2)), expected, atol=1e-5)
    for ours, theirs in zip(tape.gradient(loss, [kernel, recurrent_kernel, bias]), expected_gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_forward_pass_is_that_of_keras(name: str) -> None:
    """Logits whose softmax is what the Keras model says."""
    import tensorflow as tf

    config = CONFIGS[name]
    weights = initialise_weights(config, 1)
    segments = make_segments(config, 16)
    network = build_network(config)
    set_weights(network, config, weights)
    expected = network.predict({"signal": segments.signal, "length": segments.length}, verbose=0)["probabilities"]
    variables = {key: tf.Variable(value) for key, value in weights.items()}
    logits = forward(config, variables, tf.constant(segments.signal), tf.constant(segments.length))
    np.testing.assert_allclose(tf.nn.softmax(logits), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["paper-gru", "normalised"])
def test_a_shorter_bucket_changes_nothing(name: str) -> None:
    """What `bucket_lengths` allows: as long as the signal and one receptive field."""
    import tensorflow as tf

    config = CONFIGS[name]
    segments = make_segments(config, 16)
    short = segments.take(segments.length <= 500)
    variables = {key: tf.Variable(value) for key, value in initialise_weights(config, 1).items()}
    whole = forward(config, variables, tf.constant(short.signal), tf.constant(short.length))
    bucket = forward(config, variables, tf.constant(short.signal[:, :576]), tf.constant(short.length))
    np.testing.assert_allclose(whole, bucket, atol=1e-5)


@pytest.mark.parametrize("jit_compile", [True, False])
def test_steps_are_those_of_keras_adamw(jit_compile: bool) -> None:
    """With decay on kernels and the norm of all gradients clipped; without dropout, on the same batches.

    The batches differ in the size of their gradients, which alone would not matter to Adam, so clipping shows.
    """
    import keras
    import tensorflow as tf

    config = NARROW
    weights = initialise_weights(config, 2)
    segments = make_segments(config, 8)
    inputs = {"signal": segments.signal, "length": segments.length}
    step = TrainStep(config, weights, weight_decay=0.1, clip_norm=0.05, jit_compile=jit_compile)
    network = build_network(config)
    set_weights(network, config, weights)
    adamw = keras.optimizers.AdamW(1e-2, weight_decay=0.1, global_clipnorm=0.05, epsilon=1e-7)
    adamw.exclude_from_weight_decay(var_names=["bias"])
    losses, norms = [], []
    for n_counted in (8, 1, 8, 2):
        weight = (np.arange(8) < n_counted).astype(np.float32)
        ours = step(segments.signal, segments.length, segments.label, weight, 1e-2)
        with tf.GradientTape() as tape:
            output = network(inputs, training=True)["probabilities"][:n_counted]
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(segments.label[:n_counted], output))
        gradients = tape.gradient(loss, network.trainable_variables)
        adamw.apply(gradients, network.trainable_variables)
        losses.append((ours.loss / n_counted, float(loss)))
        grouped = dict(zip([id(variable) for variable in network.trainable_variables], gradients, strict=True))
        for layer in network.layers:
            if layer.trainable_variables:
                expected = tf.linalg.global_norm([grouped[id(variable)] for variable in layer.trainable_variables])
                assert ours.gradient_norms[layer.name] == pytest.approx(float(expected), rel=2e-3, abs=1e-6)
        norms.append(float(tf.linalg.global_norm(gradients)))
    assert max(norms) > 0.05, "nothing was clipped"
    np.testing.assert_allclose(*zip(*losses, strict=True), atol=2e-4)
    trained, expected = step.weights(), get_weights(network, config)
    for name, value in expected.items():
        np.testing.assert_allclose(trained[name], value, atol=2e-4, err_msg=name)


def test_moving_statistics_are_those_of_the_batch_without_its_padding() -> None:
    """By numpy, over the first convolution's outputs that see the signal."""
    config = CONFIGS["normalised"]
    weights = initialise_weights(config, 3)
    segments = make_segments(config, 6)
    step = TrainStep(config, weights, jit_compile=False)
    step(segments.signal, segments.length, segments.label, np.ones(6, np.float32), 1e-3)
    kernel = weights["conv1/kernel"][:, 0]
    outputs = []
    for signal, length in zip(segments.signal[..., 0], segments.length, strict=True):
        # Keras' convolution slides without turning the kernel round; numpy's turns it.
        full = np.stack([np.convolve(signal[:length], column[::-1]) for column in kernel.T], axis=1)
        outputs.append(full)
    outputs = np.concatenate(outputs)
    moved = step.weights()
    np.testing.assert_allclose(moved["norm1/mean"], 0.01 * outputs.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(moved["norm1/variance"], 0.99 + 0.01 * outputs.var(axis=0), rtol=1e-3)


def test_segments_of_weight_zero_do_not_count() -> None:
    """They only fill the batch."""
    segments = make_segments(NARROW, 8)
    weight = np.array([1, 1, 1, 1, 0, 0, 0, 0], np.float32)
    label = segments.label.copy()
    results = []
    step = TrainStep(NARROW, initialise_weights(NARROW, 2), jit_compile=False)
    for changed in (0, 1):
        label[4:] = changed
        step.restart(initialise_weights(NARROW, 2))
        result = step(segments.signal, segments.length, label, weight, 1e-2)
        results.append((result.loss, result.n_correct, step.weights()["output/bias"]))
    assert results[0][:2] == results[1][:2]
    np.testing.assert_array_equal(results[0][2], results[1][2])


@pytest.mark.parametrize("jit_compile", [True, False])
def test_a_restored_step_goes_on_as_if_it_had_never_stopped(jit_compile: bool) -> None:
    """Weights, moments, dropout."""
    config = replace(NARROW, dropout=0.5)
    segments = make_segments(config, 8)
    batch = (segments.signal, segments.length, segments.label, np.ones(8, np.float32), 1e-2)
    step = TrainStep(config, initialise_weights(config, 2), seed=9, jit_compile=jit_compile)
    step(*batch)
    state = step.state()
    result, weights = step(*batch), step.weights()
    # What was compiled stays, and nothing else does.
    step.restart(initialise_weights(config, 7))
    step.restore(state)
    assert step(*batch) == result
    for name, value in step.weights().items():
        np.testing.assert_array_equal(value, weights[name])


def test_a_checkpoint_of_the_former_optimizer_goes_on() -> None:
    """Its names are those of today, and its moments count: by the equations of Adam, with a gradient of zero."""
    config = NARROW
    weights, n_steps, rate = initialise_weights(config, 2), 41, 1e-2
    moments = {f"adam/m/{name}": np.full_like(value, 0.3) for name, value in weights.items()}
    moments |= {f"adam/v/{name}": np.full_like(value, 0.5) for name, value in weights.items()}
    step = TrainStep(config, initialise_weights(config, 3), jit_compile=False)
    step.restore(weights | moments | {"adam/step": np.array(n_steps, np.int32)})
    segments = make_segments(config, 4)
    step(segments.signal, segments.length, segments.label, np.zeros(4, np.float32), rate)
    m, v, t = 0.9 * 0.3, 0.999 * 0.5, n_steps + 1
    moved = rate * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t))
    for name, value in step.weights().items():
        np.testing.assert_allclose(value, weights[name] - moved, atol=1e-6)
    assert step.state()["adam/step"] == t
    assert step.state().keys() == weights.keys() | moments.keys() | {"adam/step"}
