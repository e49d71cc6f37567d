"""Excel workbooks (`.xlsx`, `.xlsm`) through `openpyxl`: the sheet with the most numbers, as the text that it would be.

A sheet becomes rows of tabs and points, and the rules of text find its header, its time and its leads. Formulas are
read as the values that Excel left beside them. What a workbook unpacks to is measured before anything is read.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.signal_file import DAMAGE
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.understanding import ImportSettings, Understanding

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_STRINGS_BYTES = 30 * 1024 * 1024
MAX_RATIO = 200
MAX_SHEETS = 50
MAX_COLUMNS = 512
MAX_EMPTY_ROWS = 2000
"""So many empty rows end a sheet; a gap in a recording is not written so."""

MAX_CELLS = 40_000_000
"""With those that are empty, up to the last of each row."""

SNIFFED_ROWS = 8000
"""As many rows as the rules of text look at, and the lines before them."""

TRIED_ROWS = 300
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet as text.

    Attributes
    ----------
    data : bytes
        UTF-8, a row a line, cells between tabs; line and row have the same number.
    sheet : Finding
        Its name, with the other sheets as alternatives.
    n_columns : int
    """

    data: bytes
    sheet: Finding
    n_columns: int

    def settle(self, settings: ImportSettings) -> ImportSettings:
        """Return the settings with which the text is read: its marks are those that were written here."""
        return replace(settings, delimiter="\t" if self.n_columns > 1 else "", decimal=".", encoding="utf-8", part=None)

    def describe(self, found: Understanding, settings: ImportSettings) -> Understanding:
        """Return what was understood, without the marks that the workbook does not have."""
        nothing = Finding(None)
        return replace(found, settings=settings, encoding=nothing, delimiter=nothing, decimal=nothing, part=self.sheet)


def is_workbook(names: Iterable[str]) -> bool:
    """Whether an archive with these files is an Excel workbook."""
    return "xl/workbook.xml" in names


def list_archive(source: Source) -> tuple[str, ...]:
    """Return the names of the files in an archive; none where it cannot be opened."""
    try:
        with zipfile.ZipFile(_open(source)) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ()


def refuse_document(names: Iterable[str]) -> None:
    """Raise `ImportFileError` where an archive is a document of another office program."""
    names = set(names)
    if "word/document.xml" in names:
        raise ImportFileError("The file is a Word document. Export the ECG as CSV or as text and choose that file.")
    if "xl/workbook.bin" in names or {"content.xml", "mimetype"} <= names:
        raise ImportFileError(
            "The file is a spreadsheet in a format that is not read (.xlsb, .ods). Save it as .xlsx or as CSV."
        )


