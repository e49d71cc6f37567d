"""ECGs in JSON, as watches and phones export them: found by what the arrays look like and what stands beside them.

Which array is the ECG is decided by the same rules as which column of a table is, see `text_file.EVIDENCE`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence, say, weigh
from ecgmodel.records.imports.formats.json_arrays import Array, Table, find_tables
from ecgmodel.records.imports.formats.json_words import Scaling, find_rate, find_scaling, words_of
from ecgmodel.records.imports.formats.signal_file import (
    Signal,
    SignalFile,
    assemble,
    check_size,
    choose_part,
    lay_out,
    name_signals,
)
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.columns import SAMPLE_ROWS, Column
from ecgmodel.records.imports.text.rates import COMMON_RATES_HZ, UNITS_A_SECOND, measure_rate, same_rate
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ, Statements
from ecgmodel.records.imports.text.words import ECG_NAME, lead_name
from ecgmodel.records.imports.text_file import EVIDENCE

MAX_BYTES = 64 * 1024 * 1024
MAX_CONTAINERS = 1_500_000
_FIRST_NUMBER = re.compile(rb"(?:-?\d[\d.eE+-]*|null)\s*[,\]]")
"""What stands behind `[` in an array of numbers, and never in the clock times of PhysioBank."""

LEAD_SHARE = 0.65
"""An array is a lead where the evidence for it has this share of that for the best."""


def is_json(head: bytes) -> bool:
    """Whether a file begins as a JSON object does, or as a list of objects or lists."""
    start = head[:4000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return start[1:].lstrip()[:1] in (b'"', b"}")
    if not start.startswith(b"["):
        return False
    rest = start[1:].lstrip()
    return rest[:1] in (b"{", b"[") or _FIRST_NUMBER.match(rest) is not None


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A table, its columns as the rules see them, how much speaks for each of them, and what."""

    table: Table
    columns: tuple[Column, ...]
    weights: tuple[float, ...]
    reasons: tuple[tuple[Sentence, ...], ...]

    @property
    def best(self) -> float:
        return max(self.weights)


def read_json(source: Source, leads: tuple[str, ...] | None = None, part: str | None = None) -> SignalFile:
    """Read an ECG out of a JSON file.

    Parameters
    ----------
    source : Source
    leads : tuple of str or None
    part : str or None
        The path of one of several recordings; `None` takes the longest.

    Raises
    ------
    ImportFileError
        Where the file is damaged, or holds no array that could be an ECG.
    """
    candidates = [_judge(table) for table in find_tables(_parse(source))]
    if not candidates:
        raise ImportFileError(
            "The JSON file holds no array of samples. Export the recording itself, or the ECG as CSV."
        )
    best = max(candidate.best for candidate in candidates)
    if best <= 0:
        longest = sorted(candidates, key=lambda c: -len(c.table.columns[0].values))[:6]
        raise ImportFileError(
            "No array of the JSON file looks like an ECG; the longest are {names}. Export the recording itself, or the "
            "ECG as CSV.",
            names=", ".join(c.table.columns[0].path[:40] or "[]" for c in longest),
        )
    likely = [candidate for candidate in candidates if candidate.best >= LEAD_SHARE * best]
    names = _name_parts(likely)
    sizes = [len(candidate.table.columns[0].values) for candidate in likely]
    index, found = choose_part(names, sizes, part, say("it is the longest of {count}", count=len(names)))
    return _read_table(source.stem, likely[index], leads, found)


def _parse(source: Source) -> object:
    data = source.read() if source.size <= MAX_BYTES else None
    if data is None or data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
        raise ImportFileError(
            "The JSON file is larger than {limit} MB or has more objects than a recording needs. Export one recording, "
            "or the ECG as CSV.",
            limit=MAX_BYTES >> 20,
        )
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ImportFileError(
            "The JSON file is nested more deeply than any recording is. Export the recording again."
        ) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ImportFileError(
            "The JSON file is damaged: it ends early, or a mark is missing. Export it again."
        ) from error


