"""Numbers and clock times as devices write them: decimal marks, thousands groups, signs, words for 'missing'."""

from __future__ import annotations

import math
import re
from datetime import date

MAX_CELL = 64
"""A longer cell is text; no number and no time needs as many characters."""

LARGEST = 1e30
"""A larger number is taken for infinite; no unit makes it a voltage, and 32 bits would not hold its square."""

MISSING_WORDS = ("", "nan", "na", "n/a", "#n/a", "null", "none", "nil", "-", "--", "!", "?", "x")
"""What stands for a value that is not there, in lower case; `!` is what AD8232 sketches print while an electrode is
off."""

_STRIP = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\ufeff\"'"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})

_PLAIN = {
    ".": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII),
    ",": re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII),
}
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,6}(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){1,6}(?:,\d*)?", re.ASCII),
}
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec".split("|")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DATE = (
    r"(?:(?P<year>\d{4})[-/.]?(?P<month>\d{1,2})[-/.]?(?P<day>\d{1,2})|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|(?P<day2>\d{{1,2}})[-/. ](?P<month2>{_MONTH})[-/. ](?P<year2>\d{{4}})"
    rf"|(?P<month3>{_MONTH}) (?P<day3>\d{{1,2}}),? (?P<year3>\d{{4}}))"
)
_CLOCK = re.compile(
    rf"\[?(?:{_DATE}[T ,]\s?|(?P<days>\d{{1,5}}) days?,? )?(?:(?P<hours>\d{{1,4}}):)?"
    r"(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})"
    r"(?:[.,:](?P<fraction>\d{1,9}))?(?:\s?(?P<half>[ap])\.?m\.?)?(?:\s?(?:Z|UTC|GMT))?(?:\s?[+-]\d\d:?\d\d)?"
    r"(?: \d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})?\]?",
    re.ASCII | re.IGNORECASE,
)


def clean_cell(text: str) -> str:
    """Return a cell without blanks of any kind, quotes and typographic minus signs."""
    text = text.strip(_STRIP)
    return text if text.isascii() else text.translate(_MINUS)


def is_number(text: str, decimal: str) -> bool:
    """Whether a cleaned cell is a number, with or without thousands groups."""
    if len(text) > MAX_CELL:
        return False
    return bool(_PLAIN[decimal].fullmatch(text) or _INFINITE.fullmatch(text)) or is_grouped(text, decimal)


def is_grouped(text: str, decimal: str) -> bool:
    """Whether a cleaned cell has thousands groups *and* needs them to be a number, as `1.234,5` and `1.234.567`."""
    return (
        len(text) <= MAX_CELL
        and _GROUPED[decimal].fullmatch(text) is not None
        and _PLAIN["." if decimal == "," else ","].fullmatch(text) is None
    )


def cell_kind(text: str, decimal: str) -> str:
    """Return "N" for a number, "C" for a clock time, "M" for a missing value, "T" for other text."""
    text = clean_cell(text)
    if is_number(text, decimal):
        return "N"
    if text.lower() in MISSING_WORDS:
        return "M"
    return "C" if len(text) <= MAX_CELL and _CLOCK.fullmatch(text) else "T"


def parse_number(text: str, decimal: str) -> float:
    """Return the number in a cell: NaN for a missing value, infinity where it says so.

    Raises
    ------
    ValueError
        Where the cell holds neither a number nor a word for a missing value.
    """
    if len(text) <= MAX_CELL and text.isascii() and "_" not in text and (decimal == "." or "." not in text):
        try:
            return float(text if decimal == "." else text.replace(",", "."))
        except ValueError:
            pass  # quotes, groups and words for missing values follow
    text = clean_cell(text)
    if text.lower() in MISSING_WORDS:
        return math.nan
    if not is_number(text, decimal):
        raise ValueError(text)
    if is_grouped(text, decimal):
        text = text.replace("," if decimal == "." else ".", "")
    return float(text.replace(",", "."))


def parse_clock(text: str) -> float:
    """Return a clock time in seconds: since midnight, or since year 1 where the cell has a year-first date.

    `mm:ss.mmm`, `hh:mm:ss.mmm`, `hh:mm:ss:mmm`, with AM or PM, ISO 8601 with an offset, `02-Jan-2026 hh:mm:ss`,
    `0 days hh:mm:ss`, and PhysioBank's `[hh:mm:ss.mmm dd/mm/yyyy]` are known. A
    date with the day or the month first is not used: which of the two is first cannot be told, and midnight shows by
    itself.

    Raises
    ------
    ValueError
        Where the cell holds no such time.
    """
    text = clean_cell(text)
    if text.lower() in MISSING_WORDS:
        return math.nan
    match = _CLOCK.fullmatch(text) if len(text) <= MAX_CELL else None
    if match is None:
        raise ValueError(text)
    part = match.groupdict()
    hours = int(part["hours"] or 0)
    if part["half"]:
        hours = hours % 12 + (12 if part["half"].lower() == "p" else 0)
    seconds = 3600 * hours + 60 * int(part["minutes"]) + int(part["seconds"])
    fraction = part["fraction"] or "0"
    return 86400.0 * _count_days(part) + seconds + int(fraction) / 10 ** len(fraction)


def _count_days(part: dict[str, str | None]) -> int:
    """Return the days since year 1 of a date whose order is known, those that are stated, or 0."""
    if part["days"]:
        return int(part["days"])
    if part["year"]:
        return date(int(part["year"]), int(part["month"]), int(part["day"])).toordinal()
    for form in ("2", "3"):
        if part[f"year{form}"]:
            month = 1 + _MONTHS.index(part[f"month{form}"][:3].lower())
            return date(int(part[f"year{form}"]), month, int(part[f"day{form}"])).toordinal()
    return 0
