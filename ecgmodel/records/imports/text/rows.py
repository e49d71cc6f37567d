"""Signals that lie in rows: a line a lead (`II,0.1,0.2,...`), or one lead whose samples are wrapped, 16 or 25 a line.

Both are turned into one sample a line before they are read. Which they are is seen from the numbers: neighbours in time
differ little. In a table of channels those stand below each other; in wrapped samples they stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Sentence, say
from ecgmodel.records.imports.source import Source, decode_head
from ecgmodel.records.imports.text.layout import DELIMITERS, split_line
from ecgmodel.records.imports.text.numbers import MISSING_WORDS, clean_cell, is_number, parse_number

MIN_ROW = 300
"""A line with fewer numbers is not a whole signal."""

MAX_LEAD_LINES = 24
"""Eighteen leads are the most that are in use, and a few lines of words may stand above them."""

MIN_WRAPPED, MAX_WRAPPED = 4, 256
MIN_LINES = 8
LOOK_LINES = 300
MAX_BYTES = 64 * 1024 * 1024
"""Longer files are not turned: their lines would have to be in memory all at once."""

CLOSER = 0.5
"""Neighbours in a line differ by less than this share of what neighbours in a column do, where samples are wrapped."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A file whose signals lay in rows, with one sample a line.

    Attributes
    ----------
    source : Source
    kind : {"rows", "wrapped"}
    sentence : Sentence
        What speaks for it.
    """

    source: Source
    kind: str
    sentence: Sentence


def turn_rows(
    source: Source, lines: Sequence[str], encoding: str, kind: str | None, decimal: str | None
) -> Turned | None:
    """Turn a file whose signals lie in rows; return `None` for any other.

    Parameters
    ----------
    source : Source
    lines : sequence of str
        The first lines of it, or all.
    encoding : str
    kind : str or None
        As set by hand: "rows" and "wrapped" turn it whatever the numbers say, any other value does not.
    decimal : {".", ","} or None

    Raises
    ------
    ImportFileError
        For lines of different lengths, and for a cell that is no number.
    """
    if kind not in (None, "rows", "wrapped") or source.size > MAX_BYTES:
        return None
    ends = [line for line in lines[-4:] if line.strip()]
    if kind is None and len(lines) > LOOK_LINES and not any(_n_cells(line) >= MIN_WRAPPED for line in ends):
        return None  # a usual table, at once
    filled = [(i, line) for i, line in enumerate(lines, start=1) if line.strip()]
    if not filled:
        return None
    mark = _delimiter([line for _, line in filled[-3:]])
    point = decimal or ("," if mark in (";", "\t") and "." not in filled[-1][1] and "," in filled[-1][1] else ".")
    if kind == "rows" or (kind is None and _is_lead_lines(filled, mark)):
        whole = _all_lines(source, encoding)
        return _turn_leads(source, whole, mark, point) if kind or _is_lead_lines(whole, mark) else None
    if kind == "wrapped" or (kind is None and _is_wrapped(filled, mark, point)):
        return _join_lines(source, _all_lines(source, encoding), mark, point)
    return None


def _n_cells(line: str) -> int:
    """Return how many cells a line can have, whatever parts them."""
    return max(len(line.split()), *(line.count(mark) + 1 for mark in ",;\t|"))


def _all_lines(source: Source, encoding: str) -> list[tuple[int, str]]:
    lines = decode_head(source.read(), encoding).split("\n")
    return [(i, line.rstrip("\r")) for i, line in enumerate(lines, start=1) if line.strip()]


def _delimiter(lines: Sequence[str]) -> str:
    return max(DELIMITERS[1:], key=lambda mark: min(len(split_line(line, mark)) for line in lines))


def _cells(line: str, mark: str) -> list[str]:
    """Return the cells of a line, without an empty one after a last mark."""
    return split_line(line.strip(" \r").rstrip(mark if mark.strip() else ""), mark)


def _is_lead_lines(filled: Sequence[tuple[int, str]], mark: str) -> bool:
    if len(filled) > MAX_LEAD_LINES:
        return False
    widths = [len(split_line(line, mark)) for _, line in filled]
    long = [width for width in widths if width >= MIN_ROW]
    # Several short lines of words may be above; a table of many channels has more lines than leads could be.
    return bool(long) and widths[-1] >= MIN_ROW and len(long) >= 0.5 * len(widths)


def _turn_leads(source: Source, filled: Sequence[tuple[int, str]], mark: str, point: str) -> Turned:
    names: list[str] = []
    leads: list[list[str]] = []
    above: list[str] = []
    for number, line in filled:
        cells = [clean_cell(cell) for cell in _cells(line, mark)]
        if len(cells) < MIN_ROW and not leads:
            above.append(line)
            continue
        name = ""
        if not is_number(cells[0], point) and cells[0].lower() not in MISSING_WORDS:
            name, cells = cells[0].rstrip(":"), cells[1:]
        if leads and len(cells) != len(leads[0]):
            raise ImportFileError(
                "Line {line} has {found} values where the line of the first lead has {width}. Each line is one lead: "
                "give all as many values.",
                line=number,
                found=len(cells),
                width=len(leads[0]),
            )
        leads.append(list(_check_cells(cells, number, point)))
        names.append(name)
    rows = ["\t".join(cells) for cells in zip(*leads, strict=True)]
    header = ["\t".join(name or f"row {i}" for i, name in enumerate(names, start=1))] if any(names) else []
    text = "\n".join([*above, *header, *rows, ""])
    sentence = say("{lines} lines of {width:,} values each: a line is a lead", lines=len(leads), width=len(leads[0]))
    return Turned(Source(text.encode("utf-8"), source.name), "rows", sentence)


def _check_cells(cells: Sequence[str], line: int, point: str) -> Iterator[str]:
    for place, cell in enumerate(cells, start=1):
        if not is_number(cell, point) and cell.lower() not in MISSING_WORDS:
            raise ImportFileError(
                "Line {line}, value {place}: '{cell}' is not a number. Correct it: each line is one lead.",
                line=line,
                place=place,
                cell=cell[:40],
            )
        yield cell or "nan"


def _numbers(filled: Sequence[tuple[int, str]], mark: str, point: str) -> tuple[int, np.ndarray]:
    """Return how many lines above are words, and the full rows after them: ndarray of shape (n_rows, n_columns)."""
    rows: list[list[float]] = []
    start = 0
    for i, (_, line) in enumerate(filled[:LOOK_LINES]):
        try:
            row = [parse_number(cell, point) for cell in _cells(line, mark)]
        except ValueError:
            if rows:
                return start, np.empty((0, 0))
            start = i + 1
            continue
        rows.append(row)
    widths = {len(row) for row in rows[:-1]}
    if len(widths) != 1:
        return start, np.empty((0, 0))
    return start, np.array(rows[:-1])


def _is_wrapped(filled: Sequence[tuple[int, str]], mark: str, point: str) -> bool:
    start, table = _numbers(filled, mark, point)
    if table.shape[0] < MIN_LINES or not MIN_WRAPPED <= table.shape[1] <= MAX_WRAPPED:
        return False
    if start and len(split_line(filled[start - 1][1], mark)) == table.shape[1]:
        return False  # names of columns
    table = table[np.isfinite(table).all(axis=1)]
    if len(table) < MIN_LINES:
        return False
    beside = float(np.mean(np.abs(np.diff(table, axis=1))))
    below = float(np.mean(np.abs(np.diff(table, axis=0))))
    over = float(np.mean(np.abs(table[1:, 0] - table[:-1, -1])))
    moving = np.ptp(table, axis=0) > 0
    return bool(moving.all()) and 0 < beside < CLOSER * below and over < 2 * beside + CLOSER * CLOSER * below


def _join_lines(source: Source, filled: Sequence[tuple[int, str]], mark: str, point: str) -> Turned:
    start = _numbers(filled, mark, point)[0]
    cells: list[str] = []
    width = 0
    for number, line in filled[start:]:
        row = [clean_cell(cell) for cell in _cells(line, mark)]
        width = width or len(row)
        cells.extend(_check_cells(row, number, point))
    text = "\n".join([*(line for _, line in filled[:start]), *cells, ""])
    sentence = say("values side by side follow each other in time: {width} samples a line", width=width)
    return Turned(Source(text.encode("utf-8"), source.name), "wrapped", sentence)
