"""Lines that name each value, as sketches write them for a serial plotter: `ECG:251,LOW:0,HIGH:1023`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LOOK_LINES = 200
MOST = 0.8
"""So many of the lines have the same names in the same order."""

_PAIR = re.compile(r"([A-Za-z][A-Za-z _.()%/-]{0,30}?\w{0,3})\s*[:=]\s*(?=[-+.\d]|nan|!)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Labels:
    """The names that stand before the values of every line.

    Attributes
    ----------
    names : tuple of str
    stamped : bool
        Whether a value without a name is before them, as the time that a serial monitor puts there.
    mark : str
        What stands between two values; takes the place of the monitor's arrow.
    """

    names: tuple[str, ...]
    stamped: bool
    mark: str

    @property
    def _line(self) -> str:
        values = r"([^\n:=]*?)".join(rf"{re.escape(name)}[ \t]*[:=][ \t]*" for name in self.names)
        return r"(?m)^([^\nA-Za-z]*?)(?:[ \t]*->[ \t]*)?" + values + r"([^\n:=A-Za-z]*)$"

    def strip(self, block: bytes) -> bytes:
        """Return lines without the names; a line that has others stays as it is, and is no row of numbers then."""
        values = b"".join(rb"\%d" % i for i in range(2, len(self.names) + 2))
        before = rb"\1" + self.mark.encode() if self.stamped else b""
        return re.sub(self._line.encode(), before + values, block)

    def strip_line(self, line: str) -> str:
        """Return one line without the names."""
        return self.strip(line.encode()).decode()


def find_labels(lines: Sequence[str]) -> Labels | None:
    """Find the names that most lines have before their values; `None` where lines have none."""
    first = lines[: 2 * LOOK_LINES]
    if sum(":" in line or "=" in line for line in first) < MOST * MOST * len(first):
        return None
    filled = [line for line in first if line.strip()][:LOOK_LINES]
    found = Counter(tuple(match[1].strip() for match in _PAIR.finditer(line[:500])) for line in filled)
    if not found:
        return None
    names, count = found.most_common(1)[0]
    if not names or len(filled) < 8 or count < MOST * len(filled) or len(set(names)) < len(names):
        return None
    labels = Labels(names, False, "")
    sample = next(line for line in filled if tuple(m[1].strip() for m in _PAIR.finditer(line[:500])) == names)
    if labels.strip_line(sample) == sample:
        return None
    before = sample[: sample.index(names[0])]
    stamped = any(char.isdigit() for char in before)
    own = re.search(r"[,;\t]", sample[len(before) :] if len(names) > 1 else before)
    mark = own[0] if own else ","
    if stamped and "->" not in before:
        mark = ""  # what is there parts the time from the values
    return Labels(names, stamped, mark)
