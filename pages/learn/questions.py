"""The questions at the end of a chapter: every answer with its reason, in an order of the visitor's own; the score."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.session import quiz
from pages.ui.text import t

RIGHT = 0

_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer.

    Attributes
    ----------
    name : str
        Of this question within its chapter, the same in every language.
    text : str
    right : Answer
    wrong : tuple of Answer
    """

    name: str
    text: str
    right: Answer
    wrong: tuple[Answer, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The right answer, at `RIGHT`, and the wrong ones: not in the order in which they are shown."""
        return (self.right, *self.wrong)

    @property
    def numbers(self) -> str:
        """Every number of the question and its answers: other ones, as of another beat, make it another question."""
        said = " ".join([self.text, *(f"{answer.text} {answer.why}" for answer in self.answers)])
        return " ".join(sorted(_NUMBER.findall(said)))


def show_questions(chapter: int, questions: Sequence[Question]) -> None:
    """Ask, explain every answer at once, and show the visitor's own score."""
    quiz.note_asked(chapter, len(questions))
    with st.container(border=True, key="learn_questions"):
        st.markdown(f"**{t('Try it, then answer')}**")
        for question in questions:
            _ask(chapter, question)
        _show_score(quiz.tally(chapter))


def _ask(chapter: int, question: Question) -> None:
    answers = question.answers
    # With some numbers a wrong answer equals the right one; it is not offered twice.
    texts = [answer.text for answer in answers]
    order = [k for k in quiz.shuffle(chapter, question.name, len(answers)) if texts.index(texts[k]) == k]
    # What is asked is part of the key: other numbers on the screen make it another question.
    key = f"learn.answer.{quiz.attempt()}.{chapter}.{question.name}.{zlib.crc32(repr((question.text, texts)).encode())}"
    before = quiz.last_answer(chapter, question.name, question.numbers)
    chosen = st.radio(
        question.text,
        order,
        format_func=texts.__getitem__,
        index=order.index(before) if before in order and key not in st.session_state else None,
        key=key,
        on_change=_note,
        args=(chapter, question.name, question.numbers, key),
    )
    if chosen is None:
        return
    if chosen == RIGHT:
        st.caption(f":green[:material/check: **{t('Right.')}**] {answers[chosen].why}")
    else:
        st.caption(f":orange[:material/close: **{t('Not this one.')}**] {answers[chosen].why}")


def _note(chapter: int, name: str, numbers: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen is not None:
        quiz.note_answer(chapter, name, chosen, chosen == RIGHT, numbers)


def _show_score(tally: quiz.Tally) -> None:
    if tally.tried:
        st.caption(
            t(
                "{first} of {tried} right at the first try. Only you see this, and it is gone when you close the page.",
                first=tally.first,
                tried=tally.tried,
            )
        )


def show_progress(chapters: Sequence[int]) -> None:
    """Show how many chapters the visitor has finished, and how many questions were right at the first try."""
    tallies = [quiz.tally(number) for number in chapters]
    tried = sum(tally.tried for tally in tallies)
    if not tried:
        return
    done, first = sum(tally.is_done for tally in tallies), sum(tally.first for tally in tallies)
    st.progress(done / len(tallies), t("{done} of {n} chapters done", done=done, n=len(tallies)))
    st.caption(t("{first} of {tried} right at the first try", first=first, tried=tried))
    st.button(t("Forget my answers"), type="tertiary", on_click=quiz.forget, key="learn.forget")
