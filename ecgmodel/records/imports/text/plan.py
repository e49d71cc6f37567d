"""Where the numbers of a table are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Where the numbers are.

    Attributes
    ----------
    encoding, delimiter, decimal : str
    first_line : int
        From 1.
    names : tuple of str
        Of all columns.
    columns : tuple of int
        Those to read.
    time : int or None
        The column of times, beside these.
    clock : bool
        Whether times are clock text.
    header : str
        The header line, which a file made of several files repeats.
    header_keys : frozenset of str
        Words with which the lines above the samples begin; a second block of a file has them again.
    blank_is_missing : bool
        Whether a blank line stands for a sample (one value a line) or for nothing.
    keep_going : bool
        Whether cells and lines that cannot be read are left out rather than refused.
    """

    encoding: str
    delimiter: str
    decimal: str
    first_line: int
    names: tuple[str, ...]
    columns: tuple[int, ...]
    time: int | None
    clock: bool
    header: str
    header_keys: frozenset[str]
    blank_is_missing: bool
    keep_going: bool
