"""Read-only arrays: what is shared by everybody must not be changed by anybody."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    pass


T = TypeVar("T")


def freeze(value: T) -> T:
    """Make every array in a dataclass or a dict read-only, and return it."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, dict):
        for part in value.values():
            freeze(part)
    elif isinstance(value, tuple):
        for part in value:
            freeze(part)
    elif is_dataclass(value):
        for field in fields(value):
            freeze(getattr(value, field.name))
    return value
