"""Matrices and numbers as JSON holds them, and back; files of a format, in which a change is seen line by line."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np


def write_lines(values: Mapping[str, object], spread: Collection[str] = ()) -> bytes:
    """Return a JSON file with a key a line; what stands under the keys `spread`, dicts or lists, has an item a line."""
    lines = (
        f"{json.dumps(name)}: {(_spread if name in spread else json.dumps)(part)}" for name, part in values.items()
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _spread(part: Mapping[str, object] | list) -> str:
    if isinstance(part, list):
        return "[\n" + ",\n".join(json.dumps(item) for item in part) + "\n]"
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(item)}" for name, item in part.items()) + "\n}"


def read_format(path: Path, name: str) -> dict:
    """Return what a JSON file of a format holds.

    Raises
    ------
    OSError
        Where it cannot be read.
    ValueError, KeyError, TypeError
        Where it is no JSON, or of another format.
    """
    values = json.loads(path.read_text("utf-8"))
    if values["format"] != name:
        raise ValueError(values["format"])
    return values


def points(pairs: list) -> tuple[tuple[float, float], ...]:
    """Return pairs of numbers."""
    return tuple((float(x), float(y)) for x, y in pairs)


def lists(matrices: dict[str, np.ndarray]) -> dict[str, list]:
    """Return matrices as lists."""
    return {name: matrix.tolist() for name, matrix in matrices.items()}


def arrays(lists: dict[str, list], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return lists as matrices of whole numbers; raises `ValueError` where one has another shape."""
    arrays = {name: np.array(value, dtype=np.int64) for name, value in lists.items()}
    if any(array.shape != shape for array in arrays.values()):
        raise ValueError(shape)
    return arrays


def plain(value: object) -> object:
    """Return `value` as JSON can hold it: NaN, which JSON lacks, becomes null."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
