"""The one question: what a file does not say and that is needed before it can be read."""

from __future__ import annotations

import re

from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.text.columns import Column
from ecgmodel.records.imports.text.layout import Trial
from ecgmodel.records.imports.text.words import TIME_NAME
from ecgmodel.records.imports.understanding import ImportSettings, Question

LIKELY_RATES_HZ = (250.0, 500.0, 360.0, 200.0, 125.0, 130.0, 256.0, 512.0, 1000.0, 100.0, 128.0)


def find_question(
    layout: Finding,
    trial: Trial,
    columns: tuple[Column, ...],
    grouped: str | None,
    time: Finding,
    time_unit: Finding,
    rate: Finding,
    settings: ImportSettings,
) -> Question | None:
    """Return what has to be asked first: what comes later may answer itself then."""
    mark = trial.decimal
    marks = (mark, "," if mark == "." else ".")
    if settings.decimal is None and grouped is not None:
        sentence = say("'{cell}' has two marks: which of them is the decimal mark?", cell=grouped)
        return Question("decimal", sentence, marks)
    rivals = [pair[1] for pair in layout.alternatives[:1]]  # type: ignore[index]
    if settings.decimal is None and not layout.certain and rivals and rivals[0] != mark:
        example = next((line.strip() for line in trial.lines[trial.start :] if "," in line), "")
        sentence = say("Is the comma in '{line}' a decimal mark, or does it separate two values?", line=example[:40])
        return Question("decimal", sentence, marks)
    if time.value is not None and not time_unit.certain and not rate.certain:
        sentence = say("In which unit is the time column '{column}'?", column=time.value)
        return Question("time_unit", sentence, (time_unit.value, *time_unit.alternatives))
    if rate.value is None and time.value is None and (unread := _find_unread_time(trial, columns)):
        sentence = say(
            "The file does not say how many samples a second it has, and its column '{column}' ('{value}') cannot be "
            "read as time: how many are they, in Hz?",
            column=unread[0],
            value=unread[1],
        )
        return Question("fs", sentence, LIKELY_RATES_HZ)
    return ask_rate(rate)


def ask_rate(rate: Finding) -> Question | None:
    """Return the question for the sampling rate; `None` where it is known."""
    if rate.value is None:
        sentence = say("The file does not say how many samples a second it has: how many are they, in Hz?")
        return Question("fs", sentence, LIKELY_RATES_HZ)
    if not rate.certain:
        values = (rate.value, *rate.alternatives)
        sentence = say(
            "There is some evidence for {rates} Hz, and not enough: how many samples a second does the file have?",
            rates=", ".join(f"{value:g}" for value in values),
        )
        return Question("fs", sentence, values + tuple(r for r in LIKELY_RATES_HZ if r not in values))
    return None


def _find_unread_time(trial: Trial, columns: tuple[Column, ...]) -> tuple[str, str] | None:
    """Return name and a value of a column that seems to be the time and could not be read as such."""
    for column in columns:
        texts = [row[column.index].strip() for row in trial.rows[:3]]
        like_time = column.kind == "T" and all(re.search(r"\d\D{1,3}\d{2}", text) for text in texts)
        if texts and len(columns) > 1 and (like_time or (column.label and TIME_NAME.search(column.label))):
            return column.name, texts[0][:40]
    return None
