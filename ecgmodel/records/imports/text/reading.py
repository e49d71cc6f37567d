"""Reading all rows of a table: block by block, quickly where every cell is a plain number, carefully where one is not.

Both ways give the same numbers. The quick one (Apache Arrow) reads some 100 MB a second and gives up on a block at the
first odd cell; the careful one then reads that block line by line and knows the line and the column of every fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.source import HEAD_BYTES, Source, long_line_error
from ecgmodel.records.imports.text.blocks import Block, number_blocks, read_ahead
from ecgmodel.records.imports.text.clock import parse_clock_cells
from ecgmodel.records.imports.text.labelled import Labels
from ecgmodel.records.imports.text.layout import read_key, split_line
from ecgmodel.records.imports.text.numbers import LARGEST, MISSING_WORDS, clean_cell, parse_clock, parse_number
from ecgmodel.records.imports.text.plan import TablePlan

if TYPE_CHECKING:
    import pyarrow as pa

QUICK_BYTES = 512 * 1024
"""Smaller blocks are read without Arrow, which takes longer to load than they take to read."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_columns), float64
        NaN where a cell is missing, infinite, or left out.
    times : ndarray of shape (n_rows,), float64, or None
        In the column's own unit; clock times in seconds.
    first_line : int
        Line of the first row, from 1.
    lines : ndarray of shape (n_rows,), int64, or None
        Line of each row; `None` where every line is a row.
    faults : tuple of Fault
    bytes_read : int
        Of the whole file so far, to show progress.
    """

    values: np.ndarray
    times: np.ndarray | None
    first_line: int
    lines: np.ndarray | None
    faults: tuple[Fault, ...]
    bytes_read: int

    def line(self, row: int) -> int:
        """Return the line of a row, from 1."""
        return self.first_line + row if self.lines is None else int(self.lines[row])


@dataclass(frozen=True, slots=True)
class Fault:
    """Cells or lines that were left out.

    Attributes
    ----------
    kind : {"missing", "infinite", "unreadable", "repeated header", "comment", "truncated"}
    line : int
        Of the first, from 1.
    column : str
        Its column; empty where it is the whole line.
    count : int
    """

    kind: str
    line: int
    column: str
    count: int


def iter_rows(source: Source, plan: TablePlan, labels: Labels | None = None) -> Iterator[Rows]:
    """Read all rows, block by block.

    Parameters
    ----------
    source : Source
    plan : TablePlan
    labels : Labels or None
        Names before the values of every line, which are taken off.

    Raises
    ------
    ImportFileError
        For the first cell or line that cannot be read, unless `plan.keep_going`; names line and column.
    """
    blanks_before = 0
    least = QUICK_BYTES if plan.delimiter != " " else math.inf

    def quickly(block: Block) -> Rows | None:
        return _read_quickly(block.data, plan, block.first_line, block.bytes_read)

    by_arrow = False
    for ahead in read_ahead(number_blocks(source, plan, labels), least, quickly):
        by_arrow |= ahead.read is not None
        block, first, done = ahead.block.data, ahead.block.first_line, ahead.block.bytes_read
        rows = None
        if blanks_before == 0:
            rows = _read_plainly(block, plan, first, done) if ahead.read is None else ahead.read.result()
        if rows is None:
            rows, blanks_before = _read_carefully(block, plan, first, done, blanks_before)
        if len(rows.values) or rows.faults:
            yield rows
    if by_arrow:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()  # 8 MB that it would keep for the next file


def _read_plainly(block: bytes, plan: TablePlan, first_line: int, done: int) -> Rows | None:
    """Read a block in which every cell is a plain number, without Arrow: a small one, or one with runs of blanks."""
    marks = plan.delimiter + plan.decimal + ("\t" if plan.delimiter == " " else "")
    if plan.clock or block.translate(None, b"0123456789+-eE\r\n" + marks.encode()):
        return None
    width = len(plan.names)
    text = block.decode("ascii").replace("\r", "").removesuffix("\n")
    lines = text.split("\n")
    if plan.delimiter == " ":
        if any(len(line.split()) != width for line in lines):
            return None
        cells = text.replace(plan.decimal, ".").split()
    else:
        if plan.delimiter and any(line.count(plan.delimiter) != width - 1 for line in lines):
            return None
        cells = (text.replace(plan.delimiter, "\n") if plan.delimiter else text).replace(plan.decimal, ".").split("\n")
    try:
        table = np.array(list(map(float, cells))).reshape(len(lines), width)
    except ValueError:
        return None
    values = table[:, plan.columns]
    if not np.all(np.abs(values) <= LARGEST):
        return None
    return Rows(values, None if plan.time is None else table[:, plan.time], first_line, None, (), done)


def _read_quickly(block: bytes, plan: TablePlan, first_line: int, done: int) -> Rows | None:
    if plan.keep_going or not block.endswith(b"\n"):
        return None
    if b"\n\n" in block or b"\n\r\n" in block or block[:1] in b"\r\n":
        return None
    import pyarrow as pa  # loads slowly, and small files never need it
    import pyarrow.csv as pa_csv

    names = [str(i) for i in range(len(plan.names))]
    wanted = [str(i) for i in plan.columns] + ([] if plan.time is None else [str(plan.time)])
    types = {name: pa.float64() for name in wanted}
    if plan.clock and plan.time is not None:
        types[str(plan.time)] = pa.string()
    words = [*MISSING_WORDS] + [word.upper() for word in MISSING_WORDS if word] + ["NaN"]
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(block),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=2 * len(block)),
            parse_options=pa_csv.ParseOptions(delimiter=plan.delimiter or "\x1f"),
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=wanted, decimal_point=plan.decimal, null_values=words
            ),
        )
        values = np.column_stack([_to_numpy(table[str(i)]) for i in plan.columns])
        times = None
        if plan.time is not None:
            column = table[str(plan.time)]
            times = parse_clock_cells(column.to_numpy(zero_copy_only=False)) if plan.clock else _to_numpy(column)
    except (pa.ArrowInvalid, ValueError):
        return None
    if np.any(np.isnan(values).all(axis=1)) and re.search(rb"\n[,;\t|\" ]+\r?\n", b"\n" + block):
        return None  # a line of delimiters alone, which stands for nothing
    faults = []
    for kind, where in (("missing", np.isnan(values)), ("infinite", np.abs(values) > LARGEST)):
        if where.any():
            row, column = np.argwhere(where)[0]
            name = plan.names[plan.columns[column]]
            faults.append(Fault(kind, first_line + int(row), name, int(np.count_nonzero(where))))
    values[np.abs(values) > LARGEST] = math.nan
    return Rows(values, times, first_line, None, tuple(faults), done)


def _to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column of numbers; without pandas, which Arrow's own way loads, where none is missing."""
    if column.null_count or not column.num_chunks:
        return column.to_numpy()
    return np.concatenate([np.from_dlpack(chunk) for chunk in column.chunks])


