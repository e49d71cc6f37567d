"""What the lines before the samples say: `Sample Rate,512.844 hertz`, `%Sample Rate = 250 Hz`, `# {"sampling rate":
1000}`.

Only what bears on rate, unit, lead and resolution is taken out. Names, dates of birth and all else are never kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ecgmodel.records.imports.text.channels import Channel, read_channels
from ecgmodel.records.imports.text.header import is_unix_time
from ecgmodel.records.imports.text.layout import COMMENT
from ecgmodel.records.imports.text.numbers import cell_kind
from ecgmodel.records.imports.text.words import (
    FILTER_WORDS,
    HERTZ,
    INTERVAL_WORDS,
    LEAD_KEYS,
    RATE_WORDS,
    UNIT_KEYS,
    lead_name,
    plain_word,
    signal_unit,
    time_unit,
)

FS_RANGE_HZ = (25.0, 10_000.0)
"""Below, no QRS complex is left; above, no ECG is stored."""

MAX_JSON = 100_000


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact from the lines before the samples.

    Attributes
    ----------
    line : int
        From 1.
    value : object
        The rate in Hz, the unit or the lead, in the project's own terms.
    text : str
        The words that say so.
    known : bool
        Whether the key is a word that is known; else the value alone tells what it is.
    """

    line: int
    value: object
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Statements:
    """All that the lines before the samples say of them.

    Attributes
    ----------
    rates, units, leads : tuple of Statement
    columns : tuple of str
        Names of the columns, where a JSON header has them.
    ecg_columns : frozenset of str
        Those of `columns` on which a JSON header says there is an ECG sensor.
    bits : int or None
        Resolution of the ECG column in bits, where a JSON header has it.
    channels : tuple of Channel
        Names and units of the columns of samples, where lines above name them one by one.
    front : tuple of Statement
        Numbers in front of the samples that are none; `known` where the line before is a start time.
    """

    rates: tuple[Statement, ...] = ()
    units: tuple[Statement, ...] = ()
    leads: tuple[Statement, ...] = ()
    columns: tuple[str, ...] = ()
    ecg_columns: frozenset[str] = field(default_factory=frozenset)
    bits: int | None = None
    channels: tuple[Channel, ...] = ()
    front: tuple[Statement, ...] = ()


def read_statements(lines: Sequence[str], front: Sequence[str] = (), above: int = 0) -> Statements:
    """Read the lines before the samples, without the header row.

    Parameters
    ----------
    lines : sequence of str
        All lines before the header.
    front : sequence of str
        Lines of numbers between the header and the samples.
    above : int
        Index of the first of these.
    """
    rates, units, leads = [], [], []
    device: Statements = Statements()
    for number, line in enumerate(lines, start=1):
        text = COMMENT.sub("", line).strip()
        if text.startswith("{") and len(text) <= MAX_JSON:
            device = _read_json(text, number) or device
            continue
        if not text or len(text) > 300:
            continue
        key, value = _split_statement(text)
        word = plain_word(key)
        if rate := _read_rate(word, value, text):
            rates.append(Statement(number, rate, _shorten(text), word in RATE_WORDS or word in INTERVAL_WORDS))
        elif unit := signal_unit(value):
            units.append(Statement(number, unit, _shorten(text), word in UNIT_KEYS))
        elif lead := (lead_name(value) or (value if word in LEAD_KEYS and 0 < len(value) <= 20 else None)):
            leads.append(Statement(number, lead, _shorten(text), word in LEAD_KEYS))
    return Statements(
        (*rates, *device.rates),
        tuple(units),
        tuple(leads),
        device.columns,
        device.ecg_columns,
        device.bits,
        read_channels(lines),
        _read_front(front, above, lines[-1] if lines else ""),
    )


def _read_front(front: Sequence[str], above: int, before: str) -> tuple[Statement, ...]:
    """Read the numbers in front of the samples, as a start time and a rate."""
    found = []
    after_start = cell_kind(before, ".") == "C"
    for number, line in enumerate(front, start=above + 1):
        match = re.search(r"[+-]?\d[\d.]*(?:[eE][+-]?\d+)?", line[:200])
        if match is None or match[0].count(".") > 1:
            continue
        value = float(match[0])
        found.append(Statement(number, value, _shorten(line), known=after_start))
        after_start = is_unix_time(value)
    return tuple(found)


