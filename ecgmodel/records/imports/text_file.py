"""Reading a visitor's own ECG: CSV and text as any device writes them.

A file is understood by rules that weigh evidence, not by the name of its maker. `EVIDENCE` is the whole table: for each
property the rules that bear on it, each with the weight of its word. A rule looks at what has been decided so far and
votes for values, with a reason that people can read; the value with the greatest weight is taken, if it has enough
(`evidence.ENOUGH`) and no other comes near. Of what is not decided so, only what is needed is asked, one question at a
time; the sampling rate is never assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgmodel.errors import ImportFileError, ImportStoppedError, QuestionError
from ecgmodel.records.imports import source as encoding_rules
from ecgmodel.records.imports.artefacts import take_out_artefacts
from ecgmodel.records.imports.evidence import Finding, Rule, Sentence, round_figures
from ecgmodel.records.imports.notes import FaultList, describe_front, describe_timing
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text import beat_rows as row_rules
from ecgmodel.records.imports.text import columns as column_rules
from ecgmodel.records.imports.text import layout_rules
from ecgmodel.records.imports.text import rates as rate_rules
from ecgmodel.records.imports.text import units as unit_rules
from ecgmodel.records.imports.text.beat_rows import BeatRows, make_beat_rows
from ecgmodel.records.imports.text.deciding import Table, label_leads, understand
from ecgmodel.records.imports.text.intervals import Intervals, make_intervals
from ecgmodel.records.imports.text.layout import find_keys
from ecgmodel.records.imports.text.plan import TablePlan
from ecgmodel.records.imports.text.reading import Rows, iter_rows
from ecgmodel.records.imports.text.timing import Gap, Grid, find_pace
from ecgmodel.records.imports.text.units import Scale
from ecgmodel.records.imports.understanding import ImportSettings, Understanding
from ecgmodel.records.record import Annotations, Header, Record

# property -> (weight of its word, rule)
EVIDENCE = {
    "encoding": (
        Rule(9.0, encoding_rules.vote_byte_order_mark),
        Rule(6.0, encoding_rules.vote_utf16_zeros),
        Rule(4.0, encoding_rules.vote_utf8),
        Rule(2.0, encoding_rules.vote_gbk_pairs),
        Rule(1.0, encoding_rules.vote_cp1252),
    ),
    "delimiter and decimal mark": (
        Rule(2.0, layout_rules.vote_share_of_rows),
        Rule(3.0, layout_rules.vote_separator_line),
        Rule(1.5, layout_rules.vote_fraction_digits),
        Rule(1.5, layout_rules.vote_leading_zeros),
        Rule(2.0, layout_rules.vote_glued_cells),
        Rule(1.0, layout_rules.vote_fraction_in_header),
        Rule(1.5, layout_rules.vote_second_number),
        Rule(1.0, layout_rules.vote_header_width),
        Rule(0.5, layout_rules.vote_several_columns),
        Rule(0.5, layout_rules.vote_decimal_points),
    ),
    "kind": (
        Rule(1.0, row_rules.vote_row_length),
        Rule(1.0, row_rules.vote_unit_range),
    ),
    "time column": (
        Rule(1.0, column_rules.vote_time_name),
        Rule(1.0, column_rules.vote_clock_text),
        Rule(1.0, column_rules.vote_steady_rise),
        Rule(3.0, column_rules.vote_stands_still),
        Rule(2.0, column_rules.vote_falls),
        Rule(0.5, column_rules.vote_raw_time),
    ),
    "time unit": (
        Rule(3.0, rate_rules.vote_clock),
        Rule(2.0, rate_rules.vote_time_unit_word),
        Rule(2.0, rate_rules.vote_counter),
        Rule(1.0, rate_rules.vote_step_size),
    ),
    "rate": (
        Rule(1.5, rate_rules.vote_stated_rate),
        Rule(1.5, rate_rules.vote_measured_rate),
        Rule(1.2, rate_rules.vote_front_value),
        Rule(1.2, rate_rules.vote_database_rate),
        Rule(0.6, rate_rules.vote_file_name),
    ),
    "lead": (
        Rule(2.0, column_rules.vote_lead_name),
        Rule(1.0, column_rules.vote_signal_name),
        Rule(3.0, column_rules.vote_other_name),
        Rule(5.0, column_rules.vote_calibrated),
        Rule(2.0, column_rules.vote_beat_shape),
        Rule(3.0, column_rules.vote_dead_channel),
    ),
    "unit": (
        Rule(2.0, unit_rules.vote_column_unit),
        Rule(1.5, unit_rules.vote_stated_unit),
        Rule(1.2, unit_rules.vote_known_converter),
        Rule(2.0, unit_rules.vote_fractions),
        Rule(1.0, unit_rules.vote_converter_range),
        Rule(0.6, unit_rules.vote_size),
    ),
}

MIN_SECONDS = 1.0
"""A shorter recording has no beat that could be told from its surroundings."""

Progress = Callable[[float], None]
Cancel = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that was read as an ECG.

    Attributes
    ----------
    record : Record
        Signals in mV, NaN where samples are missing; source "upload".
    understanding : Understanding
    gaps : tuple of Gap
        Where the file's time goes on without samples.
    notes : tuple of Sentence
        What was left out or changed, for the visitor to know.
    events : Annotations or None
        Comments of the file, which name no beat: "Lead off".
    """

    record: Record
    understanding: Understanding
    gaps: tuple[Gap, ...]
    notes: tuple[Sentence, ...]
    events: Annotations | None = None