def _read_carefully(block: bytes, plan: TablePlan, first_line: int, done: int, blanks: int) -> tuple[Rows, int]:
    """Read a block line by line; `blanks` are blank lines at the end of the block before, which may yet be samples."""
    values: list[list[float]] = []
    times: list[float] = []
    lines: list[int] = []
    faults: dict[str, Fault] = {}
    nothing = [math.nan] * len(plan.columns)
    whole = block.endswith(b"\n")
    texts = block.decode("utf-8", errors="replace").split("\n")
    if whole:
        texts.pop()

    def note(kind: str, line: int, column: str, count: int = 1) -> None:
        old = faults.get(kind)
        faults[kind] = (
            Fault(kind, line, column, count) if old is None else Fault(kind, old.line, old.column, old.count + count)
        )

    for number, text in enumerate(texts, start=first_line):
        if not text.strip(' \t\r,;|"'):
            blanks += plan.blank_is_missing
            continue
        if len(text) > HEAD_BYTES:
            raise long_line_error(number)
        try:
            row, time = _read_line(text.rstrip("\r"), plan, number, note)
        except _UnreadableError as fault:
            if (plan.header and text.strip() == plan.header) or read_key(text) in plan.header_keys:
                note("repeated header", number, "")
                continue
            if not whole and number == first_line + len(texts) - 1:
                note("truncated", number, "")  # the device was switched off while it wrote
                continue
            if not plan.keep_going:
                raise fault.error from None
            note("unreadable", number, fault.column)
            row, time = nothing, math.nan
        if blanks:
            note("missing", number - blanks, plan.names[plan.columns[0]], blanks)
            values.extend([nothing] * blanks)
            times.extend([math.nan] * blanks)
            lines.extend(range(number - blanks, number))
            blanks = 0
        values.append(row)
        times.append(time)
        lines.append(number)
    return (
        Rows(
            np.array(values, dtype=np.float64).reshape(len(values), len(plan.columns)),
            None if plan.time is None else np.array(times, dtype=np.float64),
            first_line,
            np.array(lines, dtype=np.int64),
            tuple(faults.values()),
            done,
        ),
        blanks,
    )


class _UnreadableError(Exception):
    """A line that cannot be read: the error to raise, and the column for a note."""

    def __init__(self, error: ImportFileError, column: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.column = column


def _read_line(text: str, plan: TablePlan, number: int, note) -> tuple[list[float], float]:
    width = len(plan.names)
    cells = split_line(text, plan.delimiter)
    if len(cells) > width and cells[width].lstrip().startswith("#"):
        note("comment", number, "")
        cells = cells[:width]
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    elif len(cells) == width - 1 and width - 1 not in (*plan.columns, plan.time):
        cells.append("")
    if len(cells) != width:
        raise _UnreadableError(
            ImportFileError(
                "Line {line} has {found} cells where the lines before have {width}. Correct that line, or set "
                "unreadable "
                "lines to be left out as gaps.",
                line=number,
                found=len(cells),
                width=width,
                remedy="gaps",
            )
        )
    row = []
    for column in plan.columns:
        try:
            value = parse_number(cells[column], plan.decimal)
        except ValueError:
            raise _cell_error(cells[column], plan, number, column) from None
        if not abs(value) <= LARGEST:  # also true for NaN
            note("missing" if math.isnan(value) else "infinite", number, plan.names[column])
            value = math.nan
        row.append(value)
    if plan.time is None:
        return row, math.nan
    try:
        time = parse_clock(cells[plan.time]) if plan.clock else parse_number(cells[plan.time], plan.decimal)
    except ValueError:
        raise _cell_error(cells[plan.time], plan, number, plan.time) from None
    return row, time if math.isfinite(time) else math.nan


def _cell_error(text: str, plan: TablePlan, number: int, column: int) -> _UnreadableError:
    return _UnreadableError(
        ImportFileError(
            "Line {line}, column '{column}': '{cell}' is not a number. Correct that cell, or set unreadable cells "
            "to be left "
            "out as gaps.",
            line=number,
            column=plan.names[column],
            cell=clean_cell(text)[:40],
            remedy="gaps",
        ),
        plan.names[column],
    )
