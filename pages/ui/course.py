"""The questions of the course for pages beside it: `app.py` says where they come from, a class room asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from pages.session.choices import Language

_SOURCE = "course.source"


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A question in one language, as Markdown.

    Attributes
    ----------
    text : str
    options : tuple of str
    why : tuple of str
        Why each is right or wrong.
    """

    text: str
    options: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourseQuestion:
    """A question in every language; `right` is the index of the right option."""

    words: Mapping[Language, QuestionWords]
    right: int


@dataclass(frozen=True, slots=True)
class CourseChapter:
    """A chapter, and what asks its questions about what this visitor has chosen."""

    number: int
    title: str
    ask: Callable[[], tuple[CourseQuestion, ...]]


def offer(chapters: Callable[[], tuple[CourseChapter, ...]]) -> None:
    """Say where the chapters come from; nothing is loaded before a page asks."""
    st.session_state[_SOURCE] = chapters


def course_chapters() -> tuple[CourseChapter, ...]:
    """Return the chapters of the course."""
    return st.session_state[_SOURCE]()
