"""One step of training: the whole network forward, its loss, its gradients and AdamW, as one graph a bucket of lengths.

The network is the one of `network.build`, written for speed: time runs along the middle axis and the batch along the
last, so that each convolution is one product of a small matrix with a wide one. The optimizer is Keras' own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.labels import POSSIBLE
from ecgmodel.network.build import Weights
from ecgmodel.network.config import BATCH_NORM_EPSILON, NetworkConfig
from ecgmodel.training.recurrence import run_gru, run_lstm

if TYPE_CHECKING:
    import tensorflow as tf

BATCH_NORM_MOMENTUM = 0.99
MOVING = ("/mean", "/variance")
IMPOSSIBLE = -1e9
"""Added to the log-probability of a class that a beat cannot belong to."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step reports, over the batch's weighted segments.

    Attributes
    ----------
    loss : float
        Summed.
    n_correct : float
        Right answers.
    gradient_norms : dict of str to float
        Of each layer, before the gradient is clipped.
    """

    loss: float
    n_correct: float
    gradient_norms: dict[str, float] = field(default_factory=dict)


class TrainStep:
    """A network in training: its weights, the optimizer (`keras.optimizers.AdamW`), and the step.

    Parameters
    ----------
    config : NetworkConfig
    weights : Weights
        To start from.
    label_smoothing : float
        Share of the target that is spread evenly over all classes.
    weight_decay : float
        Decoupled (AdamW), on kernels only.
    clip_norm : float
        Largest norm of a step's gradient.
    seed : int
        Of dropout.
    jit_compile : bool
        Let XLA compile the step. For each new shape this takes as long as some hundred steps, which are faster
        afterwards.
    """

    def __init__(
        self,
        config: NetworkConfig,
        weights: Weights,
        label_smoothing: float = 0.0,
        weight_decay: float = 0.0,
        clip_norm: float = 1.0,
        seed: int = 0,
        jit_compile: bool = True,
    ) -> None:
        import keras
        import tensorflow as tf

        self.config = config
        variables = {
            name: keras.Variable(weights[name], trainable=not name.endswith(MOVING), name=name.replace("/", "_"))
            for name in config.weight_shapes()
        }
        self._trained = [variable for variable in variables.values() if variable.trainable]
        self._layer_of = [name.split("/")[0] for name, variable in variables.items() if variable.trainable]
        self.layers = tuple(dict.fromkeys(self._layer_of))
        self._optimizer = keras.optimizers.AdamW(
            learning_rate=1.0,  # each step brings its own
            weight_decay=weight_decay,
            global_clipnorm=clip_norm,
            epsilon=1e-7,
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._optimizer.build(self._trained)
        slots = {variable.name: variable.value for variable in self._optimizer.variables}
        self.variables = {name: variable.value for name, variable in variables.items()}
        self.moments = {
            f"{key}/{name}": slots[f"{variable.name}_{slot}"]
            for key, slot in (("m", "momentum"), ("v", "velocity"))
            for name, variable in variables.items()
            if variable.trainable
        }
        self.counter = self._optimizer.iterations.value
        self._label_smoothing = label_smoothing
        self._seed = seed
        self._run = tf.function(self._step, jit_compile=jit_compile, reduce_retracing=False)

    def __call__(
        self,
        signal: np.ndarray,
        length: np.ndarray,
        label: np.ndarray,
        weight: np.ndarray,
        learning_rate: float,
        taught: np.ndarray | None = None,
        taught_share: float = 0.0,
    ) -> StepResult:
        """Adapt the weights to one batch.

        Parameters
        ----------
        signal : ndarray of shape (n, n_samples, n_channels), float32
            Padded to the length of its bucket; each new shape is traced once.
        length : ndarray of shape (n,), int
        label : ndarray of shape (n,), int
            Index into `labels.POSSIBLE`: a class, or `labels.UNTOLD_NORMAL`.
        weight : ndarray of shape (n,), float32
            Of each segment in the loss; 0 for what only fills the batch.
        learning_rate : float
        taught : ndarray of shape (n, 5), float32, or None
            The probabilities that teachers give.
        taught_share : float
            Share of the loss that compares with them.
        """
        import tensorflow as tf

        if taught is None:
            taught, taught_share = np.zeros((len(label), self.config.n_classes), np.float32), 0.0
        loss, n_correct, norms = self._run(
            tf.constant(signal),
            tf.constant(length, dtype=tf.int32),
            tf.constant(label, dtype=tf.int32),
            tf.constant(weight, dtype=tf.float32),
            tf.constant(learning_rate, dtype=tf.float32),
            tf.constant(taught),
            tf.constant(taught_share, dtype=tf.float32),
        )
        return StepResult(float(loss), float(n_correct), dict(zip(self.layers, norms.numpy().tolist(), strict=True)))

    def restart(self, weights: Weights) -> None:
        """Start anew from other weights, without being traced again."""
        for name, variable in self.variables.items():
            variable.assign(weights[name])
        for variable in self.moments.values():
            variable.assign(np.zeros(variable.shape, np.float32))
        self.counter.assign(0)

    def weights(self) -> Weights:
        """Return a copy of the weights as they are now."""
        return {name: variable.numpy() for name, variable in self.variables.items()}

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that a resumed run needs: weights, Adam's moments, the number of steps.

        The names are those of run folders, and stay as they are.
        """
        moments = {f"adam/{name}": variable.numpy() for name, variable in self.moments.items()}
        return self.weights() | moments | {"adam/step": np.array(self.counter.numpy())}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from what `state` returned."""
        for name, variable in self.variables.items():
            variable.assign(state[name])
        for name, variable in self.moments.items():
            variable.assign(state[f"adam/{name}"])
        self.counter.assign(int(state["adam/step"]))

    def _step(self, signal, length, label, weight, learning_rate, taught, taught_share):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            dropout_seed = (self._seed, tf.cast(self.counter, tf.int32))
            logits = forward(self.config, self.variables, signal, length, dropout_seed)
            possible = tf.gather(tf.constant(POSSIBLE, tf.float32), label)  # (n, 5)
            log_p = tf.nn.log_softmax(logits)
            losses = -tf.reduce_logsumexp(log_p + tf.where(possible > 0, 0.0, IMPOSSIBLE), axis=1)
            losses = losses * (1 - taught_share) - tf.reduce_sum(taught * log_p, axis=1) * taught_share
            spread = -tf.reduce_mean(log_p, axis=1)
            losses = (losses * (1 - self._label_smoothing) + spread * self._label_smoothing) * weight
            loss = tf.reduce_sum(losses) / tf.maximum(tf.reduce_sum(weight), 1e-6)
        gradients = tape.gradient(loss, [variable.value for variable in self._trained])
        squares = [tf.reduce_sum(tf.square(gradient)) for gradient in gradients]
        of_layer = [[s for s, of in zip(squares, self._layer_of, strict=True) if of == layer] for layer in self.layers]
        norms = tf.sqrt(tf.stack([tf.add_n(parts) for parts in of_layer]))
        self._optimizer.learning_rate.assign(learning_rate)
        self._optimizer.apply(gradients, self._trained)
        right = tf.gather(possible, tf.argmax(logits, 1, output_type=tf.int32), batch_dims=1)
        return tf.reduce_sum(losses), tf.reduce_sum(right * tf.cast(weight > 0, tf.float32)), norms


def forward(
    config: NetworkConfig,
    weights: dict[str, tf.Variable],
    signal: tf.Tensor,
    length: tf.Tensor,
    dropout_seed: tuple[int, tf.Tensor] | None = None,
) -> tf.Tensor:
    """Return the logits of a batch that is padded to the length of its bucket.

    Parameters
    ----------
    config : NetworkConfig
    weights : dict of tf.Variable
    signal : tf.Tensor of shape (n, n_samples, n_channels)
        Any static length up to `config.n_samples`; see `batches.bucket_lengths` for what is long enough.
    length : tf.Tensor of shape (n,), int32
    dropout_seed : (int, tf.Tensor) or None
        Given while training: batch normalisation then uses the batch's own statistics (over what is not padding), and
        updates the moving ones in `weights`.

    Returns
    -------
    tf.Tensor of shape (n, 5)
    """
    import tensorflow as tf

    training = dropout_seed is not None
    x = tf.transpose(signal, (2, 1, 0))  # (n_channels, n_samples, n)
    real = length
    for index, kernel in enumerate(config.kernels, start=1):
        x = _convolve(x, weights[f"conv{index}/kernel"])  # (filters, length + kernel - 1, n)
        real = real + kernel - 1
        if config.batch_norm:
            x = _normalise(x, weights, index, real, training)
        x = tf.nn.relu(x)
        even = x.shape[1] // 2 * 2
        x = tf.maximum(x[:, 0:even:2], x[:, 1:even:2])
        real = (real + 1) // 2
    features = tf.transpose(x, (1, 2, 0))  # (n_steps, n, filters)
    states = _recur(config, weights, features)  # (n_steps, n, units)
    if config.readout == "last":
        x = states[-1]
    else:
        behind = config.receptive_field - config.step_stride
        step = tf.clip_by_value((length - 1 + behind) // config.step_stride, 0, config.n_steps - 1)
        # A sum over a one-hot mask: XLA compiles it (and its gradient) better than a gather.
        mask = tf.one_hot(step, states.shape[0], axis=0)  # (n_steps, n)
        x = tf.reduce_sum(states * mask[:, :, tf.newaxis], axis=0)  # (n, units)
    for index in range(1, len(config.dense) + 1):
        x = tf.nn.relu(x @ weights[f"dense{index}/kernel"] + weights[f"dense{index}/bias"])
        if training and config.dropout > 0:
            seed, counter = dropout_seed
            noise = tf.random.stateless_uniform(x.shape, tf.stack([seed * 31 + index, counter]))
            x = tf.where(noise >= config.dropout, x / (1 - config.dropout), 0.0)
    return x @ weights["output/kernel"] + weights["output/bias"]


def _convolve(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Full convolution of (channels, length, n) with (kernel length, channels, filters), as one matrix product."""
    import tensorflow as tf

    width, channels, filters = kernel.shape
    x = tf.pad(x, ((0, 0), (width - 1, width - 1), (0, 0)))
    length, n = x.shape[1] - width + 1, x.shape[2]
    frames = tf.concat([tf.reshape(x[:, k : k + length], (channels, length * n)) for k in range(width)], 0)
    y = tf.transpose(tf.reshape(kernel, (width * channels, filters))) @ frames  # (filters, length * n)
    return tf.reshape(y, (filters, length, n))