def _judge(table: Table) -> _Candidate:
    columns = tuple(_as_column(array, i, table) for i, array in enumerate(table.columns))
    votes = [
        [(rule.weight * vote.share, vote) for rule in EVIDENCE["lead"] for vote in rule.look(column, Statements())]
        for column in columns
    ]
    weights = tuple(sum(weight for weight, _ in found) for found in votes)
    reasons = tuple(tuple(vote.sentence for weight, vote in found if weight > 0) for found in votes)
    return _Candidate(table, columns, weights, reasons)


def _as_column(array: Array, index: int, table: Table) -> Column:
    """Return an array as the rules of tables see a column; of its path the last words, which may name the sensor."""
    own = words_of(array.key)
    label = own if lead_name(own) else " ".join(words_of(word) for word in array.path.replace("[]", "").split(".")[-3:])
    if not lead_name(own) and ECG_NAME.search(label):
        label = f"ecg {own}"  # a sensor that is called so has its samples below, whatever they are called
    unit = find_scaling(array.key, array.scope).unit
    kind = "C" if array.is_clock else "N"
    return Column(index, array.key or f"column {index + 1}", label, unit, kind, array.values[:SAMPLE_ROWS])


def _name_parts(candidates: list[_Candidate]) -> list[str]:
    names: list[str] = []
    for candidate in candidates:
        name = (candidate.table.columns[0].path if len(candidate.columns) == 1 else candidate.table.path) or "[]"
        name = "".join(mark for mark in name[:60] if mark.isprintable())
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


def _read_table(name: str, candidate: _Candidate, leads: tuple[str, ...] | None, part: Finding) -> SignalFile:
    table = candidate.table
    chosen = [i for i, w in enumerate(candidate.weights) if w > 0 and w >= LEAD_SHARE * candidate.best]
    rest = [i for i in range(len(table.columns)) if i not in chosen and not table.columns[i].is_clock]
    stated = find_rate(table.columns[chosen[0]].scope)
    measured, times = _measure(candidate, chosen, stated)
    rate = _settle(stated, measured)
    scalings = {i: find_scaling(table.columns[i].key, table.columns[i].scope) for i in (*chosen, *rest)}
    fs = float(rate.value) if rate.value is not None else None  # type: ignore[arg-type]
    gaps = ()
    signals = []
    for i in (*chosen, *rest):
        with np.errstate(over="ignore", invalid="ignore"):
            values = _apply(scalings[i], table.columns[i].values).astype(np.float32)
        if fs is not None and times is not None:
            values, gaps = _lay_on_times(values, times, table.batches, fs)
        signals.append(
            Signal(_label(table.columns[i], alone=len(chosen) == 1 and i in chosen), scalings[i].unit, values)
        )
    return assemble(
        "json",
        name,
        signals,
        rate,
        leads or _names_of(signals, len(chosen)),
        part=part,
        gaps=gaps,
        unit_reason=scalings[chosen[0]].reason,
        lead_reasons=(
            say("its samples stand at '{path}'", path=table.columns[chosen[0]].path[:80] or "[]"),
            *candidate.reasons[chosen[0]],
        ),
    )


def _apply(scaling: Scaling, values: np.ndarray) -> np.ndarray:
    """Return samples as a voltage; a zero that no sample comes near is added, as FHIR's words have it."""
    if scaling.zero and not np.nanmin(values) <= scaling.zero <= np.nanmax(values):
        return values * scaling.factor + scaling.zero
    return (values - scaling.zero) * scaling.factor


def _names_of(signals: list[Signal], count: int) -> tuple[str, ...]:
    return tuple(name_signals([signal.label for signal in signals])[:count])


def _label(array: Array, *, alone: bool) -> str:
    own = words_of(array.key)
    if name := lead_name(own):
        return name
    return "ECG" if alone else own


