"""Whole columns of clock times at once."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.imports.text.numbers import parse_clock


def parse_clock_cells(cells: np.ndarray) -> np.ndarray:
    """Return clock times in seconds.

    Where all cells have their digits and their marks in the same places, as a device writes them, the worth of each
    digit is found once, by changing it in the first cell; then all cells are one product of digits and worths.
    Columns whose width or date changes are read cell by cell.

    Parameters
    ----------
    cells : ndarray of shape (n,), str or None

    Returns
    -------
    ndarray of shape (n,), float64

    Raises
    ------
    ValueError
        Where a cell holds no time.
    """
    texts = np.array(["" if cell is None else cell for cell in cells], dtype=np.str_)
    width = texts.dtype.itemsize // 4
    if len(texts) == 0 or width == 0:
        return np.zeros(len(texts))
    first = str(texts[0])
    codes = texts.view(np.uint32).reshape(len(texts), width)
    digits = (codes >= 48) & (codes <= 57)
    changes = (codes != codes[0]).any(axis=0)
    places = np.flatnonzero(changes)
    has_date = any(mark in first for mark in "-/ T")
    date_moves = has_date and len(places) > 0 and places[0] < first.find(":") - 2
    # After 12:59:59 PM comes 1: the hours of such a clock are no number.
    hours_move = first.rstrip("]").lower().endswith("m") and len(places) > 0 and places[0] < first.find(":")
    if digits[:, places].all() and not date_moves and not hours_move:
        steps = codes[:, places].astype(np.float64) - codes[0, places]
        return parse_clock(first) + steps @ _worths(first, places)
    return np.array([parse_clock(str(text)) for text in texts])


def _worths(text: str, places: np.ndarray) -> np.ndarray:
    """Return what a digit that is greater by 1 at each place adds to the time in seconds."""
    start = parse_clock(text)
    worths = []
    for place in places:
        step = -1 if text[place] == "9" else 1
        changed = text[:place] + str(int(text[place]) + step) + text[place + 1 :]
        worths.append((parse_clock(changed) - start) * step)
    return np.array(worths)
