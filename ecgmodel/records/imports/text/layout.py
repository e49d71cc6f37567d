"""Where a text file's samples are: delimiter and decimal mark, the lines before the data, the header, and the rows.

Every pair of delimiter and decimal mark is tried on the first lines. What such a trial sees is evidence for its pair.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from ecgmodel.records.imports.text.header import BODY_ROWS, Header, read_header, skip_front
from ecgmodel.records.imports.text.numbers import cell_kind, clean_cell, is_grouped
from ecgmodel.records.imports.text.words import LEAD_KEYS, RATE_WORDS, UNIT_KEYS, plain_word

DELIMITERS = ("", ",", ";", "\t", "|", " ")
"""What stands between two cells: nothing where there is one value a line, " " for any run of blanks."""

TRIAL_LINES = 300
STATEMENT_WORDS = frozenset((*RATE_WORDS, *UNIT_KEYS, *LEAD_KEYS)) - {"hz"}
MAX_HEADER_LINES = 500
MAX_TRIAL_CELLS = 200_000
COMMENT = re.compile(r"^[\s\"]*(?:%|#|//)+\s*")


def split_line(line: str, delimiter: str) -> list[str]:
    """Split one line into its cells; a delimiter between double quotes does not count."""
    if not delimiter:
        return [line]
    if delimiter == " ":
        return line.split()
    if '"' in line and line.count('"') < 2000:
        try:
            return next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            pass  # an over-long cell, which is refused as text later
    return line.split(delimiter)


def split_row(line: str, delimiter: str) -> list[str]:
    """Split a line of samples into its cells, without the comment that LabChart writes behind them, `#* text`."""
    cells = split_line(line, delimiter)
    if "#" in line and delimiter and not cells[0].lstrip().startswith("#"):
        comment = next((i for i, cell in enumerate(cells) if cell.lstrip().startswith("#")), len(cells))
        return cells[:comment]
    return cells


def read_key(line: str) -> str:
    """Return the word before the `=` or `:` of a line that states something; empty of any other line."""
    match = re.match(r"[\s#%/\"]*([A-Za-z][\w ]{2,40}?)\s*[=:]", line[:100])
    return match[1].lower() if match else ""


def find_keys(lines: Sequence[str]) -> frozenset[str]:
    """Return the words with which the lines above the samples begin."""
    return frozenset(map(read_key, lines)) - {""}


@dataclass(frozen=True)
class Trial:
    """The first lines read with one delimiter and one decimal mark.

    Attributes
    ----------
    delimiter, decimal : str
    lines : tuple of str
        All lines looked at, without their ends.
    start : int
        Index of the first line with samples; the number of lines where there is none.
    pattern : str
        The kinds of cell ("N", "C", "T") of most rows, one letter a column.
    share : float
        How many of the lines from `start` on are such rows.
    above : int
        Index of the first line that looks like samples: less than `start` where the first rows of numbers are none.
    """

    delimiter: str
    decimal: str
    lines: tuple[str, ...]
    start: int
    pattern: str
    share: float
    above: int

    @cached_property
    def rows(self) -> list[list[str]]:
        """The cells of the lines from `start` on that have the columns of most lines."""
        return self.read_rows(TRIAL_LINES)

    def read_rows(self, limit: int) -> list[list[str]]:
        """Return the cells of the first `limit` lines with samples, of long lines those of fewer."""
        limit = min(limit, max(20, MAX_TRIAL_CELLS // len(self.pattern)))
        split = split_row if self.delimiter else split_line
        rows = (split(line, self.delimiter) for line in self.lines[self.start : self.start + limit])
        return [row for row in rows if len(row) == len(self.pattern)]

    @cached_property
    def words(self) -> Header:
        """The rows of words above the samples: names, units, and whether columns are raw or calibrated."""
        return read_header(self._words_before, self.above)

    @property
    def header(self) -> list[str] | None:
        """The names of the columns: the last line before the samples with as many cells, which are words."""
        return self.words.names

    @property
    def units(self) -> list[str] | None:
        """The row of units between names and samples, as PhysioBank writes one."""
        return self.words.units

    def _words_before(self, index: int) -> tuple[int, list[str]] | None:
        after_blank = False
        for at in range(index - 1, max(0, index - 3) - 1, -1):
            line = self.lines[at]
            if not line.strip():
                after_blank = True
                continue
            cells = split_line(COMMENT.sub("", line), self.delimiter)
            width = len(self.pattern)
            same_width = len(cells) == width or (
                self.delimiter and len(cells) + 1 == width and self.pattern.endswith("M")
            )
            kinds = [cell_kind(cell, self.decimal) for cell in cells]
            words = "T" in kinds and "N" not in kinds
            if same_width and (words or _counts_up(cells)) and not _is_statement(cells, after_blank):
                return at, [cell.strip() for cell in cells] + [""] * (width - len(cells))
            return None
        return None

    @property
    def header_index(self) -> int | None:
        """Index of the header among `lines`; `None` where there is none."""
        return self.words.first

    @property
    def header_line(self) -> str:
        """The header as it stands; empty where there is none."""
        return "" if self.header_index is None else self.lines[self.header_index].strip()

    @property
    def lines_before(self) -> tuple[str, ...]:
        """The lines before the samples and before the header."""
        return self.lines[: self.above if self.header_index is None else self.header_index]

    @property
    def front(self) -> tuple[str, ...]:
        """Lines of numbers in front of the samples that are none."""
        return self.lines[self.above : self.start]

    @property
    def blank_share(self) -> float:
        """How many of the lines among the samples are blank."""
        body = self.lines[self.start : self.start + TRIAL_LINES]
        return sum(not line.strip() for line in body) / max(len(body), 1)

    @property
    def grouped(self) -> str | None:
        """A cell that has thousands groups, if the first rows have one."""
        return next((c for row in self.rows for c in map(clean_cell, row) if is_grouped(c, self.decimal)), None)


def _is_statement(cells: Sequence[str], blank_below: bool) -> bool:
    """Whether a line above the samples says something, as `Unit,µV` or `Name: X`, rather than naming the columns."""
    if len(cells) == 1:
        said = re.search(r"[:=,;\t]|^\s*\d", cells[0])
        return len(cells[0]) > 40 or said is not None or len(cells[0].split()) > 4
    return len(cells) == 2 and (blank_below or plain_word(cells[0]) in STATEMENT_WORDS)


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether a row is 0, 1, 2, ...: the names that a table without names was given."""
    return len(cells) > 3 and [c.strip() for c in cells] in (
        [str(i) for i in range(len(cells))],
        [str(i) for i in range(1, len(cells) + 1)],
    )


