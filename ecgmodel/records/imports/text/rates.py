"""How many samples there are in a second: what the file says, what its time column shows, and which of them agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.evidence import Vote, round_figures, say
from ecgmodel.records.imports.text.batches import is_batched, measure_step
from ecgmodel.records.imports.text.columns import Column
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ, Statements
from ecgmodel.records.imports.text.words import COUNTER_NAME, plain_word, time_unit
from ecgmodel.records.sources.databases import MITDB

COMMON_RATES_HZ = (
    50, 100, 120, 125, 128, 130, 180, 200, 240, 250, 256, 257, 300, 360, 400, 480, 500, 512, 600, 720, 800, 960, 977,
    1000, 1024, 2000, 2048, 4000, 4096, 5000,
)  # fmt: skip

SAME_RATE = 0.02
"""Two rates that differ by less are one: a device's clock and the clock of its phone never agree exactly."""

UNITS_A_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "min": 1 / 60, "clock": 1.0}

MIN_ROWS = 8


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """What a time column says of the rate.

    Attributes
    ----------
    fs : float
        In Hz; the common rate, where one is within the rounding of the times.
    step : float
        Usual step from line to line, in the column's own unit.
    error : float
        By how much `fs` may be off, as a share of it, by rounding and jitter.
    """

    fs: float
    step: float
    error: float


def same_rate(first: object, second: object) -> bool:
    """Whether two rates in Hz are one within `SAME_RATE`."""
    return abs(float(first) - float(second)) <= SAME_RATE * max(float(first), float(second))  # type: ignore[arg-type]


def measure_rate(column: Column, unit: str) -> MeasuredRate | None:
    """Measure the rate from a time column's first rows.

    Steps are averaged before they are turned into a rate, so that times rounded to .000 .003 .006 .008 give 360 Hz. A
    clock that stands still for several rows and then jumps (a batch that arrived at once) is measured between jumps.
    Steps far longer than usual are gaps and do not count.
    """
    scale = UNITS_A_SECOND.get(unit)
    values = column.values[np.isfinite(column.values)] if column.stamps is None else column.stamps
    if scale is None or len(values) < MIN_ROWS:
        return None
    moves = np.flatnonzero(np.diff(values) > 0) + 1
    if is_batched(np.diff(values)):
        measured = measure_step(moves, values[moves] - values[0]) if len(moves) else None
        if measured is None:
            return None
        step, error = measured
        return MeasuredRate(_snap(scale / step, error), step, min(1.0, error))
    if len(moves) == len(values) - 1:
        moves = np.concatenate([[0], moves])
    if len(moves) < 4:
        return None
    rows, steps = np.diff(moves), np.diff(values[moves])
    keep = (steps > 0) & (steps / rows <= 2.5 * np.median(steps / rows))
    rows, steps = rows[keep], steps[keep]
    span = float(steps.sum())
    if span <= 0:
        return None
    fs = float(rows.sum()) / span * scale
    jitter = 2 * float(np.std(steps - rows * (span / rows.sum())))
    error = min(1.0, max(_resolution(values) / span, jitter / span if jitter > 2 * _resolution(values) else 0.0))
    return MeasuredRate(_snap(fs, error), span / float(rows.sum()), error)


def _resolution(values: np.ndarray) -> float:
    """The last digit to which times are written."""
    for digits in range(7):
        scaled = values[:200] * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) < 1e-3):
            return 10.0**-digits
    return 0.0


def _snap(fs: float, error: float) -> float:
    """Return the common rate nearest to `fs` where it is within the error, else `fs` with the digits that it has."""
    near = min(COMMON_RATES_HZ, key=lambda rate: abs(rate - fs))
    if abs(near - fs) <= max(error, 1e-3) * fs:
        return float(near)
    if abs(round(fs) - fs) <= max(error, 1e-4) * fs:
        return float(round(fs))
    return float(f"{fs:.6g}")


# -- The unit of a time column: rules over that column -----------------------------------------------------------------


def vote_time_unit_word(column: Column) -> Iterator[Vote]:
    """The unit that stands in the header, or a name that is one, as `millis`."""
    for word in (column.unit, column.label):
        unit = time_unit(word)
        if unit and unit != "clock" and not (word == column.label and unit in ("samples",)):
            yield Vote(unit, say("its header says '{word}'", word=word))
            return


def vote_clock(column: Column) -> Iterator[Vote]:
    """Clock text needs no unit."""
    if column.kind == "C":
        yield Vote("clock", say("it holds clock times"))


def vote_counter(column: Column) -> Iterator[Vote]:
    """Whole numbers that go up by one count samples."""
    steps = column.steps
    if len(steps) < 3 or column.kind != "N" or float(np.mean(steps == 1)) < 0.9:
        return
    named = bool(COUNTER_NAME.match(plain_word(column.label)))
    yield Vote(
        "samples", say("it goes up by 1 in every line"), 1.0 if named or column.wraps_at or not column.label else 0.5
    )


