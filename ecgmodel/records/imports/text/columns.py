"""The columns of a table and what each of them is: time, a counter, an ECG lead, or something else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecgmodel.records.imports.evidence import Vote, say
from ecgmodel.records.imports.text.batches import is_batched
from ecgmodel.records.imports.text.header import split_states
from ecgmodel.records.imports.text.layout import Trial
from ecgmodel.records.imports.text.numbers import LARGEST, parse_clock, parse_number
from ecgmodel.records.imports.text.statements import Statements
from ecgmodel.records.imports.text.words import (
    ARRIVAL_NAME,
    COUNTER_NAME,
    ECG_NAME,
    OTHER_NAME,
    SIGNAL_NAME,
    TIME_NAME,
    lead_name,
    plain_word,
    signal_unit,
    split_name,
    time_unit,
)

SAMPLE_ROWS = 6000
"""So many rows are looked at before a file is read."""

DAY_S = 86400.0

STEADY = 0.95
"""So many of its steps are alike in a time column that is as steady as any; the others are gaps."""

MAX_RESTARTS = 3
"""So often the time of a file of several blocks may start again in the rows that are looked at."""

RAW_MARK = " RAW"
"""Set behind the name of a raw column that has the same name as a calibrated one."""

STAMP_ROWS = 60_000
"""So many rows of a time column whose stamps come in batches, since few of them fall into `SAMPLE_ROWS`."""


@dataclass(frozen=True)
class Column:
    """One column, seen through the first rows.

    Attributes
    ----------
    index : int
        From 0.
    name : str
        The name by which people know it; "column 2" where the file has none. No two columns have the same.
    label : str
        What the header says, without the unit; empty where it says nothing.
    unit : str
        The word for its unit in the header or in a row of units; empty where there is none.
    kind : {"N", "C", "T", "M"}
        Numbers, clock times, text, nothing.
    values : ndarray of shape (n_rows,), float64
        Clock times in seconds; NaN where there is no number.
    stamps : ndarray of shape (n_more_rows,), float64, or None
        More values of a column that moves in batches; `None` of any other.
    calibrated : bool or None
        Whether the header says that it is calibrated (`True`) or raw (`False`).
    """

    index: int
    name: str
    label: str
    unit: str
    kind: str
    values: np.ndarray
    stamps: np.ndarray | None = None
    calibrated: bool | None = None

    @cached_property
    def steps(self) -> np.ndarray:
        """The differences between neighbouring rows, of a counter that starts again without that restart."""
        steps = np.diff(self.values[np.isfinite(self.values)])
        if self.wraps_at:
            steps = np.where(steps < 0, steps + self.wraps_at, steps)
        return steps

    @cached_property
    def wraps_at(self) -> int | None:
        """Where a counter starts again at zero (256: OpenBCI), or `None`."""
        values = self.values[np.isfinite(self.values)]
        if len(values) < 3 or values.min() != 0 or not np.all(values == np.round(values)):
            return None
        top = int(values.max()) + 1
        steps = np.diff(values)
        back = steps < 0
        usual = np.median(steps)
        restarts = bool(back.any()) and bool(np.all(steps[back] <= -0.9 * (top - usual)))
        return top if restarts and usual > 0 and np.mean(steps == usual) > 0.9 and top >= 8 else None

    @property
    def rises(self) -> bool:
        """Whether it goes up, and hardly ever starts again lower, as time does in a file of several blocks."""
        steps = self.steps
        if len(steps) == 0 or not np.any(steps > 0):
            return False
        falls = int(np.count_nonzero(steps < 0))
        return falls == 0 or (falls <= MAX_RESTARTS and len(steps) > 200 * falls and self.kind in "NC")

    @cached_property
    def steadiness(self) -> float:
        """How many of its steps are like the usual step, 0 to 1; rounding makes neighbours of it as good.

        Of a column that moves in batches these are the steps from batch to batch, over their length.
        """
        steps = self.steps
        if self.rises and is_batched(steps):
            moves = np.flatnonzero(steps)
            steps = steps[moves[1:]] / np.diff(moves)
        if len(steps) == 0:
            return 0.0
        middle = float(np.median(steps))
        usual = float(np.mean(steps[(steps >= 0) & (steps <= 3 * middle)])) if middle > 0 else float(np.mean(steps))
        return float(np.mean(np.abs(steps - usual) <= 0.6 * usual)) if usual > 0 else 0.0

    @property
    def superseded(self) -> bool:
        """Whether it is raw, and the same signal stands beside it calibrated."""
        return self.calibrated is False and self.name.endswith(RAW_MARK)

    @property
    def constant(self) -> bool:
        """Whether all its numbers are the same."""
        values = self.values[np.isfinite(self.values)]
        return len(values) == 0 or bool(np.all(values == values[0]))


def read_columns(trial: Trial, statements: Statements) -> tuple[Column, ...]:
    """Read the first rows of every column."""
    names, calibrated = name_columns(trial, statements)
    rows = trial.read_rows(SAMPLE_ROWS)
    columns: list[Column] = []
    taken: set[str] = set()
    for i, (kind, (label, unit), state) in enumerate(zip(trial.pattern, names, calibrated, strict=True)):
        if label.isdigit() and trial.header and all(n.strip().isdigit() for n in trial.header if n.strip()):
            label = ""
        name = (lead_name(label) or " ".join(label.split())[:60]) if label else f"column {i + 1}"
        if state is False and any(other[0] == label for k, other in enumerate(names) if k != i):
            name += RAW_MARK
        if name in taken:
            name = f"{name} ({i + 1})"
        taken.add(name)
        values = np.array([_value(row[i], kind, trial.decimal) for row in rows])
        if kind == "C":
            values = pass_midnight(values)
        column = Column(i, name, label, unit, kind, values, calibrated=state)
        if len(rows) >= SAMPLE_ROWS and column.rises and is_batched(column.steps):
            more = trial.read_rows(STAMP_ROWS)
            stamps = np.array([_value(row[i], kind, trial.decimal) for row in more])
            stamps = pass_midnight(stamps) if kind == "C" else stamps
            column = replace(column, stamps=stamps[np.isfinite(stamps)])
        columns.append(column)
    return tuple(columns)


def name_columns(trial: Trial, statements: Statements) -> tuple[list[tuple[str, str]], tuple[bool | None, ...]]:
    """Return the label and the unit of each column as the header has them, and whether it is calibrated."""
    width = len(trial.pattern)
    header = trial.header or []
    if len(statements.columns) and width - len(statements.columns) in (0, 1):
        header = [*statements.columns, ""][:width]
    header = [*header, *[""] * width][:width]
    states = trial.words.calibrated
    if states is None:
        header, states = split_states(header)
    names = []
    for i, text in enumerate(header):
        label, unit = split_name(text)
        names.append((label, unit or (trial.units[i].strip(" '\"") if trial.units else "")))
    first = trial.pattern.rstrip("M").count("N") - len(statements.channels)  # channels come last, after a time
    if statements.channels and first in (0, 1):
        samples = [i for i, kind in enumerate(trial.pattern) if kind == "N"][first:]
        for i, channel in zip(samples, statements.channels, strict=True):
            names[i] = (channel.name or names[i][0], channel.unit or names[i][1])
    return names, states or (None,) * width


def pass_midnight(values: np.ndarray) -> np.ndarray:
    """Return clock times, in seconds, that go on rising where a clock without a date begins a new day."""
    known = np.isfinite(values)
    falls = np.diff(values[known]) < -0.5 * DAY_S
    if not falls.any():
        return values
    values = values.copy()
    values[known] += DAY_S * np.concatenate([[0], np.cumsum(falls)])
    return values


def _value(text: str, kind: str, decimal: str) -> float:
    try:
        value = parse_clock(text) if kind == "C" else parse_number(text, decimal) if kind == "N" else math.nan
    except ValueError:
        return math.nan
    return value if abs(value) <= LARGEST else math.nan


# -- Which column is the time: rules over all columns ------------------------------------------------------------------


def vote_time_name(columns: Sequence[Column]) -> Iterator[Vote]:
    """A column whose name is a word for time, or whose unit is one of time."""
    for column in columns:
        unit = time_unit(column.unit)
        if TIME_NAME.search(column.label) and not signal_unit(column.unit):
            share = 0.5 if ARRIVAL_NAME.search(column.label) else 1.0
            yield Vote(column.name, say("its name is '{name}'", name=column.label), share)
        elif unit and unit != "samples":
            yield Vote(column.name, say("its unit is '{unit}'", unit=column.unit))
        elif COUNTER_NAME.match(plain_word(column.label)) and column.label:
            yield Vote(column.name, say("its name is '{name}'", name=column.label), 0.8)


def vote_clock_text(columns: Sequence[Column]) -> Iterator[Vote]:
    """A column of clock times."""
    for column in columns:
        if column.kind == "C":
            share = 0.5 if ARRIVAL_NAME.search(column.label) else 1.0
            yield Vote(column.name, say("it holds clock times"), share)


def vote_steady_rise(columns: Sequence[Column]) -> Iterator[Vote]:
    """A column that rises in every row by about the same step; an ECG never does."""
    for column in columns:
        if len(column.steps) >= 3 and (column.rises or column.wraps_at) and column.kind in "NC":
            steadiness = min(1.0, column.steadiness / STEADY)
            yield Vote(column.name, say("it rises in every line, by about the same step"), steadiness)


def vote_stands_still(columns: Sequence[Column]) -> Iterator[Vote]:
    """A column that is the same in every row, as Polar's 0.0, tells no time."""
    for column in columns:
        if len(column.values) > 1 and column.constant:
            yield Vote(column.name, say("it is the same in every line"), -1.0)


