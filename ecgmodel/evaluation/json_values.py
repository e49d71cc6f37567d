"""Matrices and numbers as JSON holds them, and back."""

from __future__ import annotations

import math

import numpy as np


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