def _measure(candidate: _Candidate, chosen: list[int], stated: Finding) -> tuple[Finding, np.ndarray | None]:
    """Return the rate that times show, and the times themselves in seconds: of each sample, or of each batch."""
    table = candidate.table
    if table.batches is not None:
        return _measure_batches(table, stated)
    times = [column for i, column in enumerate(candidate.columns) if i not in chosen and len(column.steps) >= 3]
    times = [column for column in times if column.rises and column.steadiness > 0.5]
    if not times:
        return Finding(None, certain=False), None
    found = weigh(EVIDENCE["time column"], times)
    column = next((column for column in times if column.name == found.value), times[0])
    unit = weigh(EVIDENCE["time unit"], column).value
    measured = None if unit is None else measure_rate(column, str(unit))
    if measured is None:
        return Finding(None, certain=False), None
    sentence = say("the steps of '{column}' show {fs:g} Hz", column=column.name, fs=measured.fs)
    return Finding(measured.fs, (sentence,)), table.columns[column.index].values / UNITS_A_SECOND[str(unit)]


def _measure_batches(table: Table, stated: Finding) -> tuple[Finding, np.ndarray | None]:
    """Return the rate that the stamps of batches show; their unit is the one that makes it an ECG's, or the stated."""
    lengths = table.batches
    for stamps in table.stamps:
        steps = np.diff(stamps.values)
        good = steps > 0
        if len(steps) < 2 or np.mean(good) < 0.9 or lengths is None:
            continue
        pace = float(np.median(lengths[:-1][good] / steps[good]))
        for per_second in (1.0,) if stamps.is_clock else (1.0, 1e3, 1e6, 1e9):
            fs = pace * per_second
            near = min(COMMON_RATES_HZ, key=lambda rate: abs(rate - fs))
            fs = float(near) if abs(near - fs) <= 0.03 * fs else float(f"{fs:.4g}")
            fits = same_rate(fs, stated.value) if stated.value is not None else 30.0 <= fs <= 2000.0
            if fits:
                sentence = say("the stamps '{column}' of the batches show {fs:g} Hz", column=stamps.key[:60], fs=fs)
                return Finding(fs, (sentence,)), stamps.values / per_second
    return Finding(None, certain=False), None


def _settle(stated: Finding, measured: Finding) -> Finding:
    """Return one rate out of the stated and the measured: where they differ, it has to be asked."""
    if stated.value is None or measured.value is None:
        found = stated if stated.value is not None else measured
        fits = found.value is not None and FS_RANGE_HZ[0] <= float(found.value) <= FS_RANGE_HZ[1]
        return found if fits else Finding(None, certain=False)
    if same_rate(stated.value, measured.value):
        return Finding(stated.value, stated.evidence + measured.evidence)
    return Finding(stated.value, stated.evidence, (measured.value,), certain=False)


def _lay_on_times(
    values: np.ndarray, times: np.ndarray, batches: np.ndarray | None, fs: float
) -> tuple[np.ndarray, tuple]:
    """Return the samples with gaps where the time goes on without them."""
    lengths = np.ones(len(values), dtype=np.int64) if batches is None else batches
    usual = lengths[:-1]
    offset = np.nan_to_num((times - times[0]) * fs, nan=0.0, posinf=1e12, neginf=0.0)
    offset[1:] -= np.cumsum(usual)
    # What comes late and is made up for later was only held up on its way; half a batch of that is the radio's.
    kept = np.minimum.accumulate(offset[::-1])[::-1]
    late = np.diff(kept)
    late = np.where(late > np.maximum(0.6 * usual, 1.0), np.round(np.minimum(late, 1e12)), 0.0)
    starts = np.concatenate([[0], np.cumsum(usual + late)]).astype(np.int64)
    check_size(int(starts[-1] + lengths[-1]), 1, fs)
    if not late.any():
        return values, ()
    first = np.concatenate([[0], np.flatnonzero(late) + 1])
    ends = np.concatenate([first[1:], [len(lengths)]])
    sums = np.concatenate([[0], np.cumsum(lengths)])
    return lay_out(values, sums[ends] - sums[first], starts[first])
