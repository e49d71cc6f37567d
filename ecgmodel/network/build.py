"""The network in Keras: what training is checked against, and what `.keras` exports hold.

TensorFlow is imported inside the functions, so that importing this module costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.network.config import BATCH_NORM_EPSILON, GATES, POOL, NetworkConfig

if TYPE_CHECKING:
    import keras

Weights = dict[str, np.ndarray]
"""Arrays by the names of `NetworkConfig.weight_shapes`, float32."""

_KERAS_NAMES = {"mean": "moving_mean", "variance": "moving_variance"}


def initialise_weights(config: NetworkConfig, seed: int, chrono_max_steps: int = 0) -> Weights:
    """Draw the weights with which training starts.

    Convolutions and dense layers start as in Keras: kernels Glorot-uniform, biases zero. The recurrent layer starts
    gate by gate, where Keras draws the kernels of all gates as one wide matrix: each gate's input kernel is
    Glorot-uniform by its own fans, so that the paper's GRU starts within +-0.48 (Keras: +-0.30), and each gate's
    recurrent kernel is orthogonal, so that the wide one has the singular values sqrt(3) in a GRU and 2 in an LSTM
    (Keras: 1). Biases are zero but for the LSTM's forget gate, which starts at one, as in Keras (Jozefowicz et al.
    2015).

    Parameters
    ----------
    config : NetworkConfig
    seed : int
    chrono_max_steps : int
        Longest time, in steps, for which a unit keeps its state at the start. The bias of the gate that keeps it is
        then drawn so that the units' times spread from 2 to this ("chrono initialisation", Tallec & Ollivier 2018,
        arXiv 1804.11188). 0 leaves the biases as above.
    """
    random = np.random.default_rng(seed)
    weights: Weights = {}
    for name, shape in config.weight_shapes().items():
        kind = name.split("/")[1]
        if kind == "recurrent_kernel":
            value = np.concatenate([_draw_orthogonal(random, config.units) for _ in GATES[config.cell]], axis=1)
        elif kind == "kernel":
            fan_in, fan_out = np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]
            if name == f"{config.cell}/kernel":
                fan_out = config.units
            limit = np.sqrt(6 / (fan_in + fan_out))
            value = random.uniform(-limit, limit, shape)
        else:
            value = np.ones(shape) if kind in ("gamma", "variance") else np.zeros(shape)
            if name == "lstm/bias":
                forget = GATES["lstm"].index("f")
                value[forget * config.units : (forget + 1) * config.units] = 1
        weights[name] = value.astype(np.float32)
    if chrono_max_steps:
        times = random.uniform(2, max(chrono_max_steps, 2), config.units)
        _spread_memories(config, weights[f"{config.cell}/bias"], np.log(times - 1))
    return weights


def _draw_orthogonal(random: np.random.Generator, n: int) -> np.ndarray:
    """Return an orthogonal matrix (n, n), each as likely as any other."""
    q, r = np.linalg.qr(random.standard_normal((n, n)))
    # Without it the signs would be those that the QR algorithm prefers (Mezzadri 2007, arXiv math-ph/0609050).
    return q * np.sign(np.diag(r))


def _spread_memories(config: NetworkConfig, bias: np.ndarray, keep: np.ndarray) -> None:
    """Write to the recurrent layer's bias what makes each unit's gates keep its state by sigmoid(`keep`)."""
    gates = bias.reshape(-1, config.units)
    if config.cell == "lstm":
        gates[GATES["lstm"].index("f")] = keep
        gates[GATES["lstm"].index("i")] = -keep
    else:
        gates[GATES["gru"].index("z")] = keep  # Keras' z keeps the old state


def build_network(config: NetworkConfig) -> keras.Model:
    """Return the Keras model, with all hidden states as a second output.

    Returns
    -------
    keras.Model
        From `signal` (n, n_samples, n_channels) and `length` (n,) to `probabilities` (n, 5) and `states`
        (n, n_steps, units).
    """
    import keras
    from keras import layers, ops

    signal = keras.Input((config.n_samples, config.n_channels), name="signal")
    length = keras.Input((), dtype="int32", name="length")
    x = signal
    for index, (count, kernel) in enumerate(zip(config.filters, config.kernels, strict=True), start=1):
        x = layers.ZeroPadding1D(kernel - 1)(x)
        x = layers.Conv1D(count, kernel, use_bias=False, name=f"conv{index}")(x)  # (n, length + kernel - 1, count)
        if config.batch_norm:
            x = layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"norm{index}")(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling1D(POOL)(x)
    if config.cell == "gru":
        cell = layers.GRU(config.units, return_sequences=True, reset_after=False, name="gru")
    else:
        cell = layers.LSTM(config.units, return_sequences=True, name="lstm")
    states = cell(x)  # (n, n_steps, units)
    if config.readout == "last":
        x = states[:, -1]  # (n, units)
    else:
        behind = config.receptive_field - config.step_stride
        step = ops.clip((length - 1 + behind) // config.step_stride, 0, config.n_steps - 1)
        x = ops.take_along_axis(states, ops.reshape(step, (-1, 1, 1)), axis=1)  # (n, 1, units)
        x = layers.Reshape((config.units,))(x)
    for index, count in enumerate(config.dense, start=1):
        x = layers.Dense(count, activation="relu", name=f"dense{index}")(x)
        x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(config.n_classes, activation="softmax", name="output")(x)
    return keras.Model({"signal": signal, "length": length}, {"probabilities": x, "states": states})


def set_weights(network: keras.Model, config: NetworkConfig, weights: Weights) -> None:
    """Put `weights` into a model of `build_network`."""
    for name in config.weight_shapes():
        layer, kind = name.split("/")
        variables = {variable.name: variable for variable in network.get_layer(layer).weights}
        variables[_KERAS_NAMES.get(kind, kind)].assign(weights[name])


def get_weights(network: keras.Model, config: NetworkConfig) -> Weights:
    """Return the weights of a model of `build_network`."""
    weights = {}
    for name in config.weight_shapes():
        layer, kind = name.split("/")
        variables = {variable.name: variable for variable in network.get_layer(layer).weights}
        weights[name] = np.asarray(variables[_KERAS_NAMES.get(kind, kind)])
    return weights
