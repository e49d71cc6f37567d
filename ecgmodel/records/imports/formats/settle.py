"""From the signals of a file to a recording in mV: units by the header, else by stated evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgmodel.errors import ImportFileError, QuestionError
from ecgmodel.records.imports.artefacts import take_out_artefacts
from ecgmodel.records.imports.evidence import Finding, Sentence, chosen, round_figures, say, weigh
from ecgmodel.records.imports.formats.signal_file import SignalFile, check_size
from ecgmodel.records.imports.notes import describe_timing
from ecgmodel.records.imports.text.asking import ask_rate
from ecgmodel.records.imports.text.columns import SAMPLE_ROWS, Column
from ecgmodel.records.imports.text.statements import Statements
from ecgmodel.records.imports.text.units import PER_MV, Scale, find_scale
from ecgmodel.records.imports.text.words import signal_unit
from ecgmodel.records.imports.text_file import EVIDENCE, MIN_SECONDS, Recording
from ecgmodel.records.imports.understanding import ImportSettings, Understanding
from ecgmodel.records.record import Header, Record
from ecgmodel.records.signal.quality import NEGATIVE_LEADS, measure_polarity

RULES_HZ = 250.0
"""The rules on the size of samples look at runs of 300 of them, which hold a beat at this rate."""

COMMENT = '"'
"""PhysioBank's symbol of a mark that is only a text."""

POLARITY_SAMPLES = 1 << 21
"""So many tell which way the beats point: an hour at 500 Hz."""


def understand_signals(file: SignalFile, settings: ImportSettings) -> Understanding:
    """Return what was understood of a file with a header.

    Parameters
    ----------
    file : SignalFile
    settings : ImportSettings
        What is set goes before what the file says.
    """
    columns = _as_columns(file)
    unit = _find_unit(file, columns)
    if settings.unit is not None:
        unit = chosen(settings.unit, unit)
    scale = find_scale(str(unit.value), columns, columns, Statements())
    if settings.adc_zero is not None or settings.adc_per_mv is not None:
        known: Scale = scale.value  # type: ignore[assignment]
        zero = known.zero if settings.adc_zero is None else settings.adc_zero
        per_mv = known.per_mv if settings.adc_per_mv is None else settings.adc_per_mv
        scale = chosen(Scale(zero, per_mv), scale)
    rate = file.rate if settings.fs is None else chosen(settings.fs, file.rate)
    nothing = Finding(None)
    leads = Finding(file.leads, file.lead_reasons or (say("the file's header says so"),), file.others)
    return Understanding(
        kind=file.kind,  # type: ignore[arg-type]
        settings=settings,
        encoding=nothing,
        delimiter=nothing,
        decimal=nothing,
        first_line=nothing,
        header=Finding((*file.leads, *file.others), leads.evidence),
        time_column=nothing,
        time_unit=nothing,
        rate=rate,
        unit=unit,
        scale=scale,
        leads=chosen(file.leads, Finding(None, alternatives=file.others)) if settings.leads else leads,
        polarity=_find_polarity(file, rate, settings.flip),
        question=ask_rate(rate),
        part=file.part if settings.part is None else replace(file.part, evidence=(say("set by hand"),)),
    )


def make_recording(file: SignalFile, settings: ImportSettings) -> Recording:
    """Return the recording, in mV.

    Raises
    ------
    QuestionError
        Where neither the file nor the settings say the rate.
    ImportFileError
        Where it is too short, or no lead of it moves.
    """
    found = understand_signals(file, settings)
    if found.question is not None:
        raise QuestionError(found.question.sentence.template, **found.question.sentence.values)
    fs = float(found.rate.value)  # type: ignore[arg-type]
    signals = file.signals.copy()
    check_size(len(signals), signals.shape[1], fs)
    _check_signals(signals, file.leads, fs)
    for i in range(signals.shape[1]):
        scale = _scale_of_lead(file, i, found)
        factor = (-1.0 if settings.flip else 1.0) / scale.per_mv
        with np.errstate(over="ignore"):
            signals[:, i] = (signals[:, i].astype(np.float64) - scale.zero) * factor
    signals[np.isinf(signals)] = np.nan
    marks = file.annotations
    comments = marks is not None and bool(np.all(marks.symbol == COMMENT))
    artefacts = take_out_artefacts(signals, file.leads, fs)
    record = Record(file.name or "upload", signals, file.leads, fs, None if comments else marks, Header(), "upload")
    notes = (*file.notes, *_describe_gaps(file, fs), *_describe_unit(file, found), *artefacts)
    notes += describe_timing((), 0, 0, fs, record.duration_s)
    return Recording(record, found, file.gaps, notes, marks if comments else None)


