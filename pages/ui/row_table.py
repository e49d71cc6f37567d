"""Tables whose rows open something: a click anywhere in a row is a click on it.

Streamlit selects a row only by the small box in front of it, but a cell by a click on it. So a cell is selected here,
and its row is what counts; arrow keys go from cell to cell.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

SHORT_TABLE = 6
"""Rows of a table that is shown whole; longer ones scroll, so that the trace above stays in view."""

LONG_TABLE_PX = 250


def show_row_table(
    data: object, *, key: str, on_row: Callable[[int], None] | None = None, **options: object
) -> int | None:
    """Show a table, and return the row that is chosen.

    Parameters
    ----------
    data : object
        What `st.dataframe` takes.
    key : str
        Of the widget; another for other rows, since a choice counts rows.
    on_row : callable, optional
        Called with the number of a row that the visitor clicks, before the page runs again.
    options : dict
        Of `st.dataframe`.
    """

    def take() -> None:
        row = _row(st.session_state[key])
        if row is not None and on_row is not None:
            on_row(row)

    shown = st.dataframe(data, hide_index=True, key=key, on_select=take, selection_mode="single-cell", **options)
    return _row(shown)


def table_height(n_rows: int) -> int | str:
    """Return the height of a table of so many rows beside a trace."""
    return "auto" if n_rows <= SHORT_TABLE else LONG_TABLE_PX


def _row(state: object) -> int | None:
    cells = state.selection.cells
    return int(cells[0][0]) if cells else None
