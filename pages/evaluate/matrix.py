"""The matrices of what was judged, and the cell of them that the visitor clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgmodel.figures.confusion import Unit
from ecgmodel.labels import CLASS_NAMES
from pages.components.matrices import MatrixAxes, MatrixPane, PaneCell, show_matrices
from pages.evaluate.judged import ALL, Measure, Part, axes_of
from pages.session import choices
from pages.ui.text import look_up, t

CELL = "cell"
"""Under which the page keeps the cell that was clicked."""


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


def show_judged(
    panes: Sequence[MatrixPane], measure: Measure, *, key: str, part: Part = ALL, unit: Unit = "count"
) -> None:
    """Show matrices of one measure and part side by side; a click on a cell is kept, a second click lets it go.

    Parameters
    ----------
    panes : sequence of MatrixPane
        Each with the key of what was judged.
    measure : {"classes", "groups"}
    key : str
        Of the element.
    part : Part
        That they count.
    unit : {"count", "row", "column"}
    """

    def take(clicked: PaneCell) -> None:
        judged = panes[clicked.pane].key
        cell = ChosenCell(key, clicked.pane, judged, measure, part, clicked.truth, clicked.named)
        choices.set_page_choice("evaluate", CELL, None if cell == chosen_cell() else cell)

    chosen = chosen_cell()
    mine = None
    if chosen is not None and chosen.where == key and chosen.pane < len(panes):
        shown = (panes[chosen.pane].key, measure, part)
        if (chosen.judged, chosen.measure, chosen.part) == shown:
            mine = PaneCell(chosen.pane, chosen.truth, chosen.named)
    show_matrices(panes, MatrixAxes(*axes_of(measure), _names(measure)), key=key, unit=unit, chosen=mine, on_cell=take)


def _names(measure: Measure) -> dict[str, str]:
    if measure == "classes":
        return {symbol: look_up(name) for symbol, name in CLASS_NAMES.items()}
    return {
        "N": t("normal and bundle branch block"),
        "S": t("supraventricular"),
        "V": t("ventricular"),
        "F": t("fusion of ventricular and normal; no class of the model stands for it"),
    }
