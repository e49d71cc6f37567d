"""Reading a visitor's own ECG: CSV and text as any device writes them.

A file is understood by rules that weigh evidence, not by the name of its maker. `EVIDENCE` is the whole table: for each
property the rules that bear on it, each with the weight of its word. A rule looks at what has been decided so far and
votes for values, with a reason that people can read; the value with the greatest weight is taken, if it has enough
(`evidence.ENOUGH`) and no other comes near. Of what is not decided so, only what is needed is asked, one question at a
time; the sampling rate is never assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgmodel.errors import ImportFileError, ImportStoppedError, QuestionError
from ecgmodel.records.imports import columns as column_rules
from ecgmodel.records.imports import layout as layout_rules
from ecgmodel.records.imports import rates as rate_rules
from ecgmodel.records.imports import source as encoding_rules
from ecgmodel.records.imports import units as unit_rules
from ecgmodel.records.imports.columns import Column, read_columns
from ecgmodel.records.imports.evidence import Finding, Rule, Sentence, chosen, say, weigh
from ecgmodel.records.imports.layout import Trial, try_layouts
from ecgmodel.records.imports.notes import FaultList, describe_timing
from ecgmodel.records.imports.reading import TablePlan, iter_rows
from ecgmodel.records.imports.source import Source, decode_head, refuse_foreign
from ecgmodel.records.imports.statements import FS_RANGE_HZ, Statements, read_statements
from ecgmodel.records.imports.timing import Gap, Grid, find_pace
from ecgmodel.records.imports.understanding import NO_TIME_COLUMN, ImportSettings, Question, Understanding
from ecgmodel.records.imports.units import Scale, find_scale
from ecgmodel.records.quality import NEGATIVE_LEADS, measure_polarity
from ecgmodel.records.record import Header, Record

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
        Rule(1.0, layout_rules.vote_fraction_in_header),
        Rule(1.5, layout_rules.vote_second_number),
        Rule(1.0, layout_rules.vote_header_width),
        Rule(0.5, layout_rules.vote_several_columns),
        Rule(0.5, layout_rules.vote_decimal_points),
    ),
    "time column": (
        Rule(1.0, column_rules.vote_time_name),
        Rule(1.0, column_rules.vote_clock_text),
        Rule(1.0, column_rules.vote_steady_rise),
        Rule(3.0, column_rules.vote_stands_still),
        Rule(2.0, column_rules.vote_falls),
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
        Rule(1.2, rate_rules.vote_database_rate),
        Rule(0.6, rate_rules.vote_file_name),
    ),
    "lead": (
        Rule(2.0, column_rules.vote_lead_name),
        Rule(1.0, column_rules.vote_signal_name),
        Rule(3.0, column_rules.vote_other_name),
        Rule(1.0, column_rules.vote_beat_shape),
        Rule(3.0, column_rules.vote_dead_channel),
    ),
    "unit": (
        Rule(2.0, unit_rules.vote_column_unit),
        Rule(1.5, unit_rules.vote_stated_unit),
        Rule(1.2, unit_rules.vote_known_converter),
        Rule(1.0, unit_rules.vote_converter_range),
        Rule(0.6, unit_rules.vote_size),
    ),
}

MAX_COLUMNS = 512
MAX_LEADS = 16
MIN_SECONDS = 1.0
LIKELY_RATES_HZ = (250.0, 500.0, 360.0, 200.0, 125.0, 130.0, 256.0, 512.0, 1000.0, 100.0, 128.0)

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
    """

    record: Record
    understanding: Understanding
    gaps: tuple[Gap, ...]
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A text file as far as it is understood before it is read."""

    understanding: Understanding
    trial: Trial
    statements: Statements
    columns: tuple[Column, ...]


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
    return _understand(Source(data, name), settings or ImportSettings()).understanding


def read_csv(
    data: bytes | Path,
    name: str,
    settings: ImportSettings | None = None,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Recording:
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
    Recording

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
    table = _understand(source, settings or ImportSettings())
    found = table.understanding
    if found.question is not None:
        raise QuestionError(found.question.sentence.template, **found.question.sentence.values)
    fs, scale = float(found.rate.value), found.scale.value
    by_name = {column.name: column for column in table.columns}
    leads = [by_name[lead] for lead in found.leads.value]
    time = by_name.get(found.time_column.value)
    plan = TablePlan(
        encoding=found.encoding.value,
        delimiter=found.delimiter.value,
        decimal=found.decimal.value,
        first_line=found.first_line.value,
        names=tuple(by_name),
        columns=tuple(column.index for column in leads),
        time=None if time is None else time.index,
        clock=time is not None and time.kind == "C",
        header=table.trial.header_line,
        blank_is_missing=len(table.columns) == 1 and table.trial.blank_share < 0.3,
        keep_going=found.settings.bad_cells == "gap",
    )
    pace = None if time is None else find_pace(time, found.time_unit.value, fs)
    grid = Grid(len(leads), fs, pace, plan.keep_going)
    faults = FaultList()
    for rows in iter_rows(source, plan):
        if cancel is not None and cancel():
            raise ImportStoppedError("The import was stopped.")
        grid.add(rows)
        faults.add(rows)
        if progress is not None:
            progress(min(1.0, rows.bytes_read / max(source.size, 1)))
    signals = grid.finish()
    _to_millivolts(signals, scale, found.settings.flip)
    _check_signals(signals, found.leads.value, fs)
    record = Record(
        name=source.stem[:100] or "upload",
        signals=signals,
        leads=_label_leads(found.leads.value, table.statements),
        fs=fs,
        annotations=None,
        header=Header(),
        source="upload",
    )
    timing = describe_timing(grid.gaps, grid.repeated, grid.first_repeated_line, fs, record.duration_s)
    return Recording(record, found, tuple(grid.gaps), faults.sentences() + timing)


# -- Understanding, step by step ----------------------------------------------------------------------------------------


def _understand(source: Source, settings: ImportSettings) -> _Table:
    head = source.head()
    refuse_foreign(head)
    encoding = _decide("encoding", settings.encoding, head)
    lines = decode_head(head, encoding.value).split("\n")
    if source.size > len(head):
        if len(lines) == 1:
            raise encoding_rules.long_line_error(1)
        lines.pop()  # cut in two by the end of the head
    lines = [line.rstrip("\r") for line in lines]
    layout, trial = _decide_layout(lines, settings)
    statements = read_statements(trial.lines_before)
    columns = _read_columns(trial, statements)
    time, time_unit, times = _decide_time(columns, settings)
    leads = _decide_leads(columns, time, statements, settings)
    lead_columns = [column for name in leads.value for column in columns if column.name == name]
    rate = _decide("rate", settings.fs, statements, times, source.stem, columns, same=rate_rules.same_rate)
    unit = _decide("unit", settings.unit, lead_columns, columns, statements)
    if unit.value is None:
        unit = Finding("adc", (say("the samples have the size of no unit of voltage"),), certain=False)
    scale = find_scale(unit.value, lead_columns, columns, statements)
    if settings.adc_per_mv is not None or settings.adc_zero is not None:
        zero, per_mv = (
            given if given is not None else known
            for given, known in ((settings.adc_zero, scale.value.zero), (settings.adc_per_mv, scale.value.per_mv))
        )
        scale = chosen(Scale(zero, per_mv), scale)
    understanding = Understanding(
        kind="signal",
        settings=settings,
        encoding=encoding,
        delimiter=Finding(
            layout.value[0], layout.evidence, tuple({a[0]: 0 for a in layout.alternatives}), layout.certain
        ),
        decimal=Finding(
            layout.value[1], layout.evidence, tuple({a[1]: 0 for a in layout.alternatives}), layout.certain
        ),
        first_line=Finding(trial.start + 1, (say("the first line whose cells are numbers, as in those after it"),)),
        header=_find_header(trial, columns),
        time_column=time,
        time_unit=time_unit,
        rate=rate,
        unit=unit,
        scale=scale,
        leads=leads,
        polarity=_find_polarity(lead_columns, rate),
        question=_find_question(layout, trial, time, time_unit, rate, settings),
    )
    return _Table(understanding, trial, statements, columns)


def _decide(name: str, value: object, *facts: object, **options: object) -> Finding:
    found = weigh(EVIDENCE[name], *facts, **options)
    return found if value is None else chosen(value, found)


def _decide_layout(lines: list[str], settings: ImportSettings) -> tuple[Finding, Trial]:
    trials = try_layouts(lines, settings.delimiter, settings.decimal, settings.first_line)
    found = weigh(EVIDENCE["delimiter and decimal mark"], trials)
    if found.value is None:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise ImportFileError(
            "No line of the file begins a table of numbers; its first line reads '{text}'. Choose a file that has one ECG "
            "sample a line.",
            text=first[:60],
        )
    trial = next(trial for trial in trials if (trial.delimiter, trial.decimal) == found.value)
    if settings.delimiter is not None and settings.decimal is not None:
        found = chosen(found.value, found)
    return found, trial


def _read_columns(trial: Trial, statements: Statements) -> tuple[Column, ...]:
    if len(trial.pattern) > MAX_COLUMNS:
        raise ImportFileError(
            "Line {line} has {found} columns; at most {limit} are read. Put one sample a line, and a column for each lead.",
            line=trial.start + 1,
            found=len(trial.pattern),
            limit=MAX_COLUMNS,
        )
    return read_columns(trial, statements)


def _find_header(trial: Trial, columns: tuple[Column, ...]) -> Finding:
    names = tuple(column.name for column in columns)
    if trial.header is None:
        return Finding(names, (say("no line names the columns"),))
    return Finding(names, (say("line {line} names the columns", line=trial.header_index + 1),))


def _decide_time(columns: tuple[Column, ...], settings: ImportSettings) -> tuple[Finding, Finding, list]:
    """Return the time column, its unit, and all columns that could be the time, with their units."""
    found = weigh(EVIDENCE["time column"], columns)
    if len(columns) == 1 and columns[0].kind == "N" and settings.time_column is None:
        found = Finding(None, (say("there is one column alone"),))
    candidates = [c for c in columns if c.name in (found.value, *found.alternatives)]
    units = {c.name: weigh(EVIDENCE["time unit"], c) for c in candidates}
    if found.value is not None and not _is_time(columns, found.value):
        found = Finding(None, (say("no column rises from line to line as time does"),))
    elif found.value is not None:
        found = Finding(found.value, found.evidence, found.alternatives, certain=True)
    if settings.time_column == NO_TIME_COLUMN:
        found = chosen(None, found)
    elif settings.time_column is not None:
        _check_names((settings.time_column,), columns)
        found = chosen(settings.time_column, found)
    time = next((c for c in columns if c.name == found.value), None)
    unit = Finding(None)
    if time is not None:
        unit = units.get(time.name) or weigh(EVIDENCE["time unit"], time)
        if settings.time_unit is not None:
            unit = chosen(settings.time_unit, unit)
        if unit.value is None or (unit.value == "clock") != (time.kind == "C"):
            raise ImportFileError(
                "Column '{column}' cannot be read as time. Choose another column as the time, or its unit, or set that no "
                "column is the time.",
                column=time.name,
            )
    times = [] if time is None else [(time, unit.value)]
    times += [
        (c, units[c.name].value)
        for c in candidates
        if c is not time and units[c.name].value and _is_time(columns, c.name)
    ]
    return found, unit, times


def _is_time(columns: tuple[Column, ...], name: str) -> bool:
    """Whether the evidence for a column is enough on its own, whatever the others are."""
    column = next(c for c in columns if c.name == name)
    alone = weigh(EVIDENCE["time column"], (column,))
    return alone.value is not None and alone.certain and len(column.steps) >= 3 and bool(np.any(column.steps > 0))


def _decide_leads(
    columns: tuple[Column, ...], time: Finding, statements: Statements, settings: ImportSettings
) -> Finding:
    times = {time.value, *time.alternatives} - {None}
    usable = [c for c in columns if c.kind == "N" and c.name != time.value]
    scores = {}
    reasons = {}
    for column in usable:
        found = weigh(EVIDENCE["lead"], column, statements)
        weight = sum(r.weight * v.share for r in EVIDENCE["lead"] for v in r.look(column, statements))
        if found.value and not (column.name in times and _is_time(columns, column.name)):
            scores[column.name], reasons[column.name] = weight, found.evidence
    if settings.leads is not None:
        _check_names(settings.leads, columns)
        others = tuple(c.name for c in usable if c.name not in settings.leads)
        return chosen(settings.leads, Finding(None, alternatives=others))
    if not scores and usable:  # all are constant or odd: the best of them, so that its fault can be named
        plain = [c.name for c in usable if c.name not in times] or [usable[0].name]
        scores, reasons = {plain[0]: 0.5}, {plain[0]: (say("no other column can be a lead"),)}
    if not scores:
        raise ImportFileError(
            "No column of the file holds numbers that could be an ECG. Choose a file with a column of samples."
        )
    best = max(scores.values())
    names = [name for name in scores if scores[name] >= 0.55 * best][:MAX_LEADS]
    evidence = reasons[max(names, key=lambda name: scores[name])]
    others = tuple(c.name for c in usable if c.name not in names)
    return Finding(tuple(names), evidence, others, certain=True)


def _label_leads(names: tuple[str, ...], statements: Statements) -> tuple[str, ...]:
    """Return the leads' names for the record: a lone column is the lead that the lines before the samples name."""
    if len(names) > 1:
        return names
    if statements.leads:
        return (str(max(statements.leads, key=lambda lead: lead.known).value),)
    return ("ECG",) if names[0].startswith("column ") else names


