"""The settings of one member of the network family, and what follows from them: shapes, weights, receptive fields.

Differences from the paper (Oh et al. 2018, doi 10.1016/j.compbiomed.2018.06.002): a GRU may stand in the LSTM's place;
filters, units and dense layers may be more; batch normalisation and a read-out at the last step that sees the signal
(not the padding) may be switched on. With the defaults none of these holds but the GRU.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import pairwise

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.labels import CLASSES
from ecgmodel.segments.dataset import SEGMENT_SAMPLES

CELLS = ("gru", "lstm")
READOUTS = ("last", "last_real")
POOL = 2
GATES = {"gru": ("z", "r", "h"), "lstm": ("i", "f", "g", "o")}
"""Blocks of the recurrent weights, in the order in which Keras stores them (its LSTM calls `g` `c`)."""

BATCH_NORM_EPSILON = 1e-3
MAX_UNITS = 512
MAX_FILTERS = 256
MAX_LAYERS = 32
"""Convolutions, and dense layers."""

MAX_WEIGHTS = 16_000_000
"""As float32 they leave room for the description in a model file, see `model_file.MAX_BYTES`."""

MAX_MULTIPLY_ADDS = 1_000_000_000
"""A segment: some 400 times what the largest preset takes; one core is busy with it for about a second."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Convolutions with pooling, one recurrent layer, dense layers.

    Attributes
    ----------
    cell : {"gru", "lstm"}
    filters, kernels : tuple of int
        Of the convolutions: stride 1, full (k - 1 zeros on each side), no bias, ReLU; max-pooling of 2 follows each.
    units : int
        Of the recurrent layer.
    dense : tuple of int
        Units of the ReLU layers between the recurrent layer and the softmax.
    dropout : float
        Behind each dense layer, while training.
    batch_norm : bool
        Between each convolution and its ReLU. Its shift makes the padding non-zero, so read out with "last_real".
    readout : {"last", "last_real"}
        Which hidden state the dense layers read: that of the last step, or that of the last step whose receptive
        field still holds a sample in front of the padding.
    n_samples, n_channels : int
        Of the segments.

    Raises
    ------
    ConfigError
        Where a setting is out of range, a kernel is longer than what it reads, or the whole has more weights or costs
        more than `MAX_WEIGHTS` and `MAX_MULTIPLY_ADDS` allow. So whatever passes can be built, timed, written and
        opened again.
    """

    cell: str = "gru"
    filters: tuple[int, ...] = (3, 6, 6)
    kernels: tuple[int, ...] = (20, 10, 5)
    units: int = 20
    dense: tuple[int, ...] = (20, 10)
    dropout: float = 0.2
    batch_norm: bool = False
    readout: str = "last"
    n_samples: int = SEGMENT_SAMPLES
    n_channels: int = 1

    def __post_init__(self) -> None:
        _check_choice("cell", self.cell, CELLS)
        _check_choice("readout", self.readout, READOUTS)
        if len(self.filters) != len(self.kernels) or not self.filters:
            raise ConfigError(
                "{filters} filter counts and {kernels} kernel lengths were given; each convolution needs one of both.",
                filters=len(self.filters),
                kernels=len(self.kernels),
            )
        _check_whole("number of convolutions", len(self.filters), 1, MAX_LAYERS)
        _check_whole("number of dense layers", len(self.dense), 0, MAX_LAYERS)
        for count in self.filters:
            _check_whole("filters", count, 1, MAX_FILTERS)
        _check_whole("units", self.units, 1, MAX_UNITS)
        for count in self.dense:
            _check_whole("dense units", count, 1, MAX_UNITS)
        _check_whole("samples", self.n_samples, 8, 10_000)
        _check_whole("channels", self.n_channels, 1, 8)
        if not 0 <= self.dropout < 1:  # also true for NaN
            raise ConfigError("The dropout is {dropout}; it must be at least 0 and less than 1.", dropout=self.dropout)
        length = self.n_samples
        for kernel in self.kernels:
            _check_whole("kernel length", kernel, 1, length)
            length = (length + kernel - 1) // POOL
        n_weights = sum(int(np.prod(shape)) for shape in self.weight_shapes().values())
        if n_weights > MAX_WEIGHTS:
            raise ConfigError(
                "This network would have {total:,} weights; at most {allowed:,} fit into a model file. "
                "Take fewer or smaller layers.",
                total=n_weights,
                allowed=MAX_WEIGHTS,
            )
        if self.n_multiply_adds() > MAX_MULTIPLY_ADDS:
            raise ConfigError(
                "A segment would cost this network {total:,} multiply-adds; at most {allowed:,} are allowed. "
                "Take fewer filters, shorter kernels or fewer units.",
                total=self.n_multiply_adds(),
                allowed=MAX_MULTIPLY_ADDS,
            )

    @property
    def n_classes(self) -> int:
        """Length of the probability vector."""
        return len(CLASSES)

    @property
    def conv_lengths(self) -> tuple[int, ...]:
        """Samples that each convolution puts out, before pooling."""
        return self._lengths(self.n_samples)

    @property
    def n_steps(self) -> int:
        """Time steps of the recurrent layer."""
        return self.conv_lengths[-1] // POOL

    @property
    def step_stride(self) -> int:
        """Samples of the segment between one step and the next."""
        return POOL ** len(self.kernels)

    @property
    def receptive_field(self) -> int:
        """Samples of the segment that one step sees."""
        field, stride = 1, 1
        for kernel in self.kernels:
            field += (kernel - 1) * stride + (POOL - 1) * stride
            stride *= POOL
        return field

    def step_samples(self, step: int | np.ndarray) -> tuple[int | np.ndarray, int | np.ndarray]:
        """Return the first and the last sample that a step has in view, as if nothing ended at the segment's ends.

        For the paper's kernels these are 8t - 53 and 8t + 7: the zeros in front of a full convolution put each output
        at the newest sample that it has seen.
        """
        newest = self.step_stride * step + self.step_stride - 1
        return newest - self.receptive_field + 1, newest

    def last_real_step(self, length: int | np.ndarray) -> int | np.ndarray:
        """Return the last step that sees a sample in front of the padding, for segments of `length` samples."""
        behind = self.receptive_field - self.step_stride
        return np.clip((np.asarray(length) - 1 + behind) // self.step_stride, 0, self.n_steps - 1)

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every array of weights, in the order of the layers.

        Kernels of convolutions are (length, channels in, filters); recurrent kernels have their gates side by side in
        the order of `GATES`.
        """
        shapes: dict[str, tuple[int, ...]] = {}
        channels = self.n_channels
        for index, (count, kernel) in enumerate(zip(self.filters, self.kernels, strict=True), start=1):
            shapes[f"conv{index}/kernel"] = (kernel, channels, count)
            if self.batch_norm:
                for name in ("gamma", "beta", "mean", "variance"):
                    shapes[f"norm{index}/{name}"] = (count,)
            channels = count
        width = len(GATES[self.cell]) * self.units
        shapes[f"{self.cell}/kernel"] = (channels, width)
        shapes[f"{self.cell}/recurrent_kernel"] = (self.units, width)
        shapes[f"{self.cell}/bias"] = (width,)
        inputs = self.units
        for index, count in enumerate(self.dense, start=1):
            shapes[f"dense{index}/kernel"] = (inputs, count)
            shapes[f"dense{index}/bias"] = (count,)
            inputs = count
        shapes["output/kernel"] = (inputs, self.n_classes)
        shapes["output/bias"] = (self.n_classes,)
        return shapes

    def n_weights(self) -> int:
        """Return how many numbers training adapts (moving means and variances are not adapted)."""
        return sum(
            int(np.prod(shape))
            for name, shape in self.weight_shapes().items()
            if not name.endswith(("/mean", "/variance"))
        )

    def n_multiply_adds(self) -> int:
        """Return the multiply-adds that one padded segment costs."""
        total, channels = 0, self.n_channels
        for length, kernel, count in zip(self.conv_lengths, self.kernels, self.filters, strict=True):
            total += length * kernel * channels * count
            channels = count
        width = len(GATES[self.cell]) * self.units
        total += self.n_steps * (channels + self.units) * width
        layers = (self.units, *self.dense, self.n_classes)
        return total + sum(before * after for before, after in pairwise(layers))

    def to_dict(self) -> dict[str, object]:
        """Return the settings as what JSON can hold."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, settings: dict[str, object]) -> NetworkConfig:
        """Return the config that `to_dict` described.

        Raises
        ------
        ConfigError
            Where a setting is unknown, of another type, or out of range.
        """
        known = {field.name: field for field in fields(cls)}
        for name in settings:
            _check_choice("setting", name, tuple(known))
        for name, value in settings.items():
            default = known[name].default
            accepted = (
                (list, tuple) if isinstance(default, tuple) else (int, float) if name == "dropout" else type(default)
            )
            if not isinstance(value, accepted) or (isinstance(value, bool) and not isinstance(default, bool)):
                raise ConfigError(
                    "Setting '{name}' is {value!r}; it must look like {default!r}.",
                    name=name,
                    value=value,
                    default=default,
                )
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()})

    def _lengths(self, length: int) -> tuple[int, ...]:
        lengths = []
        for kernel in self.kernels:
            lengths.append(length + kernel - 1)
            length = lengths[-1] // POOL
        return tuple(lengths)


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(
            "The {name} is {value!r}. Choose one of {allowed}.", name=name, value=value, allowed=", ".join(allowed)
        )


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(
            "{name} is {value!r}; it must be a whole number from {low} to {high}.",
            name=name.capitalize(),
            value=value,
            low=low,
            high=high,
        )
