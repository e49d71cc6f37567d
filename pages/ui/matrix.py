"""A confusion matrix as a table in HTML, with what each row and column comes to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ecgmodel.figures.palette import CLASS_INKS
from ecgmodel.figures.rendering import make_matrix, render
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.scores.metrics import Scores
from pages.ui.text import look_up, t


def show_matrix(matrix: np.ndarray, scores: Scores, *, caption: str | None = None) -> None:
    """Show a matrix, rows the truth and columns the prediction, with sensitivity and +P at its edges.

    Parameters
    ----------
    matrix : ndarray of shape (5, 5), int64
    scores : Scores
        Of this matrix.
    caption : str or None
        Above it, where two stand side by side: their rows then name classes by their symbols alone. `None` says what
        rows and columns are.
    """
    whole = caption is None
    colours = CLASS_INKS["dark" if st.context.theme.type == "dark" else "light"]
    table = make_matrix(matrix, CLASSES, CLASSES, t("sensitivity"))
    rows = tuple(
        replace(
            row,
            name=f"{row.name} {look_up(CLASS_NAMES[row.name])}" if whole else row.name,
            edges=(f"{int(matrix[k].sum()):,}", *row.edges),
            colour=colours[row.name],
        )
        for k, row in enumerate(table.rows)
    )
    content = replace(
        table,
        rows=rows,
        edges=(t("beats"), *table.edges),
        foot=(t("positive predictivity"), *map(_percent, scores.positive_predictivity), "", ""),
        caption=t("Rows: the labels. Columns: the model.") if whole else caption,
    )
    st.html(render("matrix.html", content=content))


def _percent(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.1%}"