def _check_names(names: tuple[str, ...], columns: tuple[Column, ...]) -> None:
    known = [column.name for column in columns]
    for name in names:
        if name not in known:
            raise ImportFileError(
                "The file has no column '{name}'; it has {known}. Choose one of these.",
                name=name,
                known=", ".join(known[:40]),
            )


def _find_polarity(leads: list[Column], rate: Finding) -> Finding:
    if rate.value is None or not leads or leads[0].name in NEGATIVE_LEADS:
        return Finding(None, certain=False)
    polarity = measure_polarity(leads[0].values, float(rate.value))
    if polarity is None or polarity.inverted is None:
        return Finding(None, (say("the beats point up and down alike"),), certain=False)
    sentence = say("beats reach {up:.3g} up and {down:.3g} down", up=polarity.up_mv, down=polarity.down_mv)
    return Finding("inverted" if polarity.inverted else "upright", (sentence,), certain=False)


def _find_question(
    layout: Finding, trial: Trial, time: Finding, time_unit: Finding, rate: Finding, settings: ImportSettings
) -> Question | None:
    if settings.decimal is None and trial.grouped is not None:
        sentence = say("'{cell}' has two marks. Which of them is the decimal mark?", cell=trial.grouped)
        return Question("decimal", sentence, (layout.value[1], "," if layout.value[1] == "." else "."))
    if (
        not layout.certain
        and any(other[1] != layout.value[1] for other in layout.alternatives[:1])
        and settings.decimal is None
    ):
        example = next((cell.strip() for row in trial.rows for cell in (",".join(row),) if "," in cell), "")
        sentence = say("Is the comma in '{cell}' a decimal mark, or does it separate two values?", cell=example[:40])
        return Question("decimal", sentence, (layout.value[1], "," if layout.value[1] == "." else "."))
    if time.value is not None and not time_unit.certain and rate.value is None:
        sentence = say("In what unit is the time column '{column}'?", column=time.value)
        return Question("time_unit", sentence, (time_unit.value, *time_unit.alternatives))
    if rate.value is None:
        return Question(
            "fs", say("The file does not say how many samples a second it has. How many are they?"), LIKELY_RATES_HZ
        )
    if not rate.certain:
        values = (rate.value, *rate.alternatives)
        sentence = say(
            "How many samples a second does the file have? There is evidence for {rates} Hz, and it is not enough.",
            rates=", ".join(f"{value:g}" for value in values),
        )
        return Question("fs", sentence, values + tuple(r for r in LIKELY_RATES_HZ if r not in values))
    return None


