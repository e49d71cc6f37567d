"""Understanding a text file step by step, each step by the rules that bear on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Rule, chosen, round_figures, say, weigh
from ecgmodel.records.imports.notes import describe_front
from ecgmodel.records.imports.source import Source, refuse_foreign
from ecgmodel.records.imports.text.asking import find_question
from ecgmodel.records.imports.text.beat_rows import KAGGLE_FS, KAGGLE_SAMPLES
from ecgmodel.records.imports.text.columns import Column, read_columns
from ecgmodel.records.imports.text.intervals import find_intervals, interval_unit, vote_intervals
from ecgmodel.records.imports.text.layout import Trial, try_layouts
from ecgmodel.records.imports.text.lines import Text, lay_out_text
from ecgmodel.records.imports.text.rates import same_rate
from ecgmodel.records.imports.text.statements import Statements, read_statements
from ecgmodel.records.imports.text.units import Scale, find_scale
from ecgmodel.records.imports.text.words import signal_unit
from ecgmodel.records.imports.understanding import NO_TIME_COLUMN, ImportSettings, Understanding
from ecgmodel.records.signal.quality import NEGATIVE_LEADS, measure_polarity

MAX_COLUMNS = 512
MAX_LEADS = 16
LEAD_SHARE = 0.65
"""A column is a lead where the evidence for it has this share of that for the best."""

LEAD_ENOUGH = 2.5
"""More evidence than this makes no column a better lead, so that a named lead is not left out for its shape."""

Evidence = Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A text file as far as it is understood before it is read."""

    understanding: Understanding
    trial: Trial
    statements: Statements
    columns: tuple[Column, ...]
    text: Text


def understand(source: Source, settings: ImportSettings, rules: Evidence) -> Table:
    """Understand a text file from its first lines.

    Parameters
    ----------
    source : Source
    settings : ImportSettings
        What is set goes before all evidence.
    rules : mapping of str to tuple of Rule
        The rules for each property: `text_file.EVIDENCE`.

    Raises
    ------
    ImportFileError
        Where the file is no text with numbers, or a setting does not fit it.
    """
    head = source.head()
    refuse_foreign(head)
    encoding = _settle(settings.encoding, weigh(rules["encoding"], head))
    text = lay_out_text(source, head, str(encoding.value), settings.shape, settings.decimal)
    layout, trial, grouped = _find_layout(text.lines, settings, rules)
    statements = read_statements(trial.lines_before, trial.front, trial.above)
    if text.names and len(text.names) == len(trial.pattern):
        statements = replace(statements, columns=text.names)
    kind = _settle(settings.kind, weigh(rules["kind"], trial))
    if kind.value == "signal" and len(trial.pattern) > MAX_COLUMNS:
        raise ImportFileError(
            "Line {line} has {found} columns; at most {limit} are read. Put one sample a line, and a column for "
            "each lead.",
            line=trial.start + 1,
            found=len(trial.pattern),
            limit=MAX_COLUMNS,
        )
    columns = read_columns(trial, statements)
    nothing = Finding(None)
    time, time_unit, rate, unit, scale, leads, polarity = (nothing,) * 7
    if settings.kind is None and (listed := weigh((Rule(1.0, vote_intervals),), columns, source.stem)).value:
        kind = Finding("intervals", listed.evidence, ("signal",))
    if kind.value == "intervals":
        leads, unit = _find_intervals(columns, source.stem, settings)
    elif kind.value == "beats":
        rate = _settle(settings.fs, _find_beat_rate(trial))
    else:
        times = _find_times(columns, rules)
        time, time_unit = _find_time(columns, times, settings, rules)
        leads = _find_leads(columns, time, times, statements, settings, rules)
        lead_columns = [column for name in leads.value for column in columns if column.name == name]
        clocks = [(column, weigh(rules["time unit"], column)) for column in times if column.name != time.value]
        clocks = [(column, unit.value) for column, unit in clocks if unit.value is not None and unit.certain]
        if time.value is not None and time_unit.certain:
            clocks.insert(0, (next(column for column in columns if column.name == time.value), time_unit.value))
        rate = _settle(settings.fs, weigh(rules["rate"], statements, clocks, source.stem, columns, same=same_rate))
        unit = _settle(settings.unit, weigh(rules["unit"], lead_columns, columns, statements))
        if unit.value is None:
            unit = Finding("adc", (say("the samples have the size of no unit of voltage"),), certain=False)
        scale = _settle_scale(settings, find_scale(unit.value, lead_columns, columns, statements))
        polarity = _find_polarity(lead_columns, rate, settings.flip)
    understanding = Understanding(
        kind=kind.value,
        settings=settings,
        encoding=encoding,
        delimiter=_part_of(layout, 0),
        decimal=_part_of(layout, 1),
        first_line=_settle(
            settings.first_line,
            Finding(
                trial.start + 1,
                (*describe_front(statements.front), say("from here on, lines are rows of numbers")),
            ),
        ),
        header=_find_header(trial, columns),
        time_column=time,
        time_unit=time_unit,
        rate=rate,
        unit=unit,
        scale=scale,
        leads=leads,
        polarity=polarity,
        question=None
        if kind.value == "intervals"
        else find_question(layout, trial, columns, grouped, time, time_unit, rate, settings),
        shape=text.shape if settings.shape is None else chosen(settings.shape, text.shape),
    )
    return Table(understanding, trial, statements, columns, text)


