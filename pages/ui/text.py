"""Words in the visitor's language: English is the source, `assets/locale` holds the others as gettext catalogues.

A page writes `t("{n} beats", n=12)`. The template is a literal, so that the test of the catalogue can find it; a string
that the library owns (a class name, the template of an error) goes through `look_up` instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from ecgmodel.errors import EcgModelError
from pages.session import choices

LOCALE_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "locale"

language = choices.language


def t(template: str, **values: object) -> str:
    """Return a literal template in the visitor's language, filled with `values` by `str.format`."""
    return look_up(template, **values)


def tn(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the singular or the plural of a literal template; `n` is one of its values."""
    found = _messages(language()).get(singular)
    if found is None:
        found = singular if n == 1 else plural
    return found.format(n=n, **values)


def look_up(template: str, **values: object) -> str:
    """Return a string that the library owns in the visitor's language, in English where it has no translation."""
    found = _messages(language()).get(template, template)
    return found.format(**values) if values else found


def translator(code: str) -> Callable[..., str]:
    """Return a `look_up` for one language, for what is made after the page's run, where no visitor is known."""

    def translate(template: str, **values: object) -> str:
        found = _messages(code).get(template, template)
        return found.format(**values) if values else found

    return translate


def error_text(error: EcgModelError) -> str:
    """Return what an error says, in the visitor's language."""
    return look_up(error.template, **error.values)


def _messages(code: str) -> dict[str, str]:
    """Return the translations by their English source; a changed catalogue is seen within a second."""
    return {} if code == "en" else _read_catalogues(_catalogue_files(code, int(time.monotonic())))


@lru_cache(maxsize=4)
def _catalogue_files(code: str, _second: int) -> tuple[tuple[Path, int], ...]:
    files = sorted((LOCALE_FOLDER / code / "LC_MESSAGES").glob("*.po"))
    return tuple((path, path.stat().st_mtime_ns) for path in files)


@lru_cache(maxsize=4)
def _read_catalogues(files: tuple[tuple[Path, int], ...]) -> dict[str, str]:
    from babel.messages.pofile import read_po  # English pages never need it

    messages = {}
    for path, _mtime in files:
        with path.open("rb") as stream:
            for message in read_po(stream):
                source = message.id if isinstance(message.id, str) else message.id[0]
                # Chinese has one form for every number.
                found = message.string if isinstance(message.string, str) else message.string[0]
                if source and found and not message.fuzzy:
                    messages[source] = found
    return messages
