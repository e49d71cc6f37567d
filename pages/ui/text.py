"""Words in the visitor's language: English is the source, `assets/locale` holds the others as gettext catalogues.

The `.po` files are what people read and write. Babel compiles them on their first use, and what it compiled stays in
the user's cache under the digest of the sources, so that a later start parses nothing.

A page writes `t("{n} beats", n=12)`. The template is a literal, so that the test of the catalogue can find it; a string
that the library owns (a class name, the template of an error) goes through `look_up` instead.
"""

from __future__ import annotations

import hashlib
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from html import escape
from pathlib import Path
from typing import Literal

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import EcgModelError
from ecgmodel.user_folders import user_cache
from pages.session import choices

LOCALE_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "locale"

COMPILED_FOLDER = user_cache() / "locale"
"""Where compiled catalogues are kept."""

language = choices.language


def t(template: str, **values: object) -> str:
    """Return a literal template in the visitor's language, filled with `values` by `str.format`."""
    return look_up(template, **values)


def tn(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the singular or the plural of a literal template; `n` is one of its values."""
    return _catalogue(language()).ngettext(singular, plural, n).format(n=n, **values)


def look_up(template: str, **values: object) -> str:
    """Return a string that the library owns in the visitor's language, in English where it has no translation."""
    return _say(language(), template, values)


def translator(code: str) -> Callable[..., str]:
    """Return a `look_up` for one language, for what is made after the page's run, where no visitor is known."""

    def translate(template: str, **values: object) -> str:
        return _say(code, template, values)

    return translate


def plain(text: object, where: Literal["markdown", "figure"] = "markdown") -> str:
    """Return text that is not ours so that it is shown as it is: titles, names of files, headers, notes, addresses.

    Whatever comes from a visitor goes through here on its way to where Streamlit reads Markdown (a text, a label, a
    cell of `st.table`) or Plotly its own HTML. A cell of `st.dataframe`, an option of `st.selectbox` and our own
    components show any text as it is, and must not get it from here.

    Parameters
    ----------
    text : object
        Lines become one.
    where : {"markdown", "figure"}
        Who reads it: Streamlit, or Plotly.
    """
    line = " ".join(str(text).split())
    if where == "figure":
        return escape(line, quote=False).replace("$", "&#36;")
    line = _WORDS.sub("\\1\u200b", line)
    return _BEGINNING.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", line))


_MARKUP = re.compile(r"[\\`*_\[\]<>|$~&]")
_BEGINNING = re.compile(r"^(?=[-+#=]|\d+[.)])(\d*)")
"""Of a list, a heading or a rule."""

_WORDS = re.compile(r"(:(?=\S)|@|[-<>~=](?=[-<>=])|\bwww(?=\.))", re.IGNORECASE)
"""What Streamlit replaces after it has read the Markdown, so that no backslash keeps it: icons and emoji (`:name:`),
bare links, arrows and dashes. A space without width behind it does."""


def error_text(error: EcgModelError) -> str:
    """Return what an error says, in the visitor's language, as Markdown: it quotes what came.

    Of a path it says the last part alone: where things lie on this machine is no visitor's business.
    """
    values = {name: value.name if isinstance(value, Path) else value for name, value in error.values.items()}
    return plain(look_up(error.template, **values))


def _say(code: str, template: str, values: Mapping[str, object]) -> str:
    found = _catalogue(code).gettext(template) if template else ""  # gettext keeps its header under ""
    return found.format(**values) if values else found


_ENGLISH = NullTranslations()


def _catalogue(code: str) -> NullTranslations:
    """Return the translations into a language; a changed catalogue is seen within a second."""
    return _ENGLISH if code == "en" else _open_catalogue(code, _catalogue_files(code, int(time.monotonic())))


@lru_cache(maxsize=4)
def _catalogue_files(code: str, _second: int) -> tuple[tuple[Path, int], ...]:
    files = sorted((LOCALE_FOLDER / code / "LC_MESSAGES").glob("*.po"))
    return tuple((path, path.stat().st_mtime_ns) for path in files)


@lru_cache(maxsize=4)
def _open_catalogue(code: str, files: tuple[tuple[Path, int], ...]) -> GNUTranslations:
    sources = [path.read_bytes() for path, _mtime in files]
    digest = hashlib.blake2b(b"\0".join(sources), digest_size=12).hexdigest()
    compiled = COMPILED_FOLDER / f"{code}-{digest}.mo"
    try:
        return GNUTranslations(io.BytesIO(compiled.read_bytes()))
    except OSError:  # not compiled yet, or, as gettext says it, no compiled catalogue at all
        data = _compile(code, sources)
        _keep(code, compiled, data)
        return GNUTranslations(io.BytesIO(data))


def _compile(code: str, sources: Sequence[bytes]) -> bytes:
    """Return the .po files of a language as one .mo file; what is marked as fuzzy is left out."""
    from babel.messages.catalog import Catalog  # English pages never need it
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=code)
    for source in sources:
        for message in read_po(io.BytesIO(source)):
            if message.id:
                whole.add(message.id, message.string, flags=message.flags)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    return compiled.getvalue()


def _keep(code: str, path: Path, data: bytes) -> None:
    """Keep a compiled catalogue in place of those of other sources; without a cache the next start compiles again."""
    try:
        write_atomically(path, data)
        for other in set(path.parent.glob(f"{code}-*.mo")) - {path}:
            other.unlink(missing_ok=True)
    except OSError:
        return
