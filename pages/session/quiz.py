"""What a visitor answered in the course: kept in the session alone, never in the address, and gone with the page."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass

import streamlit as st

_SEED = "quiz.seed"
_FIRST = "quiz.first"
_LAST = "quiz.last"
_SOLVED = "quiz.solved"
_ATTEMPT = "quiz.attempt"
_ASKED = "quiz.asked"


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a visitor has come in a chapter.

    Attributes
    ----------
    asked : int
        Questions of the chapter; 0 before it was opened.
    tried : int
        How many were answered at all.
    first : int
        How many were right at the first try.
    solved : int
        How many were right in the end.
    """

    asked: int
    tried: int
    first: int
    solved: int

    @property
    def is_done(self) -> bool:
        """Whether every question was answered right in the end."""
        return 0 < self.asked <= self.solved


def attempt() -> int:
    """Return how often the visitor has started over."""
    return st.session_state.get(_ATTEMPT, 0)


def shuffle(chapter: int, question: str, count: int) -> list[int]:
    """Return the order in which this visitor sees the answers of a question: the same as long as the session lasts."""
    seed = st.session_state.setdefault(_SEED, secrets.randbits(64))
    order = list(range(count))
    random.Random(f"{seed}.{chapter}.{question}").shuffle(order)
    return order


def note_asked(chapter: int, count: int) -> None:
    """Keep how many questions a chapter has."""
    st.session_state.setdefault(_ASKED, {})[chapter] = count


def note_answer(chapter: int, question: str, answer: int, right: bool, numbers: str = "") -> None:
    """Keep an answer to a question with its numbers; only the first one, whatever the numbers, counts for the score."""
    place = chapter, question
    st.session_state.setdefault(_FIRST, {}).setdefault(place, right)
    st.session_state.setdefault(_LAST, {})[place] = answer, numbers
    if right:
        st.session_state.setdefault(_SOLVED, set()).add(place)


def last_answer(chapter: int, question: str, numbers: str = "") -> int | None:
    """Return the last answer to a question; `None` before one, and where the question had other numbers then."""
    answer, asked = st.session_state.get(_LAST, {}).get((chapter, question), (None, ""))
    return answer if asked == numbers else None


def tally(chapter: int) -> Tally:
    """Return how far the visitor has come in a chapter."""
    first = [right for (number, _), right in st.session_state.get(_FIRST, {}).items() if number == chapter]
    solved = sum(number == chapter for number, _ in st.session_state.get(_SOLVED, ()))
    return Tally(st.session_state.get(_ASKED, {}).get(chapter, 0), len(first), sum(first), solved)


def forget() -> None:
    """Start over: without answers, and with the options in another order."""
    before = attempt()
    for key in [key for key in st.session_state if str(key).startswith("quiz.")]:
        del st.session_state[key]
    st.session_state[_ATTEMPT] = before + 1
