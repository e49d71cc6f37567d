"""What a chapter is made of, and what surrounds every one: Python lines, the link for a class."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from pages.caches.models import model_source
from pages.learn.questions import Question
from pages.session import address
from pages.session.visitor import BroughtFiles, own_files
from pages.ui.text import t

SNIPPETS = Path(__file__).resolve().parents[2] / "assets" / "snippets"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the course.

    Attributes
    ----------
    number : int
        From 1; what the address carries.
    title : callable
        Returns the title in the visitor's language.
    tell : callable
        Shows the text.
    show : callable
        Shows the figure with its controls.
    ask : callable
        Returns the questions.
    snippet : str
        Name of the Python lines under `assets/snippets`.
    settings : callable
        Returns what stands in the place of the snippet's constants, so that it gives the numbers on the screen.
    sources : tuple of str
        Names of `SOURCES`, listed below the text.
    """

    number: int
    title: Callable[[], str]
    tell: Callable[[], None]
    show: Callable[[], None]
    ask: Callable[[], tuple[Question, ...]]
    snippet: str
    settings: Callable[[], Mapping[str, object]] = dict
    sources: tuple[str, ...] = ()


def read_snippet(chapter: Chapter) -> str:
    """Return a chapter's Python lines, with the visitor's choices in the place of the constants."""
    code = (SNIPPETS / f"{chapter.snippet}.py").read_text(encoding="utf-8")
    settings = dict(chapter.settings())
    if settings.get("MODEL") is not None:
        settings["MODEL"] = model_source(settings["MODEL"])
    files = own_files("record", settings.get("RECORD", ""))
    if files is not None:
        settings["RECORD"] = files.names[0]
        code = _read_own_files(code, files)
    for name, value in settings.items():
        written = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        line = f"{name} = {written}"
        code = re.sub(rf"^{name} = .*$", lambda _match, line=line: line, code, count=1, flags=re.MULTILINE)
    return code


def _read_own_files(code: str, files: BroughtFiles) -> str:
    """Let the lines read the visitor's own files instead of a record by its name."""
    others = [json.dumps(name, ensure_ascii=False) for name in files.names[1:]]
    options = [f"{name}={value!r}" for name, value in files.settings.items()]
    opening = f"open_recording({', '.join(['RECORD', *others, *options])})"
    return code.replace(
        "from ecgmodel.records.sources.catalogue import open_record\n",
        "from ecgmodel.records.imports.files import open_recording\n",
    ).replace("open_record(RECORD)", opening)


def show_snippet(chapter: Chapter) -> None:
    """Offer the Python lines that give the same numbers."""
    with st.expander(t("The same numbers in Python"), icon=":material/code:"):
        code = read_snippet(chapter)
        st.code(code, language="python")
        if re.search(r'^(MODEL|RECORD) = ".+\.\w+"$', code, re.MULTILINE):
            st.caption(t("It opens your own file: run it in the folder where that lies."))


def show_link() -> None:
    """Offer the address that opens this place for a class."""
    with st.popover(t("Link for a class"), icon=":material/link:", type="tertiary"):
        hide = st.toggle(t("Hide the controls"), key="learn.link.hide")
        start = (st.context.url or "").split("?")[0]
        query = address.current() | ({"controls": "off"} if hide else {})
        st.caption(t("Opens this chapter with this record, place, model, step and unit."))
        st.code(f"{start}?{urlencode(query)}", language=None, wrap_lines=True)