def _normalise(x: tf.Tensor, weights: dict[str, tf.Variable], index: int, real: tf.Tensor, training: bool) -> tf.Tensor:
    """Batch normalisation of (filters, length, n); `real` (n,) counts the positions in front of the padding."""
    import tensorflow as tf

    gamma, beta, moving_mean, moving_variance = (
        weights[f"norm{index}/{name}"] for name in ("gamma", "beta", "mean", "variance")
    )
    if training:
        mask = tf.cast(tf.range(x.shape[1])[:, tf.newaxis] < real, tf.float32)  # (length, n)
        count = tf.reduce_sum(mask)
        mean = tf.reduce_sum(x * mask, axis=(1, 2)) / count
        variance = tf.reduce_sum(tf.square(x - mean[:, tf.newaxis, tf.newaxis]) * mask, axis=(1, 2)) / count
        for moving, value in ((moving_mean, mean), (moving_variance, variance)):
            moving.assign(BATCH_NORM_MOMENTUM * moving + (1 - BATCH_NORM_MOMENTUM) * tf.stop_gradient(value))
    else:
        mean, variance = tf.convert_to_tensor(moving_mean), tf.convert_to_tensor(moving_variance)
    scale = gamma * tf.math.rsqrt(variance + BATCH_NORM_EPSILON)
    return x * scale[:, tf.newaxis, tf.newaxis] + (beta - mean * scale)[:, tf.newaxis, tf.newaxis]


def _recur(config: NetworkConfig, weights: dict[str, tf.Variable], features: tf.Tensor) -> tf.Tensor:
    """Run the recurrent layer over (n_steps, n, filters); for a "last" read-out also over the padding left out."""
    import tensorflow as tf

    if config.readout == "last":
        # Without biases the convolutions of zeros are zeros, so the steps that the bucket lacks can be appended.
        missing = config.n_steps - features.shape[0]
        features = tf.pad(features, ((0, missing), (0, 0), (0, 0)))
    name = config.cell
    inputs = tf.tensordot(features, weights[f"{name}/kernel"], 1) + weights[f"{name}/bias"]
    run = run_gru if name == "gru" else run_lstm
    return run(inputs, tf.convert_to_tensor(weights[f"{name}/recurrent_kernel"]))
