"""Which records are wanted: by database, by class, by supraventricular beats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecgmodel.labels import AAMI_OF_SYMBOL
from ecgmodel.records.record import Origin


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a record must have to be kept; nothing of it by default.

    Attributes
    ----------
    origins : tuple of {"mitdb", "svdb", "simulated"}
        Any of these; the excerpt of record 208 is one of mitdb. Empty keeps all.
    classes : tuple of str
        At least one beat of each of these symbols.
    with_s : bool
        At least one beat of AAMI group S: A, a, J or S.
    """

    origins: tuple[Origin, ...] = ()
    classes: tuple[str, ...] = ()
    with_s: bool = False

    @property
    def asks_for_beats(self) -> bool:
        """Whether a record's annotations must be read to tell."""
        return self.with_s or bool(self.classes)

    def keeps(self, origin: Origin, symbol_counts: Mapping[str, int] | None) -> bool:
        """Tell whether a record is kept.

        Parameters
        ----------
        origin : {"mitdb", "svdb", "excerpt", "simulated"}
        symbol_counts : mapping of str to int, or None
            How often each symbol occurs; `None` where it is not known, as of a record that is not on this machine.
        """
        if self.origins and ("mitdb" if origin == "excerpt" else origin) not in self.origins:
            return False
        if not self.asks_for_beats:
            return True
        counts = symbol_counts or {}
        if self.with_s and not count_supraventricular(counts):
            return False
        return all(counts.get(symbol, 0) for symbol in self.classes)


def count_supraventricular(symbol_counts: Mapping[str, int]) -> int:
    """Return how many beats are of AAMI group S.

    Examples
    --------
    >>> count_supraventricular({"N": 1000, "A": 30, "a": 2, "S": 1, "V": 5})
    33
    """
    return sum(n for symbol, n in symbol_counts.items() if AAMI_OF_SYMBOL.get(symbol) == "S")