@dataclass(frozen=True, slots=True)
class BeatTable:
    """A file that was read as one heartbeat a row.

    Attributes
    ----------
    beats : BeatRows
    understanding : Understanding
    notes : tuple of Sentence
    """

    beats: BeatRows
    understanding: Understanding
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """A file that was read as a list of RR intervals.

    Attributes
    ----------
    intervals : Intervals
    understanding : Understanding
    notes : tuple of Sentence
    """

    intervals: Intervals
    understanding: Understanding
    notes: tuple[Sentence, ...]


def sniff_csv(data: bytes | Path, name: str, settings: ImportSettings | None = None) -> Understanding:
    """Understand a text file from its first lines, without reading it all.

    Parameters
    ----------
    data : bytes or Path
    name : str
        The name that the file came with.
    settings : ImportSettings or None
        What the visitor set by hand; `None` leaves all to the evidence.

    Returns
    -------
    Understanding
        With a question where the file does not say something that is needed.

    Raises
    ------
    ImportFileError
        Where the file is no text with numbers, or a setting does not fit it.
    """
    return understand(Source(data, name), settings or ImportSettings(), EVIDENCE).understanding


def read_csv(
    data: bytes | Path,
    name: str,
    settings: ImportSettings | None = None,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Recording | BeatTable | IntervalTable:
    """Read an ECG from a text file.

    Parameters
    ----------
    data : bytes or Path
    name : str
        The name that the file came with; the record has it without its suffix.
    settings : ImportSettings or None
    progress : callable or None
        Called with the share that is done, 0 to 1, every few megabytes.
    cancel : callable or None
        Asked as often; where it returns true, the import stops.

    Returns
    -------
    Recording, BeatTable or IntervalTable
        The second where every row is one heartbeat, the last where the file lists RR intervals.

    Raises
    ------
    QuestionError
        Where the file does not say something that is needed, and `settings` does not either.
    ImportFileError
        Where the file cannot be read; names line and column where there is one.
    ImportStoppedError
        Where `cancel` returned true.
    """
    source = Source(data, name)
    table = understand(source, settings or ImportSettings(), EVIDENCE)
    found = table.understanding
    if found.question is not None:
        raise QuestionError(found.question.sentence.template, **found.question.sentence.values)
    faults = FaultList()
    if found.kind == "intervals":
        column = next(column for column in table.columns if column.name == found.leads.value[0])
        blocks = [rows.values[:, 0] for rows in _iter_rows(table, (column.index,), faults, progress, cancel)]
        return IntervalTable(
            make_intervals(np.concatenate(blocks), found.unit.value, column.name), found, faults.sentences()
        )
    if found.kind == "beats":
        blocks = [rows.values for rows in _iter_rows(table, tuple(range(len(table.columns))), faults, progress, cancel)]
        beats = make_beat_rows(np.concatenate(blocks), float(found.rate.value))
        return BeatTable(beats, found, faults.sentences())
    fs = float(found.rate.value)
    by_name = {column.name: column for column in table.columns}
    leads = tuple(by_name[lead].index for lead in found.leads.value)
    time = by_name.get(found.time_column.value)
    pace = None if time is None else find_pace(time, found.time_unit.value, fs)
    grid = Grid(len(leads), fs, pace, found.settings.bad_cells == "gap")
    for rows in _iter_rows(table, leads, faults, progress, cancel):
        grid.add(rows)
    signals = grid.finish()
    _to_millivolts(signals, found.scale.value, found.settings.flip)
    artefacts = take_out_artefacts(signals, found.leads.value, fs)
    _check_signals(signals, found.leads, fs)
    record = Record(
        name=source.stem[:100] or "upload",
        signals=signals,
        leads=label_leads(found.leads.value, table.statements),
        fs=fs,
        annotations=None,
        header=Header(),
        source="upload",
    )
    timing = describe_timing(grid.gaps, grid.repeated, grid.first_repeated_line, fs, record.duration_s)
    front = describe_front(table.statements.front)
    return Recording(record, found, tuple(grid.gaps), front + faults.sentences() + timing + artefacts)


def _iter_rows(
    table: Table,
    columns: tuple[int, ...],
    faults: FaultList,
    progress: Progress | None,
    cancel: Cancel | None,
) -> Iterator[Rows]:
    found = table.understanding
    time = next((column for column in table.columns if column.name == found.time_column.value), None)
    plan = TablePlan(
        encoding=table.text.encoding,
        delimiter=found.delimiter.value,
        decimal=found.decimal.value,
        first_line=found.first_line.value,
        names=tuple(column.name for column in table.columns),
        columns=columns,
        time=None if time is None else time.index,
        clock=time is not None and time.kind == "C",
        header=table.trial.header_line,
        header_keys=find_keys(table.trial.lines_before),
        blank_is_missing=len(table.columns) == 1 and table.trial.blank_share < 0.3,
        keep_going=found.settings.bad_cells == "gap",
    )
    source = table.text.source
    for rows in iter_rows(source, plan, table.text.labels):
        if cancel is not None and cancel():
            raise ImportStoppedError("The import was stopped.")
        faults.add(rows)
        yield rows
        if progress is not None:
            progress(min(1.0, rows.bytes_read / max(source.size, 1)))


def _to_millivolts(signals: np.ndarray, scale: Scale, flip: bool) -> None:
    """Turn samples into millivolts in place, lead by lead and piece by piece, so that memory stays as it is."""
    factor = (-1.0 if flip else 1.0) / scale.per_mv
    if scale.zero == 0.0 and factor == 1.0:
        return
    for start in range(0, len(signals), 1 << 20):
        piece = signals[start : start + (1 << 20)]
        with np.errstate(over="ignore"):  # a scale that somebody chose can be anything
            piece[:] = (piece.astype(np.float64) - scale.zero) * factor
        piece[np.isinf(piece)] = np.nan


def _check_signals(signals: np.ndarray, leads: Finding, fs: float) -> None:
    if len(signals) < MIN_SECONDS * fs:
        raise ImportFileError(
            "The file holds {samples} samples, at {fs:g} Hz {seconds:,g} s; at least {least:g} s are needed.",
            samples=len(signals),
            fs=fs,
            seconds=round_figures(len(signals) / fs),
            least=MIN_SECONDS,
        )
    for column in signals.T:
        finite = column[np.isfinite(column)] if np.isnan(column).any() else column
        if len(finite) and np.ptp(finite) > 0:
            return
    raise ImportFileError(
        "Lead '{lead}' is the same in all {samples} samples. The electrode was off, or another column is the ECG.",
        lead=leads.value[0],
        samples=len(signals),
        others=leads.alternatives,
        remedy="columns",
    )
