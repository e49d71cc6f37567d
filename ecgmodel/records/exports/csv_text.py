"""Writing CSV that a spreadsheet opens as what it is: no cell of it is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

LONE_MARKS = ("=", "+", "-", "@")

NOT_A_MEDICAL_DEVICE = "# Not a medical device: for teaching and research."


def escape_cell(value: object) -> object:
    """Return a cell as it is safe to write: text that looks like a formula gets an apostrophe before it.

    Numbers stay numbers, with their sign. A mark alone, as PhysioBank's `+`, is no formula and stays as it is.
    """
    if not isinstance(value, str) or value in LONE_MARKS:
        return value
    return "'" + value if value.lstrip(" ").startswith(FORMULA_MARKS) or value.startswith(FORMULA_MARKS) else value


def write_csv(
    header: Sequence[str], rows: Iterable[Sequence[object]], comments: Sequence[str] = (NOT_A_MEDICAL_DEVICE,)
) -> str:
    """Return a table as CSV (RFC 4180): comment lines, names, rows, each cell escaped.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence
    comments : sequence of str
        Lines before the header, each with its own `#`.
    """
    text = io.StringIO()
    for comment in comments:
        text.write(" ".join(comment.split()) + "\r\n")
    writer = csv.writer(text)
    writer.writerow([escape_cell(name) for name in header])
    writer.writerows([escape_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
