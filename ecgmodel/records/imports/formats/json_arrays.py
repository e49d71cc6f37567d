"""Where the samples of a JSON file are: every array of numbers, with its path and the objects around it.

Samples stand as an array, as arrays side by side, as rows (`[[t, v], ...]`), as objects (`[{"t": .., "v": ..}, ...]`),
in batches that a sensor sent (`[{"Timestamp": .., "Samples": [..]}, ...]`), or as one text of numbers (FHIR).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ecgmodel.records.imports.formats.json_words import Scope, find_rate, lead_of
from ecgmodel.records.imports.text.numbers import parse_clock

MIN_VALUES = 50
"""A shorter array is no recording."""

RECORDING_VALUES = 1000
"""Objects with so many samples each are recordings; with fewer, they are batches of one."""

MAX_DEPTH = 24
MAX_TABLES = 2000
MAX_WIDTH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """Numbers that stand one behind the other.

    Attributes
    ----------
    key : str
        Its own name.
    path : str
        With those of the objects around it.
    values : ndarray of shape (n,), float64
    scope : tuple of mapping
    is_clock : bool
        Whether the file has times of day, here in seconds.
    """

    key: str
    path: str
    values: np.ndarray
    scope: Scope
    is_clock: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Arrays of one length that belong together.

    Attributes
    ----------
    path : str
    columns : tuple of Array
    batches : ndarray of shape (n_batches,), int64, or None
        Lengths of the pieces that the samples came in.
    stamps : tuple of Array
        With one time a batch.
    """

    path: str
    columns: tuple[Array, ...]
    batches: np.ndarray | None = None
    stamps: tuple[Array, ...] = field(default=())


def find_tables(root: object) -> list[Table]:
    """Return all arrays of a file, those that belong together side by side."""
    tables: list[Table] = []
    for table in _walk(root, "", (), MAX_DEPTH):
        tables.append(table)
        if len(tables) == MAX_TABLES:
            break
    return tables


def _walk(node: object, path: str, scope: Scope, depth: int) -> Iterator[Table]:
    if depth == 0:
        return
    if isinstance(node, dict):
        inside = (*scope, node)
        yield from _side_by_side(node, path, inside)
        for key, value in node.items():
            if isinstance(value, (dict, list)):
                yield from _walk(value, f"{path}.{key}" if path else str(key), inside, depth - 1)
    elif isinstance(node, list) and node:
        if isinstance(node[0], dict):
            yield from _objects([item for item in node if isinstance(item, dict)], path, scope, depth)
        elif isinstance(node[0], list):
            yield from _rows(node, path, scope, depth)
        elif not scope and (values := as_numbers(node)) is not None:
            yield Table(path, (Array("", path, values, scope),))


def _side_by_side(node: Mapping[str, object], path: str, scope: Scope) -> Iterator[Table]:
    """Yield the arrays that are values of one object, those of one length together."""
    found: dict[int, list[Array]] = {}
    for key, value in node.items():
        values, is_clock = as_numbers(value), False
        if values is None and (times := _as_clocks(value)) is not None:
            values, is_clock = times, True
        if values is not None:
            array = Array(str(key), f"{path}.{key}" if path else str(key), values, scope, is_clock)
            found.setdefault(len(values), []).append(array)
    for arrays in found.values():
        yield Table(path, tuple(arrays[:MAX_WIDTH]))


def _rows(node: list, path: str, scope: Scope, depth: int) -> Iterator[Table]:
    """Yield a list of lists: a moment a row, or a lead a row."""
    width = len(node[0])
    if all(isinstance(row, list) and len(row) == width for row in node):
        try:
            table = np.array(node, dtype=np.float64)
        except (ValueError, TypeError, OverflowError):
            table = None
        if table is not None and table.ndim == 2 and max(table.shape) >= MIN_VALUES and min(table.shape) <= MAX_WIDTH:
            columns = table if table.shape[0] >= table.shape[1] else table.T
            yield Table(
                path,
                tuple(
                    Array(f"column {i + 1}", f"{path}[][{i}]", columns[:, i].copy(), scope)
                    for i in range(columns.shape[1])
                ),
            )
            return
    for i, item in enumerate(node[:MAX_TABLES]):
        if isinstance(item, list) and (values := as_numbers(item)) is not None:
            yield Table(f"{path}[{i}]", (Array(f"row {i + 1}", f"{path}[{i}]", values, scope),))
        elif isinstance(item, (list, dict)):
            yield from _walk(item, f"{path}[{i}]", scope, depth - 1)


