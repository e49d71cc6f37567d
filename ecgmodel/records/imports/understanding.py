"""What was understood of a file, what the visitor set, and what has to be asked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Literal

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence
from ecgmodel.records.imports.source import ENCODINGS
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ

FileKind = Literal[
    "signal", "beats", "annotations", "edf", "wfdb", "aecg", "muse", "philips", "dicom", "ishne", "alivecor", "scp",
    "wav", "mat", "json", "intervals",
]  # fmt: skip
TABLE_KINDS = ("signal", "beats", "annotations", "intervals")
"""Kinds of text and of sheets; the others have a header of their own."""

NO_TIME_COLUMN = "none"
"""The value of `ImportSettings.time_column` that says: no column is the time."""

UNITS = ("mV", "uV", "V", "nV", "adc")
TIME_UNITS = ("s", "ms", "us", "ns", "min", "samples", "clock")
MAX_SETTINGS_TEXT = 100_000

_ALLOWED: dict[str, tuple[object, ...]] = {
    "encoding": ENCODINGS,
    "delimiter": ("", ",", ";", "\t", "|", " "),
    "decimal": (".", ","),
    "time_unit": TIME_UNITS,
    "unit": UNITS,
    "bad_cells": ("stop", "gap"),
    "kind": ("signal", "beats", "intervals"),
    "shape": ("columns", "rows", "wrapped"),
}


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What a visitor set by hand; `None` leaves a property to the evidence. Saved as a recipe for the next file.

    Attributes
    ----------
    kind : {"signal", "beats", "intervals"} or None
        Samples one below the other, one beat a row, or RR intervals.
    shape : {"columns", "rows", "wrapped"} or None
        One sample a line and a column for each lead, a line for each lead, or one lead whose samples fill line after
        line.
    encoding : str or None
        One of `source.ENCODINGS`.
    delimiter : str or None
        One of `layout.DELIMITERS`.
    decimal : {".", ","} or None
    first_line : int or None
        Line of the first samples, from 1.
    time_column : str or None
        A column's name; "none" where no column is the time.
    time_unit : {"s", "ms", "us", "ns", "min", "samples", "clock"} or None
    fs : float or None
        In Hz.
    unit : {"mV", "uV", "V", "nV", "adc"} or None
    adc_zero, adc_per_mv : float or None
        Converter steps at 0 mV and to the millivolt; with `unit` "adc".
    leads : tuple of str or None
        Columns to read, by name, the first as the lead shown first.
    flip : bool
        Turn all leads upside down, where the electrodes were swapped.
    bad_cells : {"stop", "gap"}
        Whether a cell or line that cannot be read stops the import, or is left out as a gap.
    part : str or None
        Which of several recordings or sheets in the file, by its name.
    """

    kind: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    first_line: int | None = None
    time_column: str | None = None
    time_unit: str | None = None
    fs: float | None = None
    unit: str | None = None
    adc_zero: float | None = None
    adc_per_mv: float | None = None
    leads: tuple[str, ...] | None = None
    flip: bool = False
    bad_cells: str = "stop"
    shape: str | None = None
    part: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise ImportFileError(
                    "The import setting '{name}' is {value!r}; it can be {allowed}.",
                    name=name,
                    value=value,
                    allowed=", ".join(repr(choice) for choice in allowed),
                )
        if self.fs is not None and not (_is_number(self.fs) and FS_RANGE_HZ[0] <= self.fs <= FS_RANGE_HZ[1]):
            raise ImportFileError(
                "A sampling rate of {fs} Hz cannot be an ECG's, which is between {low:g} and {high:g} Hz.",
                fs=self.fs,
                low=FS_RANGE_HZ[0],
                high=FS_RANGE_HZ[1],
            )
        _check(self.adc_per_mv is None or (_is_number(self.adc_per_mv) and self.adc_per_mv > 0), "adc_per_mv")
        _check(self.adc_zero is None or _is_number(self.adc_zero), "adc_zero")
        _check(self.first_line is None or (type(self.first_line) is int and self.first_line >= 1), "first_line")
        _check(self.time_column is None or isinstance(self.time_column, str), "time_column")
        _check(self.part is None or isinstance(self.part, str), "part")
        _check(type(self.flip) is bool, "flip")
        _check(self.leads is None or (len(self.leads) > 0 and all(isinstance(n, str) for n in self.leads)), "leads")

    def to_json(self) -> str:
        """Return the settings as a recipe: JSON with the settings that were made."""
        made = {name: value for name, value in asdict(self).items() if value != getattr(ImportSettings(), name)}
        return json.dumps(made, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> ImportSettings:
        """Read a recipe.

        Raises
        ------
        ImportFileError
            Where it is no recipe, or holds a setting or a value that is not known.
        """
        try:
            made = json.loads(text) if len(text) <= MAX_SETTINGS_TEXT else None
        except (ValueError, RecursionError):
            made = None
        if not isinstance(made, dict):
            raise ImportFileError(
                "The recipe is not a JSON object of import settings. Choose a file that was saved here."
            )
        names = {f.name for f in fields(cls)}
        for name in made:
            if name not in names:
                raise ImportFileError(
                    "The recipe has a setting '{name}' that is not known; there are {known}.",
                    name=name[:60],
                    known=", ".join(sorted(names)),
                )
        leads = made.get("leads")
        _check(leads is None or isinstance(leads, list), "leads")
        for name in _ALLOWED:
            _check(made.get(name) is None or isinstance(made[name], str), name)
        return cls(**{**made, "leads": None if leads is None else tuple(leads)})


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _check(holds: bool, name: str) -> None:
    if not holds:
        raise ImportFileError("The import setting '{name}' has a value that cannot be used. Set it again.", name=name)


@dataclass(frozen=True, slots=True)
class Question:
    """The one thing that a file does not say and that is needed to go on.

    Attributes
    ----------
    setting : str
        The field of `ImportSettings` that answers it.
    sentence : Sentence
    choices : tuple
        Likely answers, the likeliest first; of a number, others can be given.
    """

    setting: str
    sentence: Sentence
    choices: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a file was understood to be.

    Attributes
    ----------
    kind : str
        "signal", "beats" or "annotations" of text and sheets, else the format.
    settings : ImportSettings
        What was set by hand.
    encoding, delimiter, decimal : Finding
        Values as in `ImportSettings`.
    first_line : Finding
        Line of the first samples, from 1.
    header : Finding
        Names of all columns, a tuple of str.
    time_column : Finding
        A column's name, or `None` where none is the time.
    time_unit : Finding
        As in `ImportSettings`; `None` without a time column.
    rate : Finding
        In Hz; `None` where the file does not say.
    unit : Finding
        As in `ImportSettings`.
    scale : Finding
        A `units.Scale`.
    leads : Finding
        Names of the leads to read, a tuple of str; the alternatives are the names of other columns that can be read.
    polarity : Finding
        "upright", "inverted", or `None` where it cannot be told.
    question : Question or None
        What has to be answered before the file can be read.
    part : Finding
        Which recording or sheet was read; its alternatives are the others. `None` where there is but one.
    shape : Finding
        As in `ImportSettings`.
    """

    kind: FileKind
    settings: ImportSettings
    encoding: Finding
    delimiter: Finding
    decimal: Finding
    first_line: Finding
    header: Finding
    time_column: Finding
    time_unit: Finding
    rate: Finding
    unit: Finding
    scale: Finding
    leads: Finding
    polarity: Finding
    question: Question | None = None
    part: Finding = field(default_factory=lambda: Finding(None))
    shape: Finding = field(default_factory=lambda: Finding(None))

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """Yield name and finding of all properties, in the order in which they are decided."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Finding):
                yield f.name, value
