"""The way through the course: the list of chapters, the neighbours, and what the address asks for."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgmodel.errors import ConfigError
from pages.learn.lesson import Chapter
from pages.learn.questions import show_progress
from pages.session import address, choices, quiz


def take_address(chapters: Sequence[Chapter]) -> None:
    """Take the chapter that the address asks for, and whether it hides the controls."""
    asked = address.take_asked("chapter")
    if asked is not None:
        numbers = [chapter.number for chapter in chapters]
        wanted = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
        taken = min(numbers, key=lambda number: abs(number - wanted))
        if taken != wanted:
            address.add_problem(
                ConfigError(
                    "There is no chapter '{asked}'; this is chapter {taken} of {last}.",
                    asked=asked[:20],
                    taken=taken,
                    last=numbers[-1],
                )
            )
        choices.set_chapter(taken)
    controls = address.take_asked("controls")
    if controls is not None:
        choices.set_controls(controls != "off")


def show_chapter_list(chapters: Sequence[Chapter], here: Chapter) -> None:
    """Show the chapters, the open one marked, and how far the visitor has come in each."""
    with st.container(key="learn_chapters"):
        for chapter in chapters:
            is_open = chapter.number == here.number
            st.button(
                f"{chapter.number} · {'**' if is_open else ''}{chapter.title()}{'**' if is_open else ''}"
                f"{_progress(chapter)}",
                type="tertiary",
                width="stretch",
                key=f"learn_{'open' if is_open else 'chapter'}_{chapter.number}",
                on_click=_open,
                args=(chapter,),
            )
        show_progress([chapter.number for chapter in chapters])


def _progress(chapter: Chapter) -> str:
    tally = quiz.tally(chapter.number)
    if tally.is_done:
        return " :green[:material/check:]"
    return f" :gray[{tally.solved}/{tally.asked}]" if tally.tried else ""


def show_neighbours(chapters: Sequence[Chapter], here: Chapter) -> None:
    """Offer the chapter before and the one after."""
    place = [chapter.number for chapter in chapters].index(here.number)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if place > 0:
            before = chapters[place - 1]
            st.button(
                before.title(),
                icon=":material/arrow_back:",
                type="tertiary",
                on_click=_open,
                args=(before,),
                key="learn.back",
            )
        if place + 1 < len(chapters):
            after = chapters[place + 1]
            st.button(
                after.title(),
                icon=":material/arrow_forward:",
                icon_position="right",
                type="tertiary",
                on_click=_open,
                args=(after,),
                key="learn.on",
            )


def _open(chapter: Chapter) -> None:
    address.forget_problems()
    choices.set_chapter(chapter.number)