def _find_intervals(columns: tuple[Column, ...], stem: str, settings: ImportSettings) -> tuple[Finding, Finding]:
    """Return the column of RR intervals, and their unit."""
    found = find_intervals(columns, stem)
    usable = [(column, interval_unit(column.values)) for column in columns if column.kind == "N"]
    found = found or next(((column, unit) for column, unit in usable if unit), None)
    if settings.leads is not None:
        _check_names(settings.leads, columns)
        found = next(((column, unit) for column, unit in usable if column.name == settings.leads[0] and unit), None)
    if found is None:
        raise ImportFileError(
            "No column of the file holds RR intervals, which last 200 to 4000 ms. Set that the file holds samples."
        )
    reason = say("'{name}' holds RR intervals in {unit}, and no ECG", name=found[0].name, unit=found[1])
    return Finding((found[0].name,), (reason,)), Finding(found[1], (reason,))


def label_leads(names: tuple[str, ...], statements: Statements) -> tuple[str, ...]:
    """Return the leads' names for the record: a lone column is the lead that the lines before the samples name."""
    if len(names) > 1:
        return names
    if statements.leads:
        return (str(max(statements.leads, key=lambda lead: lead.known).value),)
    return ("ECG",) if names[0].startswith("column ") else names


# -- Text and table ---------------------------------------------------------------------------------------------------


def _settle(value: object, found: Finding) -> Finding:
    """Return what was set by hand, else what was found."""
    return found if value is None else chosen(value, found)


def _part_of(layout: Finding, part: int) -> Finding:
    """Return the delimiter (0) or the decimal mark (1) of their common finding."""
    pairs = (layout.value, *layout.alternatives)
    values = tuple(dict.fromkeys(pair[part] for pair in pairs))  # type: ignore[index]
    return Finding(values[0], layout.evidence, values[1:], layout.certain)


def _find_layout(lines: list[str], settings: ImportSettings, rules: Evidence) -> tuple[Finding, Trial, str | None]:
    """Return delimiter and decimal mark, what they make of the file, and a cell with two marks, if there is one."""
    trials = try_layouts(lines, settings.delimiter, settings.decimal, settings.first_line)
    found = weigh(rules["delimiter and decimal mark"], trials)
    if found.value is None:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise ImportFileError(
            "No line of the file begins a table of numbers; its first line reads '{text}'. Choose a file that has "
            "one ECG "
            "sample a line.",
            text=first[:60],
        )
    trial = next(trial for trial in trials if (trial.delimiter, trial.decimal) == found.value)
    if settings.delimiter is not None and settings.decimal is not None:
        found = chosen(found.value, found)
    likely = (found.value, *found.alternatives[:1])
    rivals = [t for t in trials if (t.delimiter, t.decimal) in likely and t.share > 0.9 and "T" not in t.pattern]
    return found, trial, next((rival.grouped for rival in rivals if rival.grouped is not None), None)


def _find_header(trial: Trial, columns: tuple[Column, ...]) -> Finding:
    names = tuple(column.name for column in columns)
    if trial.header_index is None:
        return Finding(names, (say("no line names the columns"),))
    return Finding(names, (say("line {line} names the columns", line=trial.header_index + 1),))


def _find_beat_rate(trial: Trial) -> Finding:
    if len(trial.pattern) not in (KAGGLE_SAMPLES, KAGGLE_SAMPLES + 1):
        return Finding(None, certain=False)
    sentence = say(
        "beats of {samples} samples are those of Kachuee et al. 2018, at {fs:g} Hz",
        samples=KAGGLE_SAMPLES,
        fs=KAGGLE_FS,
    )
    return Finding(KAGGLE_FS, (sentence,))


# -- Time --------------------------------------------------------------------------------------------------------------


def _find_times(columns: tuple[Column, ...], rules: Evidence) -> tuple[Column, ...]:
    """Return the columns that would be taken as the time if they were alone: times, and counters of samples."""

    def is_time(column: Column) -> bool:
        alone = weigh(rules["time column"], (column,))
        return alone.value is not None and alone.certain and len(column.steps) >= 3 and bool(np.any(column.steps > 0))

    return tuple(column for column in columns if is_time(column))


