"""Tables, matrices and documents as HTML: one set of templates, in which all text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.figures.confusion import MatrixCell, fill_cells, format_share

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

Say = Callable[..., str]
"""Translates a template and fills it, as `str.format` does."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    rows : sequence of sequence of str
    head : sequence of str or None
    numbers_from : int
        The first column that is right-aligned.
    """

    rows: Sequence[Sequence[str]]
    head: Sequence[str] | None = None
    numbers_from: int = 99


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row of a matrix.

    Attributes
    ----------
    name : str
    cells : tuple of MatrixCell
    edges : tuple of str
        What follows the cells.
    colour : str
        Of the dot before the name; "" for none.
    """

    name: str
    cells: tuple[MatrixCell, ...]
    edges: tuple[str, ...]
    colour: str = ""


@dataclass(frozen=True, slots=True)
class MatrixTable:
    """A confusion matrix with what stands at its edges.

    Attributes
    ----------
    columns, edges : tuple of str
        Heads of the columns: those of the cells, and those of what follows them.
    rows : tuple of MatrixRow
    foot : tuple of str
        The last row, its name first; empty for none.
    caption : str
        Above it; "" for none.
    """

    columns: tuple[str, ...]
    edges: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    foot: tuple[str, ...] = ()
    caption: str = ""


def sensitivity_of(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the share of each row that is classified correctly; 0 % where the row's class has no column."""
    found = []
    for name, counts in zip(rows, matrix, strict=True):
        hits = int(counts[columns.index(name)]) if name in columns else 0
        found.append(format_share(hits, int(counts.sum())))
    return found


def make_matrix(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], edge: str) -> MatrixTable:
    """Return a matrix of counts, each row followed by its sensitivity.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_columns), int64
        Rows are the truth.
    rows, columns : sequence of str
        Name of each.
    edge : str
        Head of the sensitivities.
    """
    found = sensitivity_of(matrix, rows, columns)
    filled = fill_cells(matrix, rows, columns)
    return MatrixTable(
        columns=tuple(columns),
        edges=(edge,),
        rows=tuple(MatrixRow(name, cells, (share,)) for name, cells, share in zip(rows, filled, found, strict=True)),
    )


def render(template: str, **values: object) -> str:
    """Return a template of the folder `templates`, filled; every value is escaped."""
    return _environment().get_template(template).render(values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