def vote_falls(columns: Sequence[Column]) -> Iterator[Vote]:
    """A column that goes down again and again is no time, whatever it is called."""
    for column in columns:
        steps = column.steps
        if len(steps) >= 3 and float(np.mean(steps < 0)) > 0.05:
            yield Vote(column.name, say("it goes down again and again"), -1.0)


def vote_raw_time(columns: Sequence[Column]) -> Iterator[Vote]:
    """Ticks of a device's clock, where the same time stands beside them in a unit."""
    for column in columns:
        if column.superseded:
            yield Vote(column.name, say("the header says that it is raw"), -1.0)


# -- Which columns are leads: rules over one column --------------------------------------------------------------------


def vote_lead_name(column: Column, statements: Statements) -> Iterator[Vote]:
    """A standard lead's name, a word for ECG, or an ECG sensor in the device's own header."""
    if lead_name(column.label):
        yield Vote(True, say("its name is that of a lead"))
    elif column.label in statements.ecg_columns:
        yield Vote(True, say("the header says that an ECG sensor is on it"))
    elif ECG_NAME.search(column.label):
        yield Vote(True, say("its name is '{name}'", name=column.label), 0.6)


def vote_signal_name(column: Column, statements: Statements) -> Iterator[Vote]:
    """A word for any signal, or a unit of voltage."""
    if signal_unit(column.unit):
        yield Vote(True, say("its unit is '{unit}'", unit=column.unit))
    elif SIGNAL_NAME.search(column.label):
        yield Vote(True, say("its name is '{name}'", name=column.label))
    elif not column.label:
        yield Vote(True, say("it has no name"), 0.5)
    elif not OTHER_NAME.search(column.label):
        yield Vote(True, say("its name is '{name}'", name=column.label), 0.3)


