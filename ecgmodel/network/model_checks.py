"""What a model file claims, checked before it is believed."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from ecgmodel.errors import ConfigError, ModelFileError
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import Weights
from ecgmodel.network.config import NetworkConfig

MAX_BYTES = 64 * 1024 * 1024

LARGEST = 2.0**53
"""No number of a card is larger; JSON may hold 10**400, of which no float can be made."""

TOGETHER = {
    "unsure": ("threshold", "share", "errors", "errors_of_all"),
}
"""Tables of a card that are shown as a whole."""

CHANNELS_OF = {"runs": (1, 1), "beats": (1, 6)}
"""Fewest and most channels of each kind of segment, see `segments.beats.CHANNELS`, which loads slowly."""


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


def check_figures(card: dict[str, object], name: str) -> None:
    """Check the numbers of a card, and that those which pages show together are all there."""
    alone = {key: value for key, value in card.items() if isinstance(value, (int, float))}
    tables = {key: card.get(key, {}) for key in ("scores", "naming", "unsure")}
    for figure in (*alone.values(), *(figure for table in tables.values() for figure in table.values())):
        if isinstance(figure, bool) or not isinstance(figure, (int, float)) or not abs(figure) <= LARGEST:
            raise ModelFileError("'{name}' has scores that are not numbers.", name=name)
    for key, together in TOGETHER.items():
        missing = [figure for figure in together if figure not in tables[key]]
        if tables[key] and missing:
            raise ModelFileError(
                "'{name}' has {key} without {missing}. Export the model again.",
                name=name,
                key=key,
                missing=", ".join(missing),
            )
    if not set(tables["naming"]) <= set(CLASSES):
        raise ModelFileError("'{name}' has scores that are not numbers.", name=name)


def check_channels(config: NetworkConfig, segments: str, name: str) -> None:
    """Check that a network reads what its card says that it reads."""
    least, most = CHANNELS_OF[segments]
    if not least <= config.n_channels <= most:
        raise ModelFileError(
            "'{name}' is said to read {segments}, which have {allowed} channels; its network reads {came}. Export the "
            "model again.",
            name=name,
            segments=segments,
            allowed=f"{least}" if least == most else f"{least} to {most}",
            came=config.n_channels,
        )


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
