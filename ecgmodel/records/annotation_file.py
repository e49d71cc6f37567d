"""Annotations in MIT's format, as `.atr` files have them.

`wfdb.rdann` takes 2.6 s a megabyte, and never ends on a note at the start that it does not know; this reader takes
30 ms a megabyte, since Python looks only at the words that are not plain annotations.

References
----------
annot(5) of the WFDB Applications Guide, https://physionet.org/physiotools/wag/annot-5.htm.
"""

from __future__ import annotations

import re

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.records.record import Annotations

MAX_BYTES = 4_000_000
"""Two million beats: two weeks."""

MAX_CHARACTERS = 32_000_000
"""Of a table of notes in which each has the room of the longest."""

SKIP, LAST_OWN, AUX = 59, 58, 63
"""Of the codes in the upper six bits: a long step in time, the last that is an annotation itself, a note."""

NOTE = 22
_DIFFERENCE = 0x3FF

# Of each code from 0 on; "" where the format has none.
SYMBOLS = (
    " ", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "", "|", "", "s", "T", "*", "D", '"',
    "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@", "x", "f", "(", ")", "r",
)  # fmt: skip
_DEFINITIONS = ("## annotation type definitions", "## end of definitions")
_DEFINITION = re.compile(r"(\d{1,2}) (\S{1,8}) .{0,255}")


def parse_annotations(data: bytes) -> Annotations:
    """Read the annotations of a file.

    Parameters
    ----------
    data : bytes
        Of the whole file. What its end cuts off is left out.

    Returns
    -------
    Annotations
        Without the notes at sample 0 that describe the file.

    Raises
    ------
    RecordError
        For more than `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise RecordError(
            "The annotations take {found} MB; at most {limit} MB are read. Cut the file into parts.",
            found=round(len(data) / 1e6),
            limit=MAX_BYTES // 1_000_000,
        )
    words = np.frombuffer(data, dtype="<u2", count=len(data) // 2)[:-1].astype(np.int64)  # the last one is the end
    code, step = words >> 10, words & _DIFFERENCE
    special = np.flatnonzero((code == SKIP) | (code == AUX))
    kinds, lengths = (code[special] == SKIP).tolist(), ((step[special] & 0xFF) + 1 >> 1).tolist()
    skips, notes, begins, ends, stop = [], [], [], [], 0
    for at, is_skip, n_words in zip(special.tolist(), kinds, lengths, strict=True):
        if at < stop:  # within a note or a long step
            continue
        stop = at + 3 if is_skip else at + 1 + n_words
        (skips if is_skip else notes).append(at)
        begins.append(at)
        ends.append(min(stop, len(words)))
    edges = np.zeros(len(words) + 1, dtype=np.int64)
    edges[begins] += 1
    np.add.at(edges, ends, -1)
    is_own = (np.cumsum(edges[:-1]) == 0) & (code <= LAST_OWN)
    step[~is_own] = 0
    if skips:
        at = np.array([at for at in skips if at + 2 < len(words)], dtype=np.int64)
        step[at] = (((words[at + 1] << 16) + words[at + 2] + 2**31) % 2**32) - 2**31
    place = np.flatnonzero(is_own)
    sample, code = np.cumsum(step)[place], code[place]
    aux = _read_notes(data, np.array(notes, dtype=np.int64), place)
    describes = (sample == 0) & (code == NOTE)
    symbol = np.array(_symbols(aux[describes].tolist()))[code]
    keep = (code != 0) & ~describes
    return Annotations(sample[keep], symbol[keep], np.char.rstrip(aux[keep], "\0"))


def _read_notes(data: bytes, at: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the note of each annotation; it stands behind the annotation's own word."""
    owner = np.searchsorted(place, at) - 1
    texts = [data[2 * first + 2 : 2 * first + 2 + data[2 * first]].decode("latin-1") for first in at.tolist()]
    longest = max(map(len, texts), default=1)
    if len(place) * longest > MAX_CHARACTERS:
        raise RecordError(
            "The annotations have {count} notes of up to {longest} characters; that is more than is read. Cut the file "
            "into parts.",
            count=len(texts),
            longest=longest,
        )
    aux = np.full(len(place), "", dtype=f"<U{max(longest, 1)}")
    known = owner >= 0
    if known.any():
        aux[owner[known]] = np.array(texts)[known]
    return aux


def _symbols(notes: list[str]) -> list[str]:
    """Return the symbol of each code, with those that a file defines itself."""
    symbols = [*SYMBOLS, *[""] * (LAST_OWN + 1 - len(SYMBOLS))]
    if _DEFINITIONS[0] in notes:
        for text in notes[notes.index(_DEFINITIONS[0]) + 1 :]:
            found = _DEFINITION.fullmatch(text)
            if found is None:
                break
            if int(found[1]) <= LAST_OWN:
                symbols[int(found[1])] = found[2]
    return symbols
