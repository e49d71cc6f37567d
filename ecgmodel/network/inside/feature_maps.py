"""What the convolutions make of a segment: each layer's feature maps before and after pooling, in NumPy.

ONNX Runtime serves only what the recurrent layer reads. Here every layer in between is open, and so are two questions
of the course: which zeros stand around the signal ("full", "same", "valid"), and what a bias does to the padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.network.build import Weights
from ecgmodel.network.config import BATCH_NORM_EPSILON, POOL, NetworkConfig
from ecgmodel.network.model_file import Model

Border = Literal["full", "same", "valid"]
BORDERS: tuple[Border, ...] = ("full", "same", "valid")


@dataclass(frozen=True, slots=True, eq=False)
class ConvLayer:
    """One convolution with its ReLU and its pooling.

    Attributes
    ----------
    total : ndarray of shape (n_samples, n_filters), float32
        The sums of products, with the bias and the batch normalisation where there are any, before the ReLU.
    output : ndarray of shape (n_samples, n_filters), float32
        After the ReLU.
    pooled : ndarray of shape (n_samples // 2, n_filters), float32
        The larger of each two.
    """

    total: np.ndarray
    output: np.ndarray
    pooled: np.ndarray


def border_zeros(kernel_length: int, border: Border) -> tuple[int, int]:
    """Return how many zeros stand before and behind the signal.

    "full" lets the kernel reach every sample with every weight, "same" keeps the length (an odd zero goes behind, as in
    Keras), "valid" adds none.
    """
    if border not in BORDERS:
        raise ConfigError(
            "The {name} is {value!r}. Choose one of {allowed}.", name="border", value=border, allowed=", ".join(BORDERS)
        )
    both = {"full": 2 * (kernel_length - 1), "same": kernel_length - 1, "valid": 0}[border]
    return both // 2, both - both // 2


def convolve(signal: np.ndarray, kernel: np.ndarray, border: Border = "full") -> np.ndarray:
    """Slide kernels over a signal, as a convolution layer does: the kernel is not turned round.

    Parameters
    ----------
    signal : ndarray of shape (n_samples, n_channels)
    kernel : ndarray of shape (length, n_channels, n_filters)
    border : {"full", "same", "valid"}

    Returns
    -------
    ndarray of shape (n_out, n_filters)
        n_out is n + k - 1, n, or n - k + 1.
    """
    padded = np.pad(signal, (border_zeros(len(kernel), border), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)  # (n_out, n_channels, length)
    return np.einsum("tck,kcf->tf", windows, kernel)


def norm_scale(weights: Weights, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what the batch normalisation of layer `index` (from 1) multiplies by and adds, each (n_filters,)."""
    gamma, beta, mean, variance = (weights[f"norm{index}/{name}"] for name in ("gamma", "beta", "mean", "variance"))
    scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
    return scale, beta - mean * scale


def map_features(
    config: NetworkConfig, weights: Weights, signal: np.ndarray, bias: float = 0.0
) -> tuple[ConvLayer, ...]:
    """Return every convolution layer of a network for one segment.

    Parameters
    ----------
    config : NetworkConfig
    weights : dict of str to ndarray
        By the names of `NetworkConfig.weight_shapes`.
    signal : ndarray of shape (n_samples, n_channels)
    bias : float
        Added to every sum of every convolution, which the network itself does not do: what one bias would change.
    """
    layers = []
    x = signal
    for index in range(1, len(config.kernels) + 1):
        total = convolve(x, weights[f"conv{index}/kernel"]) + np.float32(bias)
        if config.batch_norm:
            scale, shift = norm_scale(weights, index)
            total = total * scale + shift
        total = total.astype(np.float32)
        output = np.maximum(total, 0)
        even = len(output) // POOL * POOL
        pooled = output[:even].reshape(-1, POOL, output.shape[1]).max(axis=1)
        layers.append(ConvLayer(total, output, pooled))
        x = pooled
    return tuple(layers)


def first_padded_places(config: NetworkConfig, length: int) -> tuple[int, ...]:
    """Return, for the pooled output of each layer, the first place that sees nothing but the padding."""
    places, behind = [], 0
    stride = 1
    for kernel in config.kernels:
        behind += (kernel - 1) * stride  # samples of the segment before the newest that one place sees
        stride *= POOL
        places.append(-(-(length + behind) // stride))
    return tuple(places)


def read_dense(model: Model, state: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return what each ReLU layer behind the recurrent one makes of a hidden state of shape (units,)."""
    outputs, x = [], state
    for index in range(1, len(model.config.dense) + 1):
        x = np.maximum(x @ model.weights[f"dense{index}/kernel"] + model.weights[f"dense{index}/bias"], 0)
        outputs.append(x)
    return tuple(outputs)
