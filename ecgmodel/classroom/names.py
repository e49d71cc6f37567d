"""Codes of rooms, and the names under which students sit in them."""

from __future__ import annotations

import secrets
import unicodedata

from ecgmodel.errors import ClassroomError

LETTERS = "BCDFGHJKMNPQRTVWXZ"
"""Of a code: none that is easily taken for a digit or another letter, and no vowels, so that no words come up."""

CODE_LENGTH = 5
MAX_NAME = 24


def draw_code(replica: int | None = None) -> str:
    """Return a new code; where several processes serve the app, its first letter names the one that holds the room."""
    first = secrets.choice(LETTERS) if replica is None else LETTERS[(replica - 1) % len(LETTERS)]
    return first + "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH - 1))


def find_replica(code: str) -> int | None:
    """Return the number of the process that a code names, from 1; `None` of what is no code."""
    place = LETTERS.find(code[:1]) if len(code) == CODE_LENGTH else -1
    return None if place < 0 else place + 1


def tidy_code(text: str) -> str:
    """Return a code as it was meant: capitals, without what stands between them."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def clean_name(text: str) -> str:
    """Return a name on one line, without characters that nobody sees.

    Raises
    ------
    ClassroomError
        Where nothing is left of it, or it is longer than `MAX_NAME`.
    """
    plain = unicodedata.normalize("NFC", text)
    shown = "".join(letter for letter in plain if letter.isspace() or unicodedata.category(letter)[0] not in ("C", "Z"))
    name = " ".join(shown.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise ClassroomError("A name has 1 to {n} characters; this has {found}.", n=MAX_NAME, found=len(name))
    return name


def fold_name(name: str) -> str:
    """Return a name as it counts: whoever reads it on a screen must be able to tell it from the others."""
    return unicodedata.normalize("NFKC", name).casefold()
