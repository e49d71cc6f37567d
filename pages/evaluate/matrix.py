"""Confusion matrices side by side, as a component whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.figures.confusion import Unit, fill_cells, format_share
from ecgmodel.labels import CLASS_NAMES
from pages.components.packets import FIGURE_FILES, join_code, read_asset, stamp
from pages.evaluate.judged import ALL, Measure, Part, axes_of
from pages.session import choices
from pages.ui.text import language, look_up, t

CODE_FILES = (*FIGURE_FILES, "matrix/matrix.js")

CELL = "cell"
"""Under which the page keeps the cell that was clicked."""


@dataclass(frozen=True, slots=True)
class Figure:
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
class Pane:
    """One matrix, or the reason why there is none.

    Attributes
    ----------
    key : str
        Of what was judged; "" where there is nothing.
    title, note : str
    matrix : ndarray or None
    opens : bool
        Whether its segments are known, so that its cells can be opened.
    figures : tuple of Figure
    gauge : Gauge or None
    part : Part
    empty : str
        Instead of the matrix.
    """

    key: str
    title: str
    note: str = ""
    matrix: np.ndarray | None = None
    opens: bool = False
    figures: tuple[Figure, ...] = ()
    gauge: Gauge | None = None
    part: Part = ALL
    empty: str = ""


@dataclass(frozen=True, slots=True)
class ChosenCell:
    """The cell that the visitor clicked.

    Attributes
    ----------
    where : str
        Key of the matrices that it is in.
    pane : int
    judged : str
    measure : Measure
    part : Part
    truth, named : int
        Its row and column.
    """

    where: str
    pane: int
    judged: str
    measure: Measure
    part: Part
    truth: int
    named: int


def chosen_cell() -> ChosenCell | None:
    """Return the cell that was clicked last."""
    return choices.page_choice("evaluate", CELL)


def show_matrices(panes: Sequence[Pane], measure: Measure, *, key: str, unit: Unit = "count") -> None:
    """Show matrices of one measure side by side; a click on a cell is kept, a second click lets it go."""

    def take() -> None:
        event = (st.session_state.get(key) or {}).get("cell")
        if not event:
            return
        pane = panes[event["pane"]]
        cell = ChosenCell(key, event["pane"], pane.key, measure, pane.part, event["truth"], event["named"])
        choices.set_page_choice("evaluate", CELL, None if cell == chosen_cell() else cell)

    chosen = chosen_cell()
    mine = None
    if chosen is not None and chosen.where == key and chosen.pane < len(panes):
        pane = panes[chosen.pane]
        if (chosen.judged, chosen.measure, chosen.part) == (pane.key, measure, pane.part):
            mine = {"pane": chosen.pane, "truth": chosen.truth, "named": chosen.named}
    data = {
        "panes": [_describe(pane, measure, unit) for pane in panes],
        "chosen": mine,
        "text": _words(unit),
        "palette": palette.CLASS_COLOURS,
    }
    _matrices(key=key, data=data | {"stamp": stamp(key, data)}, on_cell_change=take)


def _describe(pane: Pane, measure: Measure, unit: Unit) -> dict:
    described = {"key": pane.key, "title": pane.title, "note": pane.note, "empty": pane.empty}
    if pane.matrix is None:
        return described | {"rows": None}
    rows, columns = axes_of(measure)
    matrix = pane.matrix
    right = [[row == column for column in columns] for row in rows]
    hits = matrix * np.array(right)
    gauge = pane.gauge
    return described | {
        "rows": rows,
        "columns": columns,
        "names": _names(measure),
        "cells": [
            [(cell.n, cell.text, cell.depth, cell.right) for cell in row]
            for row in fill_cells(matrix, rows, columns, unit)
        ],
        "sensitivity": [format_share(int(hits[i].sum()), int(matrix[i].sum())) for i in range(len(rows))],
        "predictivity": [format_share(int(hits[:, j].sum()), int(matrix[:, j].sum())) for j in range(len(columns))],
        "figures": [asdict(figure) for figure in pane.figures],
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


def _names(measure: Measure) -> dict[str, str]:
    if measure == "classes":
        return {symbol: look_up(name) for symbol, name in CLASS_NAMES.items()}
    return {
        "N": t("normal and bundle branch block"),
        "S": t("supraventricular"),
        "V": t("ventricular"),
        "F": t("fusion of ventricular and normal; no class of the model stands for it"),
    }


def _words(unit: Unit) -> dict[str, str]:
    caption = {
        "count": t("Rows: the experts. Columns: the model."),
        "row": t("Rows: the experts; each row is 100%. Columns: the model."),
        "column": t("Rows: the experts. Columns: the model; each column is 100%."),
    }[unit]
    return {
        "caption": caption,
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
