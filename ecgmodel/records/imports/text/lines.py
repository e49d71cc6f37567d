"""The first lines of a text file, laid out as one sample a line without names before the values."""

from __future__ import annotations

from dataclasses import dataclass

from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.source import Source, decode_head, long_line_error
from ecgmodel.records.imports.text.labelled import Labels, find_labels
from ecgmodel.records.imports.text.rows import turn_rows


@dataclass(frozen=True, slots=True)
class Text:
    """A text file from which a table can be read.

    Attributes
    ----------
    source : Source
        The file, or what it became where its signals lay in rows.
    encoding : str
        Of `source`.
    lines : list of str
        The first of them, without their ends and without names before values.
    labels : Labels or None
        Those names.
    shape : Finding
        As in `ImportSettings`.
    """

    source: Source
    encoding: str
    lines: list[str]
    labels: Labels | None
    shape: Finding

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, where every line has them; none else."""
        if self.labels is None:
            return ()
        return (("time",) if self.labels.stamped else ()) + self.labels.names


def lay_out_text(source: Source, head: bytes, encoding: str, shape: str | None, decimal: str | None) -> Text:
    """Lay out the first lines of a file; where signals lie in rows, all of it.

    Raises
    ------
    ImportFileError
        For a line that is too long, and for signals in rows that do not fit each other.
    """
    lines = decode_head(head, encoding).split("\n")
    if source.size > len(head):
        if len(lines) == 1:
            raise long_line_error(1)
        lines.pop()  # cut in two by the end of the head
    lines = [line.rstrip("\r") for line in lines]
    labels = find_labels(lines)
    if labels is not None:
        return Text(source, encoding, [labels.strip_line(line) for line in lines], labels, Finding("columns"))
    turned = turn_rows(source, lines, encoding, shape, decimal)
    if turned is None:
        return Text(source, encoding, lines, None, Finding("columns", (say("a line is a moment of time"),)))
    head = turned.source.head()
    lines = decode_head(head, "utf-8").split("\n")
    if turned.source.size > len(head):
        lines.pop()
    return Text(turned.source, "utf-8", lines, None, Finding(turned.kind, (turned.sentence,), ("columns",)))