def vote_other_name(column: Column, statements: Statements) -> Iterator[Vote]:
    """A word for something else, as acceleration, breath or heart rate."""
    if OTHER_NAME.search(column.label) and not lead_name(column.label) and not ECG_NAME.search(column.label):
        yield Vote(True, say("its name is '{name}'", name=column.label), -1.0)


def vote_calibrated(column: Column, statements: Statements) -> Iterator[Vote]:
    """Beside calibrated values, raw ones are the same signal in ADC units that mean nothing."""
    if column.calibrated:
        yield Vote(True, say("the header says that it is calibrated"), 0.2)
    elif column.superseded:
        yield Vote(True, say("the header says that it is raw"), -1.0)


def vote_beat_shape(column: Column, statements: Statements) -> Iterator[Vote]:
    """Short steep complexes with rest between them, which neither noise nor mains hum has."""
    share = spikiness(column.values)
    if share > 0.1:
        yield Vote(True, say("it has short steep complexes with rest between them"), min(1.0, 2 * share))


def vote_dead_channel(column: Column, statements: Statements) -> Iterator[Vote]:
    """A channel that is the same all the time, or that only counts."""
    if column.constant and len(column.values) > 1:
        yield Vote(True, say("it is the same in every line"), -0.7)
    elif len(column.steps) > 8 and (column.wraps_at or (column.rises and column.steadiness > 0.9)):
        yield Vote(True, say("it only counts up"), -1.0)
    elif len(column.values) > 50 and len(np.unique(column.values)) <= 2:
        yield Vote(True, say("it has only two values"), -1.0)


def spikiness(values: np.ndarray) -> float:
    """Return from 0 (noise, hum, a drift) to 1 how much a signal consists of short steep complexes.

    The kurtosis of the steps of an ECG is far above that of noise (3) and of a sine (1.5): most steps are near zero
    and some, in every QRS complex, are large.
    """
    values = values[np.isfinite(values)]
    if len(values) < 50:
        return 0.0
    smooth = np.convolve(values - np.median(values), np.ones(4) / 4, mode="valid")
    steps = np.diff(smooth)
    steps = np.clip(steps, *np.percentile(steps, [0.2, 99.8]))  # one jolt is no beat
    spread = steps.std()
    if spread == 0:
        return 0.0
    kurtosis = float(np.mean(((steps - steps.mean()) / spread) ** 4))
    return float(np.clip((kurtosis - 4.0) / 6.0, 0.0, 1.0))
