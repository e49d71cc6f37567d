"""What a chapter is made of, and what stands around every one: questions, Python lines, the link for a class."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from pages.session import address
from pages.ui.text import t

SNIPPETS = Path(__file__).resolve().parents[2] / "assets" / "snippets"

_ANSWERS = "learn.answer"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer.

    Attributes
    ----------
    text : str
    options : tuple of str
    right : int
        Index of the right one.
    because : str
        Why it is, shown with the verdict.
    """

    text: str
    options: tuple[str, ...]
    right: int
    because: str


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
    """

    number: int
    title: Callable[[], str]
    tell: Callable[[], None]
    show: Callable[[], None]
    ask: Callable[[], tuple[Question, ...]]
    snippet: str
    settings: Callable[[], Mapping[str, object]] = dict


def show_questions(chapter: Chapter) -> None:
    """Ask, and answer at once."""
    with st.container(border=True, key="learn_questions"):
        st.markdown(f"**{t('Try it, then answer')}**")
        for number, question in enumerate(chapter.ask(), start=1):
            # The options are part of the key: other numbers on the screen make it another question.
            key = f"{_ANSWERS}.{chapter.number}.{number}.{hash(question.options)}"
            chosen = st.radio(
                question.text,
                range(len(question.options)),
                format_func=question.options.__getitem__,
                index=None,
                key=key,
            )
            if chosen is None:
                continue
            if chosen == question.right:
                st.caption(f":green[:material/check: **{t('Right.')}**] {question.because}")
            else:
                hint = t("Not this one. Look at the figure again.")
                st.caption(f":orange[:material/close: {hint}]")


def read_snippet(chapter: Chapter) -> str:
    """Return a chapter's Python lines, with the visitor's choices in the place of the constants."""
    code = (SNIPPETS / f"{chapter.snippet}.py").read_text(encoding="utf-8")
    for name, value in chapter.settings().items():
        written = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        line = f"{name} = {written}"
        code = re.sub(rf"^{name} = .*$", lambda _match, line=line: line, code, count=1, flags=re.MULTILINE)
    return code


def show_snippet(chapter: Chapter) -> None:
    """Offer the Python lines that give the same numbers."""
    with st.expander(t("The same numbers in Python"), icon=":material/code:"):
        st.code(read_snippet(chapter), language="python")


def show_link() -> None:
    """Offer the address that opens this place for a class."""
    with st.popover(t("Link for a class"), icon=":material/link:", type="tertiary"):
        hide = st.toggle(t("Hide the controls"), key="learn.link.hide")
        start = (st.context.url or "").split("?")[0]
        query = address.current() | ({"controls": "off"} if hide else {})
        st.caption(t("Opens this chapter with this record, place, model, step and unit."))
        st.code(f"{start}?{urlencode(query)}", language=None, wrap_lines=True)
