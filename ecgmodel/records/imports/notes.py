"""What a visitor has to know of an import that went well: what was left out, filled or changed."""

from __future__ import annotations

from collections.abc import Sequence

from ecgmodel.records.imports.evidence import Sentence, round_figures, say
from ecgmodel.records.imports.text.reading import Fault, Rows
from ecgmodel.records.imports.text.statements import Statement
from ecgmodel.records.imports.text.timing import Gap

SHORT_S = 10.0


class FaultList:
    """Adds up the faults of all blocks, with the place of the first of each kind."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def add(self, rows: Rows) -> None:
        """Add the faults of one block."""
        for fault in rows.faults:
            old = self._faults.get(fault.kind)
            if old is None:
                line = fault.line if rows.lines is not None else rows.line(fault.line - rows.first_line)
                self._faults[fault.kind] = Fault(fault.kind, line, fault.column, fault.count)
            else:
                self._faults[fault.kind] = Fault(old.kind, old.line, old.column, old.count + fault.count)

    def sentences(self) -> tuple[Sentence, ...]:
        """Return one sentence a kind."""
        return tuple(_describe(fault) for fault in self._faults.values())


def _describe(fault: Fault) -> Sentence:
    values = {"line": fault.line, "column": fault.column, "count": fault.count}
    match fault.kind:
        case "missing":
            return say(
                "Line {line}, column '{column}' has no number. Such cells ({count}) are shown as gaps.", **values
            )
        case "infinite":
            return say("Line {line}, column '{column}' is infinite. Such cells ({count}) are shown as gaps.", **values)
        case "repeated header":
            return say(
                "Line {line} repeats the header and was left out ({count} such lines).",
                line=fault.line,
                count=fault.count,
            )
        case "comment":
            return say(
                "Line {line} ends in a comment, which is not kept ({count} such lines).",
                line=fault.line,
                count=fault.count,
            )
        case "truncated":
            return say("The last line, {line}, is not whole and was left out.", line=fault.line)
        case _:
            return say(
                "Line {line} cannot be read. Such lines ({count}) are shown as gaps.",
                line=fault.line,
                count=fault.count,
            )


def describe_front(front: Sequence[Statement]) -> tuple[Sentence, ...]:
    """Return a sentence for each line of numbers in front of the samples that was not taken for one."""
    return tuple(
        say("Line {line}, '{text}', comes before the samples and is not one of them.", line=s.line, text=s.text)
        for s in front
    )


def describe_timing(
    gaps: Sequence[Gap], repeated: int, first_repeated_line: int, fs: float, duration_s: float
) -> tuple[Sentence, ...]:
    """Return a sentence each for gaps, repeated times, and a short recording."""
    sentences = []
    if gaps:
        seconds = sum(gap.stop - gap.start for gap in gaps) / fs
        sentences.append(
            say(
                "The time goes on without samples {count} times, first before line {line}; together {seconds:,g} s "
                "are missing.",
                count=len(gaps),
                line=gaps[0].line,
                seconds=round_figures(seconds),
            )
        )
    if repeated:
        sentences.append(
            say(
                "Line {line} has the same time as the line before. Such lines ({count}) were left out.",
                line=first_repeated_line,
                count=repeated,
            )
        )
    if duration_s < SHORT_S:
        sentences.append(
            say(
                "The recording is short, {seconds:,g} s; the first and last beats lack their surroundings.",
                seconds=round_figures(duration_s),
            )
        )
    return tuple(sentences)
