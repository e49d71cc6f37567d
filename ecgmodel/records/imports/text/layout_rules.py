"""The evidence for a delimiter and a decimal mark: a rule looks at one trial, and votes for its pair."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ecgmodel.records.imports.evidence import Vote, say
from ecgmodel.records.imports.text.layout import Trial
from ecgmodel.records.imports.text.numbers import MAX_CELL, clean_cell, is_grouped, is_number, parse_number


def vote_share_of_rows(trials: Sequence[Trial]) -> Iterator[Vote]:
    """With the right pair, nearly every line is a row of the same columns."""
    for trial in trials:
        share = trial.share * sum(kind != "T" for kind in trial.pattern) / len(trial.pattern)
        yield Vote(
            (trial.delimiter, trial.decimal),
            say("{share:.0%} of the lines are rows of {columns}", share=trial.share, columns=len(trial.pattern)),
            share,
        )


def vote_several_columns(trials: Sequence[Trial]) -> Iterator[Vote]:
    """A mark that splits every line into the same number of cells is hardly there by accident."""
    for trial in trials:
        if len(trial.pattern) > 1:
            yield Vote(
                (trial.delimiter, trial.decimal), say("every line has {columns} cells", columns=len(trial.pattern))
            )


def vote_header_width(trials: Sequence[Trial]) -> Iterator[Vote]:
    """A header with as many names as there are cells."""
    for trial in trials:
        if trial.header is not None and trial.delimiter:
            yield Vote((trial.delimiter, trial.decimal), say("the header has as many names as a row has cells"))


def vote_separator_line(trials: Sequence[Trial]) -> Iterator[Vote]:
    """Excel's own first line, `sep=;`."""
    for trial in trials:
        match = re.match(r"\s*\"?sep=(.)", trial.lines[0])
        if match and match[1] == trial.delimiter:
            yield Vote((trial.delimiter, trial.decimal), say("the first line names the delimiter"))


def vote_fraction_digits(trials: Sequence[Trial]) -> Iterator[Vote]:
    """After a decimal comma come digits that no integer has, with leading zeros; before it can be `-0`."""
    for trial in trials:
        if trial.decimal != ",":
            continue
        cells = [clean_cell(c) for row in trial.rows for c in row if "," in c]
        cells = [c for c in cells if is_number(c, ",") and not is_grouped(c, ",")]
        if not cells:
            continue
        tails = [c.split(",")[1] for c in cells]
        zeros = sum(len(tail) > 1 and tail.startswith("0") for tail in tails)
        minus = sum(re.match(r"-0+,", c) is not None for c in cells)
        mixed = (
            sum("," not in c and is_number(clean_cell(c), ",") for row in trial.rows for c in row) > 0
            and not trial.delimiter
        )
        lead = {c.split(",")[0] for c in cells}
        if (
            zeros
            or minus
            or mixed
            or (len(cells) > 20 and lead <= {"0", "-0", "+0", "1", "-1"} and len(set(tails)) > 5)
        ):
            example = next(
                (c for c, t in zip(cells, tails, strict=True) if t[:1] == "0" or c.startswith("-0")), cells[0]
            )
            yield Vote(
                (trial.delimiter, trial.decimal), say("'{example}' is one number with a decimal comma", example=example)
            )


def vote_leading_zeros(trials: Sequence[Trial]) -> Iterator[Vote]:
    """No whole number begins with a zero, and none is `-0`: where cells are so, a number was cut in two."""
    for trial in trials:
        cells = [clean_cell(cell) for row in trial.rows for cell in row]
        zeros = sum(re.fullmatch(r"[+-]?0\d+|-0", cell) is not None for cell in cells if len(cell) <= MAX_CELL)
        if zeros > 0.01 * len(cells):
            yield Vote((trial.delimiter, trial.decimal), say("there are whole numbers that begin with a zero"), -1.0)


def vote_glued_cells(trials: Sequence[Trial]) -> Iterator[Vote]:
    """Cells of digits with marks between them, which are no number, were not split or read as they should be."""
    for trial in trials:
        cells = [cell for row in trial.rows[:100] for cell, kind in zip(row, trial.pattern, strict=True) if kind == "T"]
        glued = sum(
            re.fullmatch(r"[-+\d.,;|\s]*\d[.,;|\s][-+\d.,;|\s]*", cell[:MAX_CELL]) is not None for cell in cells
        )
        if glued > 0.5 * len(cells):
            yield Vote(
                (trial.delimiter, trial.decimal), say("some cells hold digits and marks but are not numbers"), -1.0
            )


def vote_fraction_in_header(trials: Sequence[Trial]) -> Iterator[Vote]:
    """A number in the lines before the samples that has a decimal comma and a unit: `511,562 Hertz`."""
    for trial in trials:
        match = next(
            (
                m
                for line in trial.lines[: trial.start]
                if (m := re.search(r"\b\d{1,6},\d{1,6}(?=\s*[kKmM]?[hH][zZeE])", line))
            ),
            None,
        )
        if trial.decimal == "," and match:
            yield Vote((trial.delimiter, trial.decimal), say("the header writes '{example}'", example=match[0]))


def vote_second_number(trials: Sequence[Trial]) -> Iterator[Vote]:
    """After a comma that separates comes a whole number: it can have a sign or a mark of its own, or count up."""
    for trial in trials:
        if trial.delimiter != "," or len(trial.pattern) < 2:
            continue
        second = [clean_cell(row[1]) for row in trial.rows]
        first = [clean_cell(row[0]) for row in trial.rows]
        if any((c[:1] in "+-" and len(c) > 1) or "." in c for c in second) or any("." in c for c in first):
            yield Vote(
                (",", trial.decimal), say("there are numbers with a sign or a mark of their own after the comma")
            )
        elif len(trial.rows) > 4 and (_rises(first, trial.decimal) or _rises(second, trial.decimal)):
            yield Vote((",", trial.decimal), say("one of the two numbers rises by the same step in every line"))
        elif set(trial.pattern) <= set("NM") and _ends_in_zero(second):
            yield Vote((",", trial.decimal), say("the numbers after the comma end in 0 where a fraction would not"))


def vote_decimal_points(trials: Sequence[Trial]) -> Iterator[Vote]:
    """A point between digits, where no comma is one."""
    for trial in trials:
        if trial.decimal == "." and any(
            re.fullmatch(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", clean_cell(c)[:MAX_CELL])
            for row in trial.rows[:50]
            for c in row
        ):
            yield Vote((trial.delimiter, trial.decimal), say("numbers have a decimal point"))


def _ends_in_zero(cells: Sequence[str]) -> bool:
    """Whether numbers of different lengths end in 0, as whole numbers do and fractions do not."""
    lengths = Counter(len(cell) for cell in cells)
    usual = max(lengths.values(), default=0)
    return usual < 0.9 * len(cells) and sum(c.endswith("0") and len(c) > 1 for c in cells) > 0.05 * len(cells)


def _rises(cells: Sequence[str], decimal: str) -> bool:
    try:
        values = [parse_number(cell, decimal) for cell in cells[:50]]
    except ValueError:
        return False
    steps = [b - a for a, b in pairwise(values)]
    usual = sorted(steps)[len(steps) // 2]
    return usual > 0 and sum(abs(step - usual) <= 0.6 * usual for step in steps) >= 0.9 * len(steps)