def _objects(node: list[dict], path: str, scope: Scope, depth: int) -> Iterator[Table]:
    """Yield a list of objects: leads, recordings, batches, or moments."""
    first = dict(_flatten(node[0], "", 4))
    longest = max((len(value) for value in first.values() if isinstance(value, list)), default=0)
    nested = any(isinstance(value, list) and value and isinstance(value[0], (dict, list)) for value in first.values())
    states_rate = find_rate((node[0],)).value is not None
    if nested or longest >= RECORDING_VALUES or (longest >= MIN_VALUES and states_rate):
        leads = _as_leads(node, path, scope)
        if leads is not None:
            yield leads
            return
        for i, item in enumerate(node[:MAX_TABLES]):
            yield from _walk(item, f"{path}[{i}]", scope, depth - 1)
        return
    yield from _moments(node, path, scope)


def _as_leads(node: list[dict], path: str, scope: Scope) -> Table | None:
    """Return objects that are the leads of one recording: each names another lead and has as many samples."""
    if not 1 <= len(node) <= MAX_WIDTH:
        return None
    columns: list[Array] = []
    for item in node:
        name = lead_of(item, [column.key for column in columns])
        found = [table for table in _walk(item, path, scope, 6) if len(table.columns) == 1]
        if name is None or len(found) != 1:
            return None
        array = found[0].columns[0]
        columns.append(Array(name, array.path, array.values, array.scope))
    if len({len(column.values) for column in columns}) != 1:
        return None
    return Table(path, tuple(columns))


def _moments(node: list[dict], path: str, scope: Scope) -> Iterator[Table]:
    """Yield objects that are moments or batches, as columns; what is the same in all of them is said of all."""
    leaves: dict[str, list[object]] = {}
    rows: dict[str, list[int]] = {}
    for row, item in enumerate(node):
        for key, value in _flatten(item, "", 4):
            leaves.setdefault(key, []).append(value)
            rows.setdefault(key, []).append(row)
        if len(leaves) > 500:
            return
    inside = (*scope, {key: values[0] for key, values in leaves.items() if isinstance(values[0], str)})
    scalars: list[Array] = []
    batches: list[tuple[str, list]] = []
    for key, values in leaves.items():
        here = f"{path}[].{key}" if path else f"[].{key}"
        if all(isinstance(value, list) for value in values):
            batches.append((key, values))
        elif (numbers := as_numbers(values, 1)) is not None:
            scalars.append(Array(key, here, numbers, inside))
        elif (times := _as_clocks(values, 1)) is not None:
            scalars.append(Array(key, here, times, inside, is_clock=True))
    by_rows: dict[tuple[int, int], list[Array]] = {}
    for array in scalars:
        place = rows[array.key]
        by_rows.setdefault((len(place), place[0]), []).append(array)
    for (count, _), arrays in by_rows.items():
        if count >= MIN_VALUES:
            yield Table(path, tuple(arrays[:MAX_WIDTH]))
    for key, pieces in batches:
        flat = as_numbers([value for piece in pieces for value in piece])
        if flat is None:
            continue
        place = rows[key]
        stamps = tuple(array for array in scalars if rows[array.key] == place)
        array = Array(key, f"{path}[].{key}[]" if path else f"[].{key}[]", flat, inside)
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        yield Table(path, (array,), lengths, stamps)


def _flatten(node: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in node.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            if depth:
                yield from _flatten(value, here, depth - 1)
        else:
            yield here, value


def as_numbers(value: object, least: int = MIN_VALUES) -> np.ndarray | None:
    """Return a list of numbers, or a text of them, as an array; `None` where it is none, or too short."""
    if isinstance(value, str):
        if len(value) < 2 * least or value.lstrip()[:1] not in "0123456789+-.EUL":
            return None
        value = [None if word in ("E", "U", "L") else word for word in value.replace(",", " ").split()]
    if not isinstance(value, list) or len(value) < least:
        return None
    try:
        values = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    return values if values.ndim == 1 and np.isfinite(values).any() else None


def _as_clocks(value: object, least: int = MIN_VALUES) -> np.ndarray | None:
    """Return a list of clock times in seconds; `None` where it is none."""
    if not isinstance(value, list) or len(value) < least or not isinstance(value[0], str):
        return None
    try:
        return np.array([parse_clock(_without_blank(text)) for text in value], dtype=np.float64)
    except (ValueError, AttributeError):
        return None


def _without_blank(text: str) -> str:
    """Return a time without the blank before its offset from Greenwich: `2023-05-06 07:08:09 +0200`."""
    head, blank, tail = text.rpartition(" ")
    return head + tail if blank and tail[:1] in ("+", "-") else text
