"""What a model file claims, checked before it is believed."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from ecgmodel.errors import ConfigError, ModelFileError
from ecgmodel.network.build import Weights
from ecgmodel.network.config import NetworkConfig

MAX_BYTES = 64 * 1024 * 1024


def refuse_size(name: str, size: int, allowed: int) -> NoReturn:
    """Refuse a file larger than any of ours."""
    raise ModelFileError(
        "'{name}' has {size:,} bytes; a model file of this app has at most {allowed:,}.",
        name=name,
        size=size,
        allowed=allowed,
    )


def parse_config(settings: object, name: str) -> NetworkConfig:
    """Return the config that a file describes."""
    if not isinstance(settings, dict):
        raise ModelFileError("'{name}' does not describe its network. Export the model again.", name=name)
    try:
        return NetworkConfig.from_dict(settings)
    except ConfigError as error:
        raise ModelFileError(
            "'{name}' describes a network that cannot be built: {reason}", name=name, reason=str(error)
        ) from error


def check_arrays(arrays: Weights, config: NetworkConfig, name: str) -> None:
    """Check that a file holds the arrays of its network, and nothing else."""
    shapes = config.weight_shapes()
    for key, shape in shapes.items():
        came = arrays[key].shape if key in arrays else None
        if came != shape or arrays[key].dtype != np.float32:
            raise ModelFileError(
                "'{name}' should hold '{key}' as float32 of shape {shape}; it holds {came}.",
                name=name,
                key=key,
                shape=shape,
                came="nothing of this name" if came is None else f"{arrays[key].dtype} of shape {came}",
            )
        if not np.isfinite(arrays[key]).all():
            raise ModelFileError("'{name}' holds numbers in '{key}' that are not finite.", name=name, key=key)
    extra = sorted(arrays.keys() - shapes.keys())
    if extra:
        raise ModelFileError(
            "'{name}' holds arrays that its network does not have: {extra}.", name=name, extra=", ".join(extra)
        )