# -- Reading --------------------------------------------------------------------------------------------------------------


def _to_millivolts(signals: np.ndarray, scale: Scale, flip: bool) -> None:
    """Turn samples into millivolts in place, lead by lead and piece by piece, so that memory stays as it is."""
    factor = (-1.0 if flip else 1.0) / scale.per_mv
    if scale.zero == 0.0 and factor == 1.0:
        return
    for start in range(0, len(signals), 1 << 20):
        piece = signals[start : start + (1 << 20)]
        piece[:] = (piece.astype(np.float64) - scale.zero) * factor


def _check_signals(signals: np.ndarray, leads: tuple[str, ...], fs: float) -> None:
    if len(signals) < MIN_SECONDS * fs:
        raise ImportFileError(
            "The file holds {samples} samples, at {fs:g} Hz {seconds:.3g} s; at least {least:g} s are needed.",
            samples=len(signals),
            fs=fs,
            seconds=len(signals) / fs,
            least=MIN_SECONDS,
        )
    for i, lead in enumerate(leads):
        column = signals[:, i]
        finite = column[np.isfinite(column)] if np.isnan(column).any() else column
        if len(finite) and np.ptp(finite) > 0:
            return
    raise ImportFileError(
        "Lead '{lead}' is the same in all {samples} samples. The electrode was off, or another column is the ECG.",
        lead=leads[0],
        samples=len(signals),
    )
