"""Cells of a confusion matrix, counted by hand."""

import numpy as np
import pytest

from ecgmodel.figures.confusion import fill_cells, format_share

MATRIX = np.array([[3, 1], [0, 4]])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("count", [["3", "1"], ["0", "4"]]),
        ("row", [["75.0%", "25.0%"], ["0%", "100%"]]),
        ("column", [["100%", "20.0%"], ["0%", "80.0%"]]),
    ],
)
def test_texts(unit, expected):
    """Counts, shares of the row, shares of the column."""
    cells = fill_cells(MATRIX, "NV", "NV", unit)
    assert [[cell.text for cell in row] for row in cells] == expected
    assert [[cell.right for cell in row] for row in cells] == [[True, False], [False, True]]


def test_a_single_mistake_is_seen():
    """One wrong beat among thousands has a colour, none has none."""
    cells = fill_cells(np.array([[9999, 1], [0, 5]]), "NV", "NV")
    assert cells[0][1].depth > 0.05
    assert cells[1][0].depth == 0
    assert cells[0][0].depth <= 1


def test_rows_without_a_column_are_never_right():
    """F has no column of its own."""
    cells = fill_cells(np.array([[2, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1]]), "NSVF", "NSV")
    assert [cell.right for cell in cells[3]] == [False, False, False]


def test_shares_are_whole_only_where_they_are():
    """99.99 % is not all, 0.001 % is not none, and nothing has no share."""
    assert format_share(99_999, 100_000) == "99.9%"
    assert format_share(1, 100_000) == "0.1%"
    assert format_share(7, 7) == "100%"
    assert format_share(0, 0) == ""
