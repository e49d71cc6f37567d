"""The templates: one matrix for the screen and for paper, and all text escaped."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np

from ecgmodel.figures.rendering import Table, make_matrix, render


class Cells(HTMLParser):
    """Collects the texts of heads and cells, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def read(html):
    cells = Cells()
    cells.feed(html)
    return cells


def test_a_matrix_counted_by_hand():
    """Counts in their places, and behind each row its sensitivity; no column stands for F."""
    content = make_matrix(np.array([[3, 1], [0, 4], [1, 0]]), ("N", "V", "F"), ("N", "V"), "found")
    found = read(render("matrix.html", content=content))
    assert found.rows == [
        ["", "N", "V", "found"],
        ["N", "3", "1", "75.0%"],
        ["V", "0", "4", "100%"],
        ["F", "1", "0", "0%"],
    ]


def test_names_stay_text():
    """Markup in the name of a class, of a head or of a cell is shown, not obeyed."""
    evil = "<img src=x onerror=alert(1)>"
    content = make_matrix(np.array([[1]]), (evil,), (evil,), evil)
    found = read(render("matrix.html", content=content))
    assert "img" not in found.tags
    assert found.rows == [["", evil, evil], [evil, "1", "100%"]]
    html = render(
        "result.html",
        lang='"><script>',
        title=evil,
        device=evil,
        unchecked=evil,
        sections=[{"title": evil, "table": Table([[evil]], [evil]), "matrix": None, "note": evil}],
    )
    assert not {"img", "script"} & read(html).tags
