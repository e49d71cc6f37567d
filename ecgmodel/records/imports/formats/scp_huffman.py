"""The compression of SCP-ECG: Huffman codes, and first or second differences (EN 1064, sections 2 and 6).

The default table has one code for each small difference, and two prefixes after which 8 or 16 plain bits follow. A file
may bring tables of its own, and codes that switch from one table to another.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError

DEFAULT_TABLE = 19999
_CODE_BYTES = 9
MAX_CODES = 4096


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a table.

    Attributes
    ----------
    prefix_bits, total_bits : int
        Bits beyond the prefix are the value itself, as a signed number.
    is_value : bool
        Whether it stands for a value; else it switches to the table number `value`.
    value : int
    """

    prefix_bits: int
    total_bits: int
    is_value: bool
    value: int


Table = dict[tuple[int, int], Code]
"""Codes by the length and the bits of their prefix."""


def make_default_table() -> Table:
    """Return the table that the standard prescribes: 0, then ±1 to ±8 with a longer and longer run of ones."""
    table: Table = {(1, 0): Code(1, 1, True, 0)}
    for size in range(1, 9):
        ones = (1 << size) - 1
        for sign, value in ((0, size), (1, -size)):
            table[(size + 2, ones << 2 | sign)] = Code(size + 2, size + 2, True, value)
    table[(10, 0b1111111110)] = Code(10, 18, True, 0)
    table[(10, 0b1111111111)] = Code(10, 26, True, 0)
    return table


def read_tables(body: bytes) -> list[Table]:
    """Read section 2 without its header.

    Raises
    ------
    ImportFileError
        Where a table makes no sense.
    """
    try:
        count = struct.unpack_from("<H", body)[0]
        if count == DEFAULT_TABLE:
            return [make_default_table()]
        place, tables = 2, []
        for _ in range(min(count, MAX_CODES)):
            n_codes = struct.unpack_from("<H", body, place)[0]
            place += 2
            table: Table = {}
            for _ in range(min(n_codes, MAX_CODES)):
                prefix, total, mode, value, bits = struct.unpack_from("<BBBhI", body, place)
                place += _CODE_BYTES
                prefix, total = min(prefix, total), max(prefix, total)
                if not 1 <= prefix <= 32 or total - prefix > 32:
                    raise _damaged()
                # The first bit that is sent is the lowest of the number in the table.
                code = int(f"{bits & ((1 << prefix) - 1):0{prefix}b}"[::-1], 2)
                table[(prefix, code)] = Code(prefix, total, mode != 0, value)
            tables.append(table)
    except struct.error as error:
        raise _damaged() from error
    if not tables or not all(tables):
        raise _damaged()
    return tables


def decode(data: bytes, n_values: int, tables: list[Table]) -> np.ndarray:
    """Return the values behind a stream of codes, the highest bit of each byte first.

    Parameters
    ----------
    data : bytes
    n_values : int
    tables : list of Table

    Returns
    -------
    ndarray of shape (n_values,), int64

    Raises
    ------
    ImportFileError
        Where the stream ends early or holds a code that no table has.
    """
    if n_values > 8 * len(data):
        raise _damaged()  # no code is shorter than a bit
    bits = bin(int.from_bytes(data, "big") | 1 << 8 * len(data))[3:]
    values = np.empty(n_values, dtype=np.int64)
    table, longest = tables[0], max(length for length, _ in tables[0])
    place = 0
    done = 0
    while done < n_values:
        found = None
        for length in range(1, longest + 1):
            found = table.get((length, int(bits[place : place + length] or "0", 2)))
            if found is not None:
                break
        if found is None or place + found.total_bits > len(bits):
            raise _damaged()
        place += found.prefix_bits
        if not found.is_value:
            if not 1 <= found.value <= len(tables):
                raise _damaged()
            table = tables[found.value - 1]
            longest = max(length for length, _ in table)
            continue
        extra = found.total_bits - found.prefix_bits
        value = found.value
        if extra:
            plain = int(bits[place : place + extra], 2)
            value += plain - (1 << extra) if plain >> (extra - 1) else plain
            place += extra
        values[done] = value
        done += 1
    return values


def undo_differences(values: np.ndarray, order: int) -> np.ndarray:
    """Return the samples behind their first (1) or second (2) differences; 0 leaves them as they are.

    Encoders count in 16 bits, so the sums wrap around as theirs do.
    """
    if order == 0 or len(values) == 0:
        return values
    if order == 1:
        samples = np.cumsum(values)
    else:
        steps = np.cumsum(np.concatenate([values[1:2] - values[:1], values[2:]]))
        samples = np.concatenate([values[:1], values[0] + np.cumsum(steps)])
    return samples.astype(np.int16).astype(np.int64)


def _damaged() -> ImportFileError:
    return ImportFileError("The SCP-ECG file is damaged: its compressed samples cannot be unpacked. Export it again.")
