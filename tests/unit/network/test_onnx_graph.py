"""The graph that serves beside the one with a node a layer, which `test_agrees_with_keras` holds to Keras."""

import numpy as np
import onnxruntime
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.onnx_graph import build_graph


@pytest.mark.parametrize("n_filters", [3, 8, 12, 17, 24])
@pytest.mark.parametrize(("n_samples", "length"), [(40, 5), (41, 5), (40, 4), (41, 4), (40, 1), (41, 1)])
def test_neighbours_side_by_side_are_the_pooled_convolution(n_filters: int, n_samples: int, length: int) -> None:
    """Of filters that fill a vector or not, kernels and signals of even and odd length, of a single sample too."""
    config = NetworkConfig(filters=(n_filters,), kernels=(length,), n_samples=n_samples, n_channels=2, units=4)
    _check_same(config, np.full(3, n_samples))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("readout", ["last", "last_real"])
def test_the_loop_over_steps_is_the_layer(cell: str, readout: str) -> None:
    """Whichever state is read, of segments of every length, and of one alone."""
    config = NetworkConfig(cell=cell, readout=readout, batch_norm=True, n_samples=203)
    _check_same(config, np.array([1, 17, 120, 202, 203]))
    _check_same(config, np.array([90]))


def _check_same(config: NetworkConfig, length: np.ndarray) -> None:
    random = np.random.default_rng(0)
    weights = initialise_weights(config, seed=0)
    for name, value in weights.items():
        if not name.endswith("variance"):
            weights[name] = value + 0.3 * random.standard_normal(value.shape, dtype=np.float32)
    signal = random.standard_normal((len(length), config.n_samples, config.n_channels), dtype=np.float32)
    served, plain = (
        onnxruntime.InferenceSession(build_graph(config, weights, for_serving=serving).SerializeToString()).run(
            ["probabilities"], {"signal": signal.transpose(0, 2, 1) if serving else signal, "length": length}
        )[0]
        for serving in (True, False)
    )
    assert served.shape == (len(length), config.n_classes)
    if len(length) > 1:
        assert np.ptp(plain, axis=0).max() > 0.001  # the answer hangs on the signal
    np.testing.assert_allclose(served, plain, atol=2e-6)
