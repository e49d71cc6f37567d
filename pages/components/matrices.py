"""Confusion matrices side by side, as a component whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.figures.confusion import Unit, fill_cells, format_share
from pages.components.packets import FIGURE_FILES, join_code, read_asset, stamp
from pages.ui.text import language, t

CODE_FILES = (*FIGURE_FILES, "matrix/matrix.js")


@dataclass(frozen=True, slots=True)
class MatrixAxes:
    """What rows and columns stand for.

    Attributes
    ----------
    rows, columns : tuple of str
        Symbols of the truth and of the answer.
    names : mapping of str to str
        What a symbol means, in the visitor's language.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Headline:
    """A number above a matrix.

    Attributes
    ----------
    name, value, range : str
        In words; the interval may be "".
    size : {"large", "small"}
    """

    name: str
    value: str
    range: str = ""
    size: str = "small"


@dataclass(frozen=True, slots=True)
class Gauge:
    """Accuracy as a bar, and simple rules as lines through it.

    Attributes
    ----------
    value : float
    low, high : float or None
        Ends of its interval.
    lines : tuple of (str, float)
    """

    value: float
    low: float | None
    high: float | None
    lines: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MatrixPane:
    """One matrix, or the reason why there is none.

    Attributes
    ----------
    key : str
        By which the browser tells it from others; "" where there is nothing.
    title, note : str
    matrix : ndarray or None
    opens : bool
        Whether its cells can be opened.
    headlines : tuple of Headline
    gauge : Gauge or None
    empty : str
        Instead of the matrix.
    """

    key: str
    title: str
    note: str = ""
    matrix: np.ndarray | None = None
    opens: bool = False
    headlines: tuple[Headline, ...] = ()
    gauge: Gauge | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True)
class PaneCell:
    """A cell: the number of its pane, its row and its column."""

    pane: int
    truth: int
    named: int


def show_matrices(
    panes: Sequence[MatrixPane],
    axes: MatrixAxes,
    *,
    key: str,
    unit: Unit = "count",
    chosen: PaneCell | None = None,
    on_cell: Callable[[PaneCell], None],
) -> None:
    """Show matrices side by side.

    Parameters
    ----------
    panes : sequence of MatrixPane
    axes : MatrixAxes
        Of all of them.
    key : str
        Of the element.
    unit : {"count", "row", "column"}
    chosen : PaneCell or None
        Drawn as pressed.
    on_cell : callable
        Called with the cell that was clicked, before the page runs again.
    """

    def take() -> None:
        event = (st.session_state.get(key) or {}).get("cell")
        if event:
            on_cell(PaneCell(event["pane"], event["truth"], event["named"]))

    data = {
        "panes": [_describe(pane, axes, unit) for pane in panes],
        "chosen": None if chosen is None else asdict(chosen),
        "text": _words(unit),
        "palette": palette.CLASS_INKS,
    }
    _matrices(key=key, data=data | {"stamp": stamp(key, data)}, on_cell_change=take)


def _describe(pane: MatrixPane, axes: MatrixAxes, unit: Unit) -> dict:
    described = {"key": pane.key, "title": pane.title, "note": pane.note, "empty": pane.empty}
    if pane.matrix is None:
        return described | {"rows": None}
    rows, columns, matrix, gauge = axes.rows, axes.columns, pane.matrix, pane.gauge
    hits = matrix * np.array([[row == column for column in columns] for row in rows])
    return described | {
        "rows": rows,
        "columns": columns,
        "names": dict(axes.names),
        "cells": [
            [(cell.n, cell.text, cell.depth, cell.right) for cell in row]
            for row in fill_cells(matrix, rows, columns, unit)
        ],
        "sensitivity": [format_share(int(hits[i].sum()), int(matrix[i].sum())) for i in range(len(rows))],
        "predictivity": [format_share(int(hits[:, j].sum()), int(matrix[:, j].sum())) for j in range(len(columns))],
        "figures": [asdict(headline) for headline in pane.headlines],
        "gauge": None
        if gauge is None
        else {
            "value": gauge.value,
            "low": gauge.low,
            "high": gauge.high,
            "lines": [{"name": name, "value": value} for name, value in gauge.lines],
            "label": t("Accuracy {value:.1%}", value=gauge.value)
            + "".join(f"; {name} {value:.1%}" for name, value in gauge.lines),
        },
        "opens": pane.opens,
    }


def _words(unit: Unit) -> dict[str, str]:
    caption = {
        "count": t("Rows: the experts. Columns: the model."),
        "row": t("Rows: the experts; each row is 100%. Columns: the model."),
        "column": t("Rows: the experts. Columns: the model; each column is 100%."),
    }[unit]
    edges = t(
        "found: how many of these the model finds (sensitivity). +P: how many of those that it names so are right "
        "(positive predictivity)."
    )
    return {
        "caption": f"{caption} {edges}",
        "found": t("found"),
        "sensitivity": t("Sensitivity: how many of the true ones are found"),
        "predictivity": t("Positive predictivity: how many of those named so are right"),
        "cell": t("{truth} named {named}: {n}", truth="{truth}", named="{named}", n="{n}"),
        "closed": t("(its segments were not kept)"),
        "locale": language(),
    }


_matrices = st.components.v2.component(
    "ecg_matrices", js=join_code(CODE_FILES), css=read_asset("matrix/matrix.css"), isolate_styles=True
)