def vote_step_size(column: Column) -> Iterator[Vote]:
    """Of s, ms, µs and ns, mostly one alone gives a rate at which ECGs are sampled."""
    if column.kind != "N" or len(column.steps) < 3:
        return
    counts = float(np.mean(column.steps == 1)) >= 0.9
    strange = bool(column.unit) and time_unit(column.unit) is None  # a unit is stated that is not one of these
    for unit in ("s", "ms", "us", "ns"):
        measured = measure_rate(column, unit)
        if measured is not None and 30.0 <= measured.fs <= 5000.0:
            yield Vote(
                unit,
                say("steps of {step:,.10g} make {fs:g} Hz", step=round_figures(measured.step, 4), fs=measured.fs),
                0.4 if counts or strange else 1.0,
            )


# -- The rate: rules over the whole table ------------------------------------------------------------------------------


def vote_stated_rate(
    statements: Statements, times: Sequence[tuple[Column, str]], stem: str, columns: Sequence[Column]
) -> Iterator[Vote]:
    """What the lines before the samples say."""
    for rate in statements.rates:
        sentence = say("line {line} says '{text}'", line=rate.line, text=rate.text)
        yield Vote(rate.value, sentence, 1.0 if rate.known else 0.8)


def vote_measured_rate(
    statements: Statements, times: Sequence[tuple[Column, str]], stem: str, columns: Sequence[Column]
) -> Iterator[Vote]:
    """What the time columns show; the first is the one taken as time, the others only support it."""
    for i, (column, unit) in enumerate(times):
        measured = measure_rate(column, unit)
        if measured is None or not FS_RANGE_HZ[0] <= measured.fs <= FS_RANGE_HZ[1]:
            continue
        share = (1.0 if measured.error < 0.01 else 0.4) * (1.0 if i == 0 else 0.8)
        sentence = say(
            "'{name}' goes up by {step:,.10g} {unit} a line on average: {fs:g} Hz",
            name=column.name,
            step=round_figures(measured.step, 4),
            unit="s" if unit == "clock" else unit,
            fs=measured.fs,
        )
        yield Vote(measured.fs, sentence, share)


def vote_front_value(
    statements: Statements, times: Sequence[tuple[Column, str]], stem: str, columns: Sequence[Column]
) -> Iterator[Vote]:
    """A number in front of the samples: after a start time it is the rate, alone it may be."""
    for front in statements.front:
        if front.known and FS_RANGE_HZ[0] <= front.value <= FS_RANGE_HZ[1]:
            yield Vote(front.value, say("line {line} has it after the start time", line=front.line))
        elif front.value in COMMON_RATES_HZ:
            sentence = say(
                "line {line}, '{text}', is not a sample and may be the rate", line=front.line, text=front.text
            )
            yield Vote(front.value, sentence, 0.6)


def vote_database_rate(
    statements: Statements, times: Sequence[tuple[Column, str]], stem: str, columns: Sequence[Column]
) -> Iterator[Vote]:
    """The MIT-BIH Arrhythmia Database as text: its leads, 11-bit samples and a counter, or one of its record names."""
    if is_mitdb_text(columns):
        named = stem in MITDB.record_names
        yield Vote(
            360.0,
            say("columns and 11-bit samples are those of the MIT-BIH Arrhythmia Database, which has 360 Hz"),
            1.0 if named or any(c.label.lower() == "sample #" for c in columns) else 0.5,
        )


def vote_file_name(
    statements: Statements, times: Sequence[tuple[Column, str]], stem: str, columns: Sequence[Column]
) -> Iterator[Vote]:
    """A rate in the file's name."""
    match = re.search(r"(?<![\d.])(\d{2,5})\s?[-_]?hz", stem[:200], re.IGNORECASE)
    if match and FS_RANGE_HZ[0] <= float(match[1]) <= FS_RANGE_HZ[1]:
        yield Vote(float(match[1]), say("the file's name says '{text}'", text=match[0]))


def is_mitdb_text(columns: Sequence[Column]) -> bool:
    """Whether a table is a MIT-BIH record as it goes round as text: MLII or V leads, samples of 11 bits around 1024."""
    leads = [c for c in columns if c.name in ("MLII", "V1", "V2", "V4", "V5")]
    if not leads or not any(COUNTER_NAME.match(plain_word(c.label)) for c in columns):
        return False
    values = np.concatenate([c.values for c in leads])
    values = values[np.isfinite(values)]
    whole = len(values) > 0 and bool(np.all(values == np.round(values))) and values.min() >= 0 and values.max() <= 2047
    return whole and 700 <= float(np.median(values)) <= 1300
