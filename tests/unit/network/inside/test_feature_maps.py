"""The convolutions opened up, against Keras, SciPy and ONNX Runtime."""

import numpy as np
import pytest
from scipy.signal import correlate

from ecgmodel.errors import ConfigError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.feature_maps import BORDERS, convolve, first_padded_places, map_features
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.runs import cut_runs


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("length", [4, 5])
def test_convolve_is_a_correlation(border, length):
    """One channel and one filter are `scipy.signal.correlate` of the same mode."""
    random = np.random.default_rng(0)
    signal, kernel = random.normal(size=50), random.normal(size=length)
    ours = convolve(signal[:, np.newaxis], kernel[:, np.newaxis, np.newaxis], border)[:, 0]
    theirs = correlate(signal, kernel, mode="full")
    zeros = {"full": length - 1, "same": (length - 1) // 2, "valid": 0}[border]
    start = length - 1 - zeros
    np.testing.assert_allclose(ours, theirs[start : start + len(ours)], atol=1e-12)
    assert len(ours) == {"full": 50 + length - 1, "same": 50, "valid": 50 - length + 1}[border]


@pytest.mark.tensorflow
@pytest.mark.parametrize("border", ["same", "valid"])
def test_convolve_is_a_layer_of_keras(border):
    """`keras.layers.Conv1D` pads and slides alike, with several channels and filters."""
    keras = pytest.importorskip("keras")
    random = np.random.default_rng(1)
    signal, kernel = random.normal(size=(30, 3)).astype(np.float32), random.normal(size=(6, 3, 4)).astype(np.float32)
    layer = keras.layers.Conv1D(4, 6, padding=border, use_bias=False)
    layer.build((1, 30, 3))
    layer.set_weights([kernel])
    np.testing.assert_allclose(convolve(signal, kernel, border), np.asarray(layer(signal[np.newaxis]))[0], atol=1e-5)


def test_unknown_border():
    """Another name is refused with the allowed ones."""
    with pytest.raises(ConfigError, match="full, same, valid"):
        convolve(np.zeros((9, 1)), np.zeros((3, 1, 1)), "reflect")


@pytest.mark.parametrize("batch_norm", [False, True])
def test_last_layer_is_what_the_served_model_reads(batch_norm, no_mitdb):
    """The pooled output of the last layer equals the features that ONNX Runtime hands to the recurrent layer."""
    config = NetworkConfig(batch_norm=batch_norm)
    weights = initialise_weights(config, seed=3)
    for name in weights:
        if name.endswith(("/mean", "/beta")):
            weights[name] = np.linspace(-0.2, 0.3, len(weights[name]), dtype=np.float32)
    runs = cut_runs(open_record("simulated-mixed")).take(np.arange(4))
    served = Classifier(Model(config, weights, ModelCard("x", "runs"))).predict(runs, with_states=True)
    for signal, features in zip(runs.signal, served.features, strict=True):
        layers = map_features(config, weights, signal)
        assert [len(layer.output) for layer in layers] == list(config.conv_lengths)
        np.testing.assert_allclose(layers[-1].pooled, features, atol=1e-5)


def test_padding_stays_zero_without_a_bias(no_mitdb):
    """Where a place sees nothing but padding, all three layers are exactly 0; with one bias none of them is."""
    config = NetworkConfig()
    weights = initialise_weights(config, seed=0)
    runs = cut_runs(open_record("simulated-mixed"))
    short = int(runs.length.argmin())
    places = first_padded_places(config, int(runs.length[short]))
    plain = map_features(config, weights, runs.signal[short])
    biased = map_features(config, weights, runs.signal[short], bias=0.1)
    for layer, with_bias, place in zip(plain, biased, places, strict=True):
        assert place < len(layer.pooled) - 10
        assert not layer.pooled[place:].any()
        assert layer.pooled[place - 1 : place].size
        assert with_bias.pooled[place:-10].any()


def test_first_padded_place_is_the_first():
    """A segment of ones reaches exactly the places in front of the first padded one."""
    config = NetworkConfig()
    weights = {name: np.ones(shape, np.float32) for name, shape in config.weight_shapes().items()}
    for length in (300, 301, 407):
        signal = np.zeros((1000, 1), np.float32)
        signal[:length] = 1
        for layer, place in zip(
            map_features(config, weights, signal), first_padded_places(config, length), strict=True
        ):
            assert not layer.pooled[place:].any()
            assert layer.pooled[place - 1].all()