def try_layouts(
    lines: Sequence[str], delimiter: str | None = None, decimal: str | None = None, first_line: int | None = None
) -> tuple[Trial, ...]:
    """Read the first lines with every pair of delimiter and decimal mark; keep those that see numbers.

    Parameters
    ----------
    lines : sequence of str
        Without their ends.
    delimiter, decimal : str or None
        `None` tries all.
    first_line : int or None
        Line of the first samples, from 1; `None` looks for it.
    """
    lines = tuple(lines)
    text = "\n".join(lines)
    trials = []
    for mark in DELIMITERS if delimiter is None else (delimiter,):
        if mark not in text:
            continue
        for point in (".", ",") if decimal is None else (decimal,):
            if point != mark and (point == "." or "," in text):
                trial = _try_layout(lines, mark, point, first_line)
                if trial is not None:
                    trials.append(trial)
    return tuple(trials)


def _try_layout(lines: tuple[str, ...], delimiter: str, decimal: str, first_line: int | None) -> Trial | None:
    if first_line is not None:
        found = _try_layout(lines[first_line - 1 :], delimiter, decimal, None)
        return found and Trial(delimiter, decimal, lines, first_line - 1, found.pattern, found.share, first_line - 1)

    @cache
    def pattern(index: int) -> str:
        cells = split_row(lines[index], delimiter) if lines[index].strip() else ()
        return "".join(cell_kind(cell, decimal) for cell in cells)

    seen = _thin(lines)
    body = [pattern(i) for i in seen if "N" in pattern(i)]
    if not body:
        return None
    whole = [kinds for kinds in body if "M" not in kinds.rstrip("M")]
    usual = Counter(whole if len(whole) > 0.1 * len(body) else body).most_common(1)[0][0]
    start = _first_row(pattern, min(len(lines), MAX_HEADER_LINES), usual)
    if start is None or (delimiter and len(usual) == 1):  # one column: the same as no delimiter
        return None
    while start > 0 and pattern(start - 1) and set(pattern(start - 1)) == {"M"}:
        start -= 1  # an electrode that was off at first
    if len(usual) > 8 and _counts_up(split_line(lines[start], delimiter)) and start + 1 < len(lines):
        start += 1  # names that are numbers
    above = start
    front = (
        split_row(lines[i], delimiter) for i in range(start, min(len(lines), start + BODY_ROWS)) if lines[i].strip()
    )
    start += skip_front([row for row in front if len(row) == len(usual)], usual, decimal, len(lines) - start)
    if (delimiter == " " and "\t" in lines[start]) or (
        decimal == "," and not any("," in lines[i] for i in seen if i >= start)
    ):
        return None  # the same as another pair
    rest = [pattern(i) for i in seen if i >= start and pattern(i)]
    share = sum(_fits(kinds, usual) for kinds in rest) / max(len(rest), 1)
    return Trial(delimiter, decimal, lines, start, usual, share, above)


def _thin(lines: tuple[str, ...]) -> list[int]:
    """Indices of the first lines and of some of the rest; of fewer where lines are long."""
    count = 10 if sum(map(len, lines[:40])) > 40 * 2000 else TRIAL_LINES // 2
    if len(lines) <= 2 * count:
        return list(range(len(lines)))
    return [*range(count), *range(count, len(lines), max(1, len(lines) // count))]


def _fits(kinds: str, usual: str) -> bool:
    return len(kinds) == len(usual) and all(a in (b, "M") or b == "M" for a, b in zip(kinds, usual, strict=True))


def _first_row(pattern: Callable[[int], str], count: int, usual: str) -> int | None:
    """The first line that is a row and has rows after it, so that a `Age,35` above the samples is none."""
    for i in range(count):
        if "N" in pattern(i) and _fits(pattern(i), usual):
            following = [pattern(k) for k in range(i + 1, min(count, i + 8)) if pattern(k)][:3]
            if sum(_fits(later, usual) for later in following) >= 0.6 * len(following):
                return i
    return None
