"""The unit of the samples and, of ADC units, how many make one millivolt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.evidence import Finding, Vote, round_figures, say
from ecgmodel.records.imports.text.columns import Column
from ecgmodel.records.imports.text.rates import is_mitdb_text
from ecgmodel.records.imports.text.statements import Statements
from ecgmodel.records.imports.text.words import is_no_unit, signal_unit

PER_MV = {"mV": 1.0, "uV": 1e3, "V": 1e-3, "nV": 1e6}
UNIT_SIGNS = {"uV": "µV"}
"""How people write a unit, where settings and files spell it otherwise."""

USUAL_BEAT_MV = 1.5
"""From the lowest to the highest point of a usual beat in a limb lead; used only where a file says nothing of its
gain."""

BITALINO_GAIN = 1100.0
BITALINO_VOLT = 3.3

_RANGES = {"mV": (0.15, 12.0), "uV": (150.0, 12_000.0), "V": (1.5e-4, 1.2e-2)}


@dataclass(frozen=True, slots=True)
class Scale:
    """How samples become millivolts: `(sample - zero) / per_mv`."""

    zero: float
    per_mv: float


def vote_column_unit(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """The unit in a lead's header or in the row of units."""
    for column in leads:
        if is_no_unit(column.unit) or (column.calibrated is False and not signal_unit(column.unit)):
            yield Vote("adc", say("the header of '{name}' says that it is raw", name=column.name), 1 / len(leads))
        elif unit := signal_unit(column.unit):
            yield Vote(
                unit, say("the header of '{name}' says '{unit}'", name=column.name, unit=column.unit), 1 / len(leads)
            )


def vote_stated_unit(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """What the lines before the samples say."""
    for unit in statements.units:
        sentence = say("line {line} says '{text}'", line=unit.line, text=unit.text)
        yield Vote(unit.value, sentence, 1.0 if unit.known else 0.7)


def vote_known_converter(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """Tables that are known to hold ADC units."""
    if statements.bits and fits_converter(leads, statements.bits):
        yield Vote("adc", say("the header says that the converter has {bits} bits", bits=statements.bits))
    elif is_mitdb_text(columns):
        yield Vote("adc", say("whole numbers from 0 to 2047 around 1024, as in the MIT-BIH Arrhythmia Database"))


def vote_fractions(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """A converter counts from 0 in whole numbers, whatever the header says of its bits: others were converted since."""
    if statements.bits and not fits_converter(leads, statements.bits):
        yield Vote("adc", say("the samples are fractions, or out of the range of a converter"), -1.0)


def fits_converter(leads: Sequence[Column], bits: int) -> bool:
    """Whether samples are whole numbers from 0 to what a converter of so many bits can count to."""
    values = _all_values(leads)
    whole = float(np.mean(values == np.round(values))) if len(values) else 0.0
    inside = float(np.mean((values >= 0) & (values < 2.0**bits))) if len(values) else 0.0
    return whole > 0.99 and inside > 0.99


def vote_converter_range(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """Whole numbers, none negative, that rest far above zero come straight from a converter."""
    values = _all_values(leads)
    if len(values) < 8 or np.any(values != np.round(values)) or values.min() < 0 or np.ptp(values) < 8:
        return
    top = next((2**bits - 1 for bits in (8, 10, 11, 12, 14, 16, 18, 24) if values.max() < 2**bits), None)
    if top is not None and np.median(values) > 0.08 * top:
        yield Vote(
            "adc",
            say("whole numbers from {low:,.0f} to {high:,.0f}, none below 0", low=values.min(), high=values.max()),
        )


def vote_size(leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Iterator[Vote]:
    """The heart's voltage on the skin is some tenths of a millivolt to some millivolts."""
    swing = usual_swing(leads)
    for unit, (low, high) in _RANGES.items():
        if low <= swing <= high:
            sentence = say(
                "the samples swing by {swing:,g}, as an ECG does in {unit}",
                swing=round_figures(swing),
                unit=UNIT_SIGNS.get(unit, unit),
            )
            yield Vote(unit, sentence)


def usual_swing(leads: Sequence[Column]) -> float:
    """Return how far samples swing in a usual second, in their own unit; wander and single jolts count little."""
    swings = []
    for column in leads:
        values = column.values[np.isfinite(column.values)]
        pieces = [p for p in np.array_split(values, max(1, len(values) // 300)) if len(p)]
        if pieces:
            swings.append(float(np.median([np.ptp(piece) for piece in pieces])))
    return max(swings, default=0.0)


def find_scale(unit: str, leads: Sequence[Column], columns: Sequence[Column], statements: Statements) -> Finding:
    """Return how samples become millivolts, and why.

    Returns
    -------
    Finding
        Its value is a `Scale`. Not certain where the gain of a converter had to be assumed.
    """
    if unit in PER_MV:
        return Finding(
            Scale(0.0, PER_MV[unit]),
            (say("{unit} are {factor:g} to the millivolt", unit=UNIT_SIGNS.get(unit, unit), factor=PER_MV[unit]),),
        )
    if is_mitdb_text(columns):
        return Finding(
            Scale(1024.0, 200.0),
            (say("the MIT-BIH Arrhythmia Database has its zero at 1024 and 200 ADC units per mV"),),
        )
    if statements.bits and fits_converter(leads, statements.bits):
        steps = 2.0**statements.bits
        return Finding(
            Scale(steps / 2, steps * BITALINO_GAIN / (BITALINO_VOLT * 1000)),
            (
                say(
                    "a {bits}-bit converter of {volt:g} V behind a gain of {gain:g} (BITalino's ECG sensor)",
                    bits=statements.bits,
                    volt=BITALINO_VOLT,
                    gain=BITALINO_GAIN,
                ),
            ),
        )
    values, swing = _all_values(leads), usual_swing(leads)
    zero = float(np.median(values)) if len(values) else 0.0
    return Finding(
        Scale(zero, swing / USUAL_BEAT_MV if swing > 0 else 1.0),
        (
            say(
                "the file does not say how many ADC units make 1 mV; the trace is drawn so that a usual beat is "
                "{size:g} mV high",
                size=USUAL_BEAT_MV,
            ),
        ),
        certain=False,
    )


def _all_values(leads: Sequence[Column]) -> np.ndarray:
    values = np.concatenate([column.values for column in leads]) if leads else np.empty(0)
    return values[np.isfinite(values)]