def _split_statement(text: str) -> tuple[str, str]:
    """Split at the first mark between key and value; decimal commas come later, so they stay whole."""
    match = re.match(r"\"?([^:=,;\t]{1,80}?)\"?\s*[:=,;\t]\s*(.+)", text)
    if match is None:
        match = re.match(r"(\D{2,60}?)\s+(\d.*)", text)
    key, value = (match[1], match[2]) if match else ("", text)
    return key.strip(), value.strip().strip("\"'").rstrip(",;\t ")


def _shorten(text: str) -> str:
    return " ".join(text.split())[:60]


def read_quantity(text: str) -> tuple[float, str] | None:
    """Return the number and the word at the start of `511,562 Hertz`, `512Hz` or `4 ms`."""
    match = re.match(
        r"\"?\s*(\d{1,9})(?:([.,])(\d{1,9}))?(?:[eE]([+-]?\d{1,2}))?\s*([^\d\s]{0,20})", text.replace("\u00a0", " ")
    )
    if match is None:
        return None
    whole, mark, part, power, word = match.groups()
    number = float(f"{whole}.{part or 0}e{power or 0}")
    if mark and len(part) == 3 and len(whole) <= 2 and number < FS_RANGE_HZ[0] and not time_unit(word):
        number *= 1000  # 1,000 Hz
    return number, word


def _read_rate(word: str, value: str, text: str) -> float | None:
    if FILTER_WORDS.search(text):
        return None
    each = re.search(r"(\d+(?:[.,]\d+)?(?:e-?\d+)?)\s*([^\d\s/]{1,20}?)\s*(?:/|\bper)\s*(?:sample|point)\b", text, re.I)
    if each:
        return _rate_of(float(each[1].replace(",", ".")), time_unit(each[2]) or "")
    quantity = read_quantity(value)
    if quantity is None:
        return None
    number, unit = quantity
    hertz = HERTZ.match(unit)
    if word in INTERVAL_WORDS or (
        time_unit(unit) in ("s", "ms", "us") and re.search(r"interval|period|间隔|周期", word)
    ):
        return _rate_of(number, time_unit(unit) or ("s" if number < 0.05 else "ms"))
    if hertz is None and not (word in RATE_WORDS and not unit):
        return None
    if hertz is not None and hertz["kilo"]:
        number *= 1000
    return number if FS_RANGE_HZ[0] <= number <= FS_RANGE_HZ[1] else None


def _rate_of(interval: float, unit: str) -> float | None:
    """Return the rate in Hz of an interval from sample to sample, whole where it is nearly so."""
    scale = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "min": 1 / 60}.get(unit)
    if scale is None or interval <= 0:
        return None
    rate = scale / interval
    rate = float(round(rate)) if abs(rate - round(rate)) < 0.01 * rate and rate > 50 else rate
    return rate if FS_RANGE_HZ[0] <= rate <= FS_RANGE_HZ[1] else None


def _read_json(text: str, line: int) -> Statements | None:
    """Read the JSON header of OpenSignals and its like: an object, or an object of objects, one a device."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    devices = [found, *found.values()] if isinstance(found, dict) else []
    for device in devices:
        if not isinstance(device, dict):
            continue
        facts = {plain_word(str(key)): value for key, value in list(device.items())[:200]}
        rate = next((facts[word] for word in RATE_WORDS if isinstance(facts.get(word), (int, float))), None)
        if rate is None or not FS_RANGE_HZ[0] <= rate <= FS_RANGE_HZ[1]:
            continue
        columns = tuple(_texts(facts.get("column")))
        labels, sensors = _texts(facts.get("label")), _texts(facts.get("sensor"))
        ecg = frozenset(label for label, sensor in zip(labels, sensors, strict=False) if "ecg" in sensor.lower())
        resolution = facts.get("resolution")
        bits = None
        if isinstance(resolution, list) and len(resolution) == len(columns):
            bits = next(
                (b for name, b in zip(columns, resolution, strict=True) if name in ecg and isinstance(b, int)), None
            )
        rates = (Statement(line, float(rate), f"sampling rate: {rate}", known=True),)
        return Statements(
            rates=rates, columns=columns, ecg_columns=ecg, bits=bits if bits and 6 <= bits <= 24 else None
        )
    return None


def _texts(value: object) -> Iterator[str] | list[str]:
    return [str(item)[:60] for item in value[:512]] if isinstance(value, list) else []
