"""A confusion matrix as a table in HTML, with what each row and column comes to."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from ecgmodel.figures.palette import CLASS_COLOURS
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.scores.metrics import Scores
from pages.ui.text import look_up, t

_RIGHT_RGB = "0, 114, 178"
_WRONG_RGB = "213, 94, 0"
_DEEPEST = 0.55  # of a cell's colour, so that its number stays readable in light and dark

_STYLE = """
<style>
.matrix { border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
.matrix-room { overflow-x: auto; }
.matrix th { font-weight: 600; padding: 0.2rem 0.6rem; text-align: right; white-space: nowrap; }
.matrix th[scope="row"] { text-align: left; font-weight: 400; }
.matrix td { padding: 0.3rem 0.6rem; text-align: right; min-width: 3.6rem; border-radius: 3px; }
.matrix .sum { opacity: 0.75; }
.matrix caption { caption-side: top; text-align: left; font-size: 0.85rem; opacity: 0.75; padding-bottom: 0.3rem; }
.matrix .class { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.45em; }
</style>
"""


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
    heads = "".join(f'<th scope="col">{symbol}</th>' for symbol in CLASSES)
    whole = caption is None
    body = "".join(_row(k, matrix[k], scores.sensitivity[k], whole) for k in range(len(CLASSES)))
    caption = t("Rows: the labels. Columns: the model.") if whole else caption
    precision = "".join(f'<td class="sum">{_percent(value)}</td>' for value in scores.positive_predictivity)
    st.html(
        f'{_STYLE}<div class="matrix-room"><table class="matrix"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th></th>{heads}<th scope="col">{escape(t("beats"))}</th>'
        f'<th scope="col">{escape(t("sensitivity"))}</th></tr></thead>'
        f'<tbody>{body}</tbody><tfoot><tr><th scope="row">{escape(t("positive predictivity"))}</th>{precision}'
        "<td></td><td></td></tr></tfoot></table></div>"
    )


def _row(k: int, counts: np.ndarray, sensitivity: float, whole: bool) -> str:
    n = int(counts.sum())
    cells = "".join(
        _cell(int(count), n, _RIGHT_RGB if column == k else _WRONG_RGB) for column, count in enumerate(counts)
    )
    symbol = CLASSES[k]
    name = f" {escape(look_up(CLASS_NAMES[symbol]))}" if whole else ""
    colour = CLASS_COLOURS["light"][symbol]
    return (
        f'<tr><th scope="row"><span class="class" style="background: {colour}"></span>{symbol}{name}</th>{cells}'
        f'<td class="sum">{n:,}</td><td class="sum">{_percent(sensitivity)}</td></tr>'
    )


def _cell(count: int, n: int, rgb: str) -> str:
    if count == 0:
        return '<td style="opacity: 0.4">0</td>'
    # Never quite colourless: one wrong beat among thousands is what one looks for.
    depth = 0.08 + (_DEEPEST - 0.08) * count / n
    return f'<td style="background: rgba({rgb}, {depth:.2f})">{count:,}</td>'


def _percent(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.1%}"