def _as_columns(file: SignalFile) -> list[Column]:
    """Return the leads as the rules of tables see columns, at about the rate for which these were made."""
    step = max(1, round(float(file.rate.value) / RULES_HZ)) if file.rate.value is not None else 1  # type: ignore[arg-type]
    first = file.signals[: SAMPLE_ROWS * step : step]
    return [
        Column(i, lead, lead, unit, "N", first[:, i].astype(np.float64))
        for i, (lead, unit) in enumerate(zip(file.leads, file.units, strict=True))
    ]


def _find_unit(file: SignalFile, columns: list[Column]) -> Finding:
    """Return the unit of the first lead: the header's, or what the samples look like."""
    word = file.units[0]
    unit = signal_unit(word)
    if unit in PER_MV:
        return Finding(unit, (file.unit_reason or say("the file's header says so"),))
    if unit == "adc":
        return Finding("adc", (say("the samples are ADC units"),), certain=False)
    found = weigh(EVIDENCE["unit"], columns, columns, Statements())
    reason = (
        say("the header's unit of '{lead}', '{unit}', is not known", lead=file.leads[0], unit=word[:20])
        if word
        else say("the file does not say the unit of '{lead}'", lead=file.leads[0])
    )
    if found.value is None:
        sentence = say("the samples have the size of no unit of voltage")
        return Finding("adc", (reason, sentence), certain=False)
    return Finding(found.value, (reason, *found.evidence), found.alternatives, certain=False)


def _scale_of_lead(file: SignalFile, lead: int, found: Understanding) -> Scale:
    """Return how one lead becomes millivolts: by its own unit, where it has one that is known and none was set."""
    own = signal_unit(file.units[lead])
    if found.settings.unit is None and own in PER_MV:
        return Scale(0.0, PER_MV[own])
    return found.scale.value  # type: ignore[return-value]


def _find_polarity(file: SignalFile, rate: Finding, flip: bool) -> Finding:
    if rate.value is None or file.leads[0] in NEGATIVE_LEADS:
        return Finding(None, certain=False)
    polarity = measure_polarity(file.signals[:POLARITY_SAMPLES, 0] * (-1 if flip else 1), float(rate.value))  # type: ignore[arg-type]
    if polarity is None or polarity.inverted is None:
        return Finding(None, certain=False)
    return Finding("inverted" if polarity.inverted else "upright", certain=False)


def _describe_gaps(file: SignalFile, fs: float) -> tuple[Sentence, ...]:
    if not file.gaps:
        return ()
    return (
        say(
            "The recording has gaps without samples ({count}), the first after {start:,g} s; together {seconds:,g} s "
            "are missing.",
            count=len(file.gaps),
            start=round_figures(file.gaps[0].start / fs, 6),
            seconds=round_figures(sum(gap.stop - gap.start for gap in file.gaps) / fs, 6),
        ),
    )


def _describe_unit(file: SignalFile, found: Understanding) -> tuple[Sentence, ...]:
    """Say so where millivolts are a guess."""
    if found.unit.certain and found.scale.certain:
        return ()
    if found.unit.value == "adc":
        if found.scale.certain:
            return ()
        return (
            say(
                "The file does not say how many ADC units make 1 mV, so the heights here are not measured. Set the "
                "unit, or the ADC units per mV."
            ),
        )
    return (
        say(
            "The file does not say a unit that is known; by their size the samples were taken for {unit}. Set the unit "
            "if that is wrong.",
            unit={"uV": "µV"}.get(str(found.unit.value), found.unit.value),
        ),
    )


def _check_signals(signals: np.ndarray, leads: tuple[str, ...], fs: float) -> None:
    if len(signals) < MIN_SECONDS * fs:
        raise ImportFileError(
            "The file holds {samples} samples, at {fs:g} Hz {seconds:,g} s; at least {least:g} s are needed.",
            samples=len(signals),
            fs=fs,
            seconds=round_figures(len(signals) / fs),
            least=MIN_SECONDS,
        )
    for column in signals.T:
        known = column[np.isfinite(column)]
        if len(known) and known.max() > known.min():
            return
    raise ImportFileError(
        "Lead '{lead}' is the same in all {samples} samples. The electrode was off, or another column is the ECG.",
        lead=leads[0],
        samples=len(signals),
    )