def read_sheet(source: Source, sheet: str | None, *, sniff: bool) -> SheetText:
    """Return a sheet of a workbook as text.

    Parameters
    ----------
    source : Source
    sheet : str or None
        Its name; `None` takes the one with the most rows of numbers.
    sniff : bool
        Whether the first `SNIFFED_ROWS` rows are enough.

    Raises
    ------
    ImportFileError
        Where the workbook is damaged, encrypted, too large or empty, or has no such sheet.
    """
    _measure(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and links that break rules which do not bear on the cells
            book = _open_book(source)
        try:
            sheets = [s for s in book.worksheets[:MAX_SHEETS] if hasattr(s, "iter_rows")]
            chosen = _choose(sheets, sheet)
            lines, width = _write_rows(chosen.value, SNIFFED_ROWS if sniff else None)  # type: ignore[arg-type]
        finally:
            book.close()
    except (*DAMAGE, zipfile.BadZipFile, zlib.error, AssertionError, SyntaxError) as error:
        raise ImportFileError(
            "The workbook is damaged, or was not written by Excel. Save it again as .xlsx, or as CSV."
        ) from error
    found = Finding(chosen.value.title, chosen.evidence, chosen.alternatives)  # type: ignore[attr-defined]
    return SheetText(lines, found, width)


def _open(source: Source) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(source.data) if isinstance(source.data, bytes) else source.data.open("rb")


def _open_book(source: Source) -> Workbook:
    """Open a workbook to be read row by row.

    Where a sheet does not state its size, `openpyxl.load_workbook` parses it to its end, however many rows it has, to
    find that out. Nothing here asks for it: writers state it wrongly.
    """
    from openpyxl.reader.excel import ExcelReader  # loads slowly, and a CSV never needs it
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    class UnmeasuredSheet(ReadOnlyWorksheet):
        def _get_size(self) -> None:
            pass

    class Reader(ExcelReader):
        def read_worksheets(self) -> None:
            for sheet, relation in self.parser.find_sheets():
                if relation.target not in self.valid_files:
                    continue
                if "chartsheet" in relation.Type:
                    self.read_chartsheet(sheet, relation)
                else:
                    self.wb._sheets.append(UnmeasuredSheet(self.wb, sheet.name, relation.target, self.shared_strings))

    reader = Reader(_open(source), read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _measure(source: Source) -> None:
    """Raise `ImportFileError` where a workbook unpacks to more than a recording needs."""
    try:
        with zipfile.ZipFile(_open(source)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportFileError(
            "The workbook is damaged, or was not written by Excel. Save it again as .xlsx, or as CSV."
        ) from error
    total = sum(entry.file_size for entry in entries)
    odd = [entry for entry in entries if entry.file_size > max(1 << 20, MAX_RATIO * entry.compress_size)]
    tables = [entry.file_size for entry in entries if not entry.filename.startswith("xl/worksheets/")]
    if odd or total > MAX_UNPACKED_BYTES or max(tables, default=0) > MAX_STRINGS_BYTES:
        raise ImportFileError(
            "The workbook unpacks to {size:,.0f} MB, more than the memory is for. Save the sheet as CSV.",
            size=total / 1e6,
        )


def _choose(sheets: list[ReadOnlyWorksheet], wanted: str | None) -> Finding:
    """Return the sheet to read, as a finding whose value is the sheet itself."""
    names = [sheet.title for sheet in sheets]
    if wanted is not None:
        if wanted not in names:
            raise ImportFileError(
                "The file has no part '{name}'; it has {known}. Choose one of these.",
                name=wanted[:60],
                known=", ".join(names[:40]),
            )
        rest = tuple(name for name in names if name != wanted)
        return Finding(sheets[names.index(wanted)], (say("set by hand"),), rest)
    counts = [_count_numbers(sheet) for sheet in sheets]
    if not counts or max(counts) == 0:
        raise ImportFileError("No sheet of the workbook holds a table of numbers. Choose a file with the samples.")
    best = counts.index(max(counts))
    reason = say("of {count} sheets it has the most numbers in its first rows", count=len(sheets))
    rest = tuple(name for i, name in enumerate(names) if i != best and counts[i] > 0)
    return Finding(sheets[best], (reason,) if len(sheets) > 1 else (), rest)


def _count_numbers(sheet: ReadOnlyWorksheet) -> int:
    """Return how many of the first rows have a number; a sheet of pictures or text has none."""
    rows = sheet.iter_rows(min_row=1, max_row=TRIED_ROWS, values_only=True)
    return sum(any(isinstance(cell, (int, float)) or _is_number(cell) for cell in row[:MAX_COLUMNS]) for row in rows)


def _is_number(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip()[:1] in tuple("+-0123456789") and len(cell) <= 40


def _write_rows(sheet: ReadOnlyWorksheet, limit: int | None) -> tuple[bytes, int]:
    """Return the rows of a sheet as text, each as wide as the widest of the first rows."""
    rows = sheet.iter_rows(min_row=1, max_row=limit, values_only=True)
    out = io.BytesIO()
    width = n_cells = 0
    for number, cells in enumerate(_until_empty(rows), start=1):
        n_cells += len(cells)
        if n_cells > MAX_CELLS:
            raise ImportFileError(
                "The sheet has more than {limit:,} cells. Save the columns of the recording as CSV.", limit=MAX_CELLS
            )
        words = [_write_cell(cell) for cell in cells]
        while words and not words[-1]:
            words.pop()
        if len(words) > MAX_COLUMNS:
            raise ImportFileError(
                "Line {line} has {found} columns; at most {limit} are read. Put one sample a line, and a column for "
                "each lead.",
                line=number,
                found=len(words),
                limit=MAX_COLUMNS,
            )
        if number <= TRIED_ROWS:
            width = max(width, len(words))
        words += [""] * (width - len(words) if words else 0)
        out.write("\t".join(words).encode("utf-8", errors="replace") + b"\n")
    return out.getvalue(), width


def _until_empty(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield rows without the empty ones at the end."""
    waiting = 0
    for row in rows:
        if all(cell is None for cell in row):
            waiting += 1
            if waiting > MAX_EMPTY_ROWS:
                return
            continue
        for _ in range(waiting):
            yield ()
        waiting = 0
        yield row


def _write_cell(cell: object) -> str:
    """Return a cell as the text that the rules of tables know."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="microseconds")
    if isinstance(cell, timedelta):
        seconds = cell.total_seconds()
        return f"{int(seconds // 3600)}:{int(seconds // 60) % 60:02d}:{seconds % 60:09.6f}" if seconds >= 0 else ""
    if isinstance(cell, (time, date)):
        return cell.isoformat() if isinstance(cell, date) else cell.isoformat(timespec="microseconds")
    text = " ".join(str(cell)[:500].split())
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text
