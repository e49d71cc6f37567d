"""The served graph against Keras, layer weights, states and probabilities."""

import numpy as np
import pytest

from ecgmodel.network.build import build_network, get_weights, set_weights
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments

pytestmark = pytest.mark.tensorflow


def test_probabilities_and_states_agree(case, segments: Segments) -> None:
    """To 1e-5, for every member of the family, at every step."""
    network = build_network(case.config)
    set_weights(network, case.config, case.weights)
    expected = network.predict({"signal": segments.signal, "length": segments.length}, verbose=0)
    classifier = Classifier(Model(case.config, case.weights, ModelCard("x", "runs")))
    served = classifier.predict(segments, with_states=True)
    np.testing.assert_allclose(served.probabilities, expected["probabilities"], atol=1e-5)
    np.testing.assert_allclose(served.states, expected["states"], atol=1e-5)
    alone = classifier.predict(segments)  # by a graph of its own
    np.testing.assert_allclose(alone.probabilities, expected["probabilities"], atol=1e-5)


def test_the_weights_survive_keras(case) -> None:
    """`get_weights` undoes `set_weights`, and Keras counts as many as we do."""
    network = build_network(case.config)
    set_weights(network, case.config, case.weights)
    for name, value in get_weights(network, case.config).items():
        np.testing.assert_array_equal(value, case.weights[name])
    trainable = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)
    assert trainable == case.config.n_weights()


def test_the_states_are_those_of_a_lone_keras_layer(case, segments: Segments) -> None:
    """`keras.layers.GRU` or `LSTM` by itself, fed with features that Keras computes."""
    import keras

    config = case.config
    network = build_network(config)
    set_weights(network, config, case.weights)
    layer = network.get_layer(config.cell)
    features = keras.Model(network.inputs, layer.input)
    fed = features.predict({"signal": segments.signal, "length": segments.length}, verbose=0)
    kind = keras.layers.GRU if config.cell == "gru" else keras.layers.LSTM
    lone = kind(config.units, return_sequences=True, **({"reset_after": False} if config.cell == "gru" else {}))
    lone.build(fed.shape)
    lone.set_weights([case.weights[f"{config.cell}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")])
    served = Classifier(Model(config, case.weights, ModelCard("x", "runs"))).predict(segments, with_states=True)
    np.testing.assert_allclose(served.states, np.asarray(lone(fed)), atol=1e-5)


def test_step_t_depends_on_samples_8t_minus_53_to_8t_plus_7_alone(case) -> None:
    """A change of one sample moves the features of exactly the steps that see it."""
    import keras

    config = case.config
    network = build_network(config)
    set_weights(network, config, case.weights)
    features = keras.Model(network.inputs, network.get_layer(config.cell).input)
    random = np.random.default_rng(0)
    signal = random.standard_normal((1, config.n_samples, config.n_channels)).astype(np.float32)
    length = np.array([config.n_samples], np.int32)
    before = features.predict({"signal": signal, "length": length}, verbose=0)
    for sample in (0, 400, 999):
        changed = signal.copy()
        changed[0, sample] += 30
        after = features.predict({"signal": changed, "length": length}, verbose=0)
        moved = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
        first, last = config.step_samples(np.arange(config.n_steps))
        may = np.flatnonzero((first <= sample) & (sample <= last))
        assert set(moved) <= set(may)
        assert len(moved) >= len(may) // 2


def test_the_padding_stays_zero_without_a_bias() -> None:
    """Through all three convolutions of the paper's network."""
    import keras

    from tests.unit.network.conftest import CONFIGS, make_segments

    config = CONFIGS["paper-gru"]
    network = build_network(config)
    features = keras.Model(network.inputs, network.get_layer("gru").input)
    segments = make_segments(config)
    fed = features.predict({"signal": segments.signal, "length": segments.length}, verbose=0)
    for row in range(len(segments)):
        behind = int(config.last_real_step(segments.length[row])) + 1
        assert not fed[row, behind:].any()
        assert fed[row, :behind].any() or segments.length[row] == 1
