"""What a confusion matrix shows: the text of every cell and how deep its colour is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Unit = Literal["count", "row", "column"]

UNITS: tuple[Unit, ...] = ("count", "row", "column")

FAINTEST = 0.10
"""Least depth of a cell that is not empty, so that a single wrong beat among thousands can be seen."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell.

    Attributes
    ----------
    n : int
    text : str
        The count, or the percentage of its row or column.
    depth : float
        Depth of its colour, 0 to 1: its share of the row, or of the column where that is shown.
    right : bool
        Whether truth and prediction are the same.
    """

    n: int
    text: str
    depth: float
    right: bool


def fill_cells(
    matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], unit: Unit = "count"
) -> tuple[tuple[MatrixCell, ...], ...]:
    """Return the cells of a matrix, row by row.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_columns), int64
        Rows are the truth.
    rows, columns : sequence of str
        Name of each; a cell is right where both names are the same.
    unit : {"count", "row", "column"}
    """
    matrix = np.asarray(matrix, dtype=np.int64)
    whole = np.broadcast_to(
        matrix.sum(axis=0, keepdims=True) if unit == "column" else matrix.sum(axis=1, keepdims=True), matrix.shape
    )
    return tuple(
        tuple(
            MatrixCell(
                n=int(matrix[i, j]),
                text=f"{matrix[i, j]:,}" if unit == "count" else format_share(int(matrix[i, j]), int(whole[i, j])),
                depth=_depth(int(matrix[i, j]), int(whole[i, j])),
                right=row == column,
            )
            for j, column in enumerate(columns)
        )
        for i, row in enumerate(rows)
    )


def format_share(part: int, whole: int) -> str:
    """Return a percentage that reads 100 or 0 only where `part` is all or none; "" where `whole` is 0."""
    if whole == 0:
        return ""
    if part in (0, whole):
        return "100%" if part else "0%"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f}%"


def _depth(part: int, whole: int) -> float:
    return 0.0 if part == 0 else round(FAINTEST + (1 - FAINTEST) * part / whole, 3)
