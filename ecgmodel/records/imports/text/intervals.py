"""Lists of RR intervals: what a watch or an analysis of heart rate variability exports, and no ECG."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.evidence import Vote, say
from ecgmodel.records.imports.text.columns import Column

INTERVAL_NAME = re.compile(
    r"\b(?:rr|rri|ibi|nn|nni|r-r|hrv)\b|rr[ _-]?int|(?:^|[_ ])rr(?:$|[_ ])|interbeat|beat[ -]to[ -]beat|"
    r"RR间期|心搏间期|间期",
    re.IGNORECASE,
)

RANGE_MS = (200.0, 4000.0)
"""From 300 to 15 beats a minute, with a pause."""

MOST = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """RR intervals without the ECG that they were measured in.

    Attributes
    ----------
    rr_s : ndarray of shape (n,), float64
        In seconds; those that no heart makes are left out.
    follows : ndarray of shape (n,), bool
        Whether the one before is its neighbour in the file, too: none was left out between them.
    n_left_out : int
    column : str
    """

    rr_s: np.ndarray
    follows: np.ndarray
    n_left_out: int
    column: str

    @property
    def time_s(self) -> np.ndarray:
        """End of each interval, in seconds from the start: ndarray of shape (n,), float64."""
        return np.cumsum(self.rr_s)

    @property
    def rate_bpm(self) -> float:
        """Beats a minute by the median interval."""
        return 60.0 / float(np.median(self.rr_s))


def find_intervals(columns: Sequence[Column], stem: str) -> tuple[Column, str] | None:
    """Return the column of RR intervals and its unit, "ms" or "s"; `None` where a table has no such column.

    A column is one by its name, or a lone column without a name by that of the file; its values have to be a heart's.
    """
    samples = [column for column in columns if column.kind == "N"]
    for column in samples:
        named = INTERVAL_NAME.search(column.label) is not None
        alone = len(columns) == 1 and not column.label and INTERVAL_NAME.search(stem.replace("_", " ")) is not None
        unit = interval_unit(column.values)
        others = [other for other in samples if other is not column and not other.rises]
        if (named or alone) and unit is not None and not others:
            return column, unit
    return None


def interval_unit(values: np.ndarray) -> str | None:
    """Return "ms" or "s" where nearly all values are as long as a heart's intervals in that unit, and positive."""
    values = values[np.isfinite(values)]
    if len(values) < 3:
        return None
    for unit, scale in (("ms", 1.0), ("s", 1000.0)):
        inside = (values * scale >= RANGE_MS[0]) & (values * scale <= RANGE_MS[1])
        if float(np.mean(inside)) >= MOST and len(np.unique(values)) > 2:
            return unit
    return None


def make_intervals(values: np.ndarray, unit: str, column: str) -> Intervals:
    """Return intervals in seconds."""
    seconds = values / (1000.0 if unit == "ms" else 1.0)
    good = np.isfinite(seconds) & (seconds * 1000 >= RANGE_MS[0]) & (seconds * 1000 <= RANGE_MS[1])
    follows = np.diff(np.flatnonzero(good), prepend=-2) == 1
    return Intervals(seconds[good], follows, int(np.count_nonzero(~good)), column)


def vote_intervals(columns: Sequence[Column], stem: str) -> Iterator[Vote]:
    """A lone column of RR intervals, by its name and its values."""
    found = find_intervals(columns, stem)
    if found is not None:
        column, unit = found
        yield Vote("intervals", say("'{name}' holds RR intervals in {unit}, and no ECG", name=column.name, unit=unit))
