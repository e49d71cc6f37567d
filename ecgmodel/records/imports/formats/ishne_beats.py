"""Annotations of an ISHNE Holter recording, the `.ann` beside its `.ecg` (http://thew-project.org/papers/ishneAnn.pdf).

Behind the header of the recording comes the sample from which distances count, and then four bytes a beat: its label, a
byte for the maker's own use, and the samples since the one before.
"""

from __future__ import annotations

import struct

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.formats.ishne import HEADER_BYTES
from ecgmodel.records.imports.source import Source
from ecgmodel.records.record import Annotations

MAGIC = b"ANN  1.0"
MAX_BEATS = 4_000_000
"""Two weeks at 200 beats a minute."""

_SYMBOLS = {"N": "N", "V": "V", "S": "S", "B": "B", "P": "/", "U": "Q", "X": "|", "C": '"'}
_AUX = {"C": "calibration pulse"}
_TIMEOUT = "!"


def read_ishne_beats(source: Source) -> Annotations:
    """Read the annotations; where the file loses count of the samples, they end with a comment that says so.

    Raises
    ------
    ImportFileError
        Where the file is cut short or names no beat.
    """
    data = source.read()
    try:
        start = HEADER_BYTES + max(0, struct.unpack_from("<i", data, 10)[0])
        first = struct.unpack_from("<I", data, start)[0]
    except struct.error as error:
        raise _damaged() from error
    count = min((len(data) - start - 4) // 4, MAX_BEATS)
    if count < 1:
        raise _damaged()
    rows = np.frombuffer(data, dtype=[("label", "S1"), ("own", "S1"), ("step", "<u2")], count=count, offset=start + 4)
    labels = np.char.decode(rows["label"], "latin-1")
    sample = first + np.cumsum(rows["step"].astype(np.int64))
    lost = np.flatnonzero(labels == _TIMEOUT)
    end = int(lost[0]) if len(lost) else count
    symbol = [_SYMBOLS.get(label, "?") for label in labels[:end].tolist()]
    aux = [_AUX.get(label, "") if label in _SYMBOLS else _plain(label) for label in labels[:end].tolist()]
    if len(lost):
        symbol.append('"')
        aux.append("the file's labels have no known place from here on")
        sample = np.append(sample[:end], sample[end - 1] if end else first)
    return Annotations(sample.astype(np.int64), np.array(symbol), np.array(aux))


def _plain(label: str) -> str:
    return label if label.isprintable() else ""


def _damaged() -> ImportFileError:
    return ImportFileError("The ISHNE annotations are cut short or damaged. Copy the .ann file again.")
