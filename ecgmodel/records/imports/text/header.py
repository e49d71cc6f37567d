"""The lines between what a device says of a recording and its samples: names, units, raw or calibrated, counts.

Some devices write several rows of words over their samples, as Shimmer's names, "RAW" and "CAL", and units; others put
numbers before the first sample that are none, as AcqKnowledge's row of counts, or a start time and a rate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.text.numbers import clean_cell, parse_number
from ecgmodel.records.imports.text.words import is_no_unit, plain_word, signal_unit, time_unit

MAX_ROWS = 6
"""So many rows of words are looked at above the samples."""

MAX_NAME = 200
"""Characters of a cell above the samples that are read; what looks for words in it takes the square of its length."""

MAX_FRONT = 3
"""So many rows of numbers in front of the samples can be none."""

BODY_ROWS = 200
FAR = 20.0
"""A first value that is as many times the usual swing away from the others is no sample."""

_STATES = {
    "raw": False, "uncal": False, "uncalibrated": False,
    "cal": True, "calibrated": True,
}  # fmt: skip
_STATE_SUFFIX = re.compile(r"[\s_.-]+(raw|uncal|cal)$", re.IGNORECASE)
_BITS = re.compile(r"[\s_]+\d{1,2}bit\b", re.IGNORECASE)

UNIX_SECONDS = (1e9, 2.2e9)
"""Seconds since 1970 of the years 2001 to 2039; a thousand and a million times as much in ms and us."""


@dataclass(frozen=True, slots=True)
class Header:
    """The rows of words above the samples.

    Attributes
    ----------
    names, units : list of str, or None
        One a column; empty where a column has none.
    calibrated : tuple of bool or None, or None
        Whether a column holds calibrated values (`True`) or raw ones (`False`), where the file has such rows.
    first : int or None
        Index of the line of names.
    """

    names: list[str] | None
    units: list[str] | None
    calibrated: tuple[bool | None, ...] | None
    first: int | None


def read_header(rows: Callable[[int], tuple[int, list[str]] | None], above: int) -> Header:
    """Read the rows of words above the line with index `above`, from the last upwards.

    Parameters
    ----------
    rows : callable
        Returns index and cells of the last row of words above a line, or `None` where another line is there.
    above : int
    """
    units: list[str] | None = None
    states: tuple[bool | None, ...] | None = None
    last: tuple[int, list[str]] | None = None
    index = above
    for _ in range(MAX_ROWS):
        found = rows(index)
        if found is None:
            break
        index, cells = found[0], [cell[:MAX_NAME] for cell in found[1]]
        filled = [cell for cell in cells if cell.strip(" '\"")]
        if units is None and sum(map(_is_unit, filled)) >= 0.6 * len(filled) and rows(index) is not None:
            units = cells
            continue
        if states is None and filled and all(plain_word(cell) in _STATES for cell in filled):
            states = tuple(_STATES.get(plain_word(cell)) for cell in cells)
            continue
        last = index, cells
        break
    if last is None:
        return Header(None, units, states, None)
    return Header(last[1], units, states, last[0])


def _is_unit(cell: str) -> bool:
    return bool(signal_unit(cell) or time_unit(cell)) or is_no_unit(cell)


def split_states(names: Sequence[str]) -> tuple[list[str], tuple[bool | None, ...] | None]:
    """Take `_RAW` and `_CAL` off names, and what all have in front, as `Shimmer_A1_`.

    Returns
    -------
    tuple
        The names, and for each whether it is calibrated; `None` where no name has `CAL`, so that `ecg_raw` stays.
    """
    marks = [_STATE_SUFFIX.search(name.strip()) for name in names]
    if not any(mark and mark[1].lower() == "cal" for mark in marks):
        return list(names), None
    states = tuple(None if mark is None else mark[1].lower() == "cal" for mark in marks)
    bare = [_BITS.sub("", _STATE_SUFFIX.sub("", name.strip())) for name in names]
    filled = [name for name in bare if name]
    if len(filled) > 1:
        first, last = min(filled), max(filled)
        same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
        cut = max(first.rfind(mark, 0, same) for mark in "_ .") + 1
        if cut >= 3 and any(char.isdigit() for char in first[:cut]):
            bare = [name[cut:] for name in bare]
    return [name.replace("_", " ") for name in bare], states


def skip_front(cells: Sequence[Sequence[str]], usual: str, decimal: str, n_rows: int) -> int:
    """Return how many of the first rows are no samples.

    Parameters
    ----------
    cells : sequence of sequence of str
        The first rows.
    usual : str
        The kinds of cell of most rows.
    decimal : str
    n_rows : int
        Of all rows, as far as the file is known; a first value that is this number counts them.
    """
    front = 0
    while front < MAX_FRONT and front + 1 < len(cells) and _has_lone_blank(cells, front, usual):
        front += 1
    numbers = [i for i, kind in enumerate(usual) if kind == "N"]
    if "C" in usual or not numbers:
        return front
    body = _parse(cells[front : front + BODY_ROWS], numbers, decimal)
    if len(body) < 20:
        return front
    rest = body[MAX_FRONT + 1 :]
    last = 0
    for i in range(MAX_FRONT):
        after_start = i == 1 and is_unix_time(float(body[0][0])) and is_rate(float(body[1][0]))
        texts = [cells[front + i][k] for k in numbers]
        if not after_start and not _is_far(body[i], rest, n_rows - front - i - 1, texts, decimal):
            break
        last = i + 1
    return front + last


def _has_lone_blank(cells: Sequence[Sequence[str]], row: int, usual: str) -> bool:
    """Whether a row has an empty cell where the rows after it have numbers."""
    later = cells[row + 1 : row + 4]
    for i, kind in enumerate(usual):
        if kind in "NC" and not clean_cell(cells[row][i]) and all(clean_cell(other[i]) for other in later):
            return True
    return False


def _parse(rows: Sequence[Sequence[str]], columns: Sequence[int], decimal: str) -> np.ndarray:
    values = []
    for row in rows:
        try:
            values.append([parse_number(row[i], decimal) for i in columns])
        except ValueError:
            values.append([np.nan] * len(columns))
    return np.array(values, dtype=np.float64).reshape(len(values), len(columns))


def _is_far(row: np.ndarray, rest: np.ndarray, n_after: int, texts: Sequence[str], decimal: str) -> bool:
    """Whether every number of a row lies so far outside of what follows that it is no sample.

    A column that counts up, as time does, is left out of account; beside one, only the number of rows is no sample.
    """
    judged, counts_up = 0, False
    for value, column, text in zip(row, rest.T, texts, strict=True):
        there = column[np.isfinite(column)]
        if not np.isfinite(value) or len(there) < 10:
            return False
        if len(texts) > 1 and np.all(np.diff(there) > 0):
            counts_up = True
            continue
        low, high = (float(q) for q in np.percentile(there, (1, 99)))
        off, swing = max(low - value, value - high), high - low
        if swing <= 0 or off <= 0:
            return False
        counted = abs(value - n_after) <= 1
        bare = decimal not in text and value == round(value) and off > max(abs(low), abs(high), swing)
        if not (counted or (not counts_up and (off > FAR * swing or (bare and _all_fractions(there))))):
            return False
        judged += 1
    return judged > 0


def _all_fractions(values: np.ndarray) -> bool:
    return float(np.mean(values != np.round(values))) > 0.5


def is_unix_time(value: float) -> bool:
    """Whether a number is a time since 1970 of this century, in s, ms or us."""
    return any(UNIX_SECONDS[0] * scale <= value <= UNIX_SECONDS[1] * scale for scale in (1.0, 1e3, 1e6))


def is_rate(value: float) -> bool:
    """Whether a number can be a sampling rate, from its size alone."""
    return 25.0 <= value <= 10_000.0