def _find_time(
    columns: tuple[Column, ...], times: tuple[Column, ...], settings: ImportSettings, rules: Evidence
) -> tuple[Finding, Finding]:
    """Return the time column and its unit."""
    if times and len(columns) > 1:
        found = weigh(rules["time column"], times)
        found = Finding(found.value, found.evidence, found.alternatives)  # two that agree are no doubt
    else:
        found = Finding(None, (say("no column beside the samples rises from line to line as time does"),))
    if settings.time_column == NO_TIME_COLUMN:
        return chosen(None, found), Finding(None)
    if settings.time_column is not None:
        _check_names((settings.time_column,), columns)
        found = chosen(settings.time_column, found)
    if found.value is None:
        return found, Finding(None)
    time = next(column for column in columns if column.name == found.value)
    unit = _settle(settings.time_unit, weigh(rules["time unit"], time))
    if unit.value is None and settings.time_column is None:
        return Finding(None, (say("the steps of '{column}' are those of no unit of time", column=time.name),)), Finding(
            None
        )
    if unit.value is None or (unit.value == "clock") != (time.kind == "C") or len(time.steps) == 0:
        raise ImportFileError(
            "Column '{column}' cannot be read as time in the unit '{unit}'. Choose another column as the time, or "
            "another "
            "unit, or set that no column is the time.",
            column=time.name,
            unit=unit.value or "?",
            remedy="no time",
        )
    return found, unit


# -- Leads -------------------------------------------------------------------------------------------------------------


def _find_leads(
    columns: tuple[Column, ...],
    time: Finding,
    times: tuple[Column, ...],
    statements: Statements,
    settings: ImportSettings,
    rules: Evidence,
) -> Finding:
    usable = [column for column in columns if column.kind == "N" and column.name != time.value]
    if settings.leads is not None:
        _check_names(settings.leads, tuple(usable))
        return chosen(
            settings.leads, Finding(None, alternatives=tuple(c.name for c in usable if c.name not in settings.leads))
        )
    weights = {}
    for column in usable:
        votes = [(rule.weight * vote.share, vote) for rule in rules["lead"] for vote in rule.look(column, statements)]
        weight = sum(weight for weight, _ in votes)
        if weight > 0 and column not in times:
            reasons = sorted((pair for pair in votes if pair[0] > 0), key=lambda pair: -pair[0])
            weights[column.name] = (min(weight, LEAD_ENOUGH), tuple(vote.sentence for _, vote in reasons))
    if not weights and usable:  # all stand still, or are odd: take one, so that its fault can be named
        rest = [column for column in usable if column not in times] or usable
        weights[rest[0].name] = (0.0, (say("no other column can be a lead"),))
    if not weights:
        raise ImportFileError(
            "No column of the file holds numbers that could be an ECG. Choose a file with a column of samples."
        )
    best = max(weights, key=lambda name: weights[name][0])
    units = {column.name: signal_unit(column.unit) for column in usable}
    names = [
        name
        for name, (weight, _) in weights.items()
        if weight >= LEAD_SHARE * weights[best][0] and (units[name] or units[best]) == (units[best] or units[name])
    ][:MAX_LEADS]  # one scale turns all leads into mV
    return Finding(tuple(names), weights[best][1], tuple(c.name for c in usable if c.name not in names))


def _check_names(names: tuple[str, ...], columns: tuple[Column, ...]) -> None:
    known = [column.name for column in columns]
    for name in names:
        if name not in known:
            raise ImportFileError(
                "The file has no column '{name}' of numbers; it has {known}. Choose one of these.",
                name=name[:60],
                known=", ".join(known[:40]),
            )
    if len(set(names)) < len(names) or len(names) > MAX_LEADS:
        raise ImportFileError("Choose each lead once, and at most {limit} leads.", limit=MAX_LEADS)


def _settle_scale(settings: ImportSettings, found: Finding) -> Finding:
    if settings.adc_per_mv is None and settings.adc_zero is None:
        return found
    known: Scale = found.value  # type: ignore[assignment]
    zero = known.zero if settings.adc_zero is None else settings.adc_zero
    per_mv = known.per_mv if settings.adc_per_mv is None else settings.adc_per_mv
    return chosen(Scale(zero, per_mv), found)


def _find_polarity(leads: list[Column], rate: Finding, flip: bool) -> Finding:
    if rate.value is None or not leads or leads[0].name in NEGATIVE_LEADS:
        return Finding(None, certain=False)
    polarity = measure_polarity(leads[0].values * (-1 if flip else 1), float(rate.value))
    if polarity is None or polarity.inverted is None:
        return Finding(None, (say("the beats point up and down alike"),), certain=False)
    sentence = say(
        "beats reach {up:,g} up and {down:,g} down", up=round_figures(polarity.up), down=round_figures(polarity.down)
    )
    return Finding("inverted" if polarity.inverted else "upright", (sentence,), certain=False)
