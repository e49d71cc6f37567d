"""What the served graph computes, beside numpy."""

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
    random = np.random.default_rng(0)
    weights = {
        name: random.standard_normal(value.shape, dtype=np.float32)
        for name, value in initialise_weights(config, seed=0).items()
    }
    signal = random.standard_normal((3, n_samples, 2), dtype=np.float32)
    session = onnxruntime.InferenceSession(build_graph(config, weights, for_serving=True).SerializeToString())
    fed = {"signal": signal.transpose(0, 2, 1), "length": np.full(3, n_samples)}
    served = session.run(["features"], fed)[0]
    kernel = weights["conv1/kernel"]  # (length, 2, filters)
    whole = np.pad(signal, ((0, 0), (length - 1, length - 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(whole, length, axis=1)  # (3, n_places, 2, length)
    convolved = np.maximum(np.einsum("npcl,lcf->npf", windows, kernel), 0)
    pairs = convolved[:, : convolved.shape[1] // 2 * 2].reshape(3, -1, 2, n_filters)
    np.testing.assert_allclose(served, pairs.max(axis=2), atol=1e-5)
