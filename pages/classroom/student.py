"""A student's page: what is asked, large buttons, "sent", and after the reveal the student beside the others.

What the student does runs one fragment; a second one, without anything to show, looks every two seconds whether the
class has moved on, and only then does the page run again.
"""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from ecgmodel.classroom.rooms import NO_ANSWER, RoomView, Seat
from ecgmodel.errors import ClassroomError
from ecgmodel.labels import CLASS_NAMES, CLASSES
from pages.caches.classroom import rooms
from pages.classroom.door import leave
from pages.classroom.results import LETTERS, show_beats_result, show_question_result
from pages.classroom.strip import draw_beat
from pages.session import choices
from pages.ui.blocks import show_error
from pages.ui.text import look_up, t

LOOK_EVERY_S = 2.0
_AT = "classroom.at"


def show_student(seat: Seat) -> None:
    """Show the room to one of its students."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        who = t("Room {code} · you are {name}", code=seat.code, name=rooms().name_of(seat) or "")
        st.html(f'<h1 class="class-who">{escape(who)}</h1>')
        st.button(
            t("Leave"), type="tertiary", icon=":material/logout:", on_click=_leave, args=(seat,), key="class.leave"
        )
    _watch(seat, rooms().step(seat.code))
    with st.container(key="class_student"):
        _show_room(seat)


def _leave(seat: Seat) -> None:
    rooms().leave(seat)
    leave()


@st.fragment(run_every=LOOK_EVERY_S)
def _watch(seat: Seat, step: int | None) -> None:
    """Run the page again where the class has moved on, the room is closed, or the seat was taken away."""
    if rooms().step(seat.code) != step or rooms().name_of(seat) is None:
        st.rerun()


@st.fragment
def _show_room(seat: Seat) -> None:
    try:
        view = rooms().look(seat.code)
        if view.task is None:
            st.info(
                t("You are in. Look at the teacher's screen; the next question comes here."), icon=":material/check:"
            )
        elif view.task.kind == "question":
            _show_question(seat, view)
        else:
            _show_beats(seat, view)
    except ClassroomError as error:  # closed a moment ago: the page runs again soon
        show_error(error)


def _show_question(seat: Seat, view: RoomView) -> None:
    chosen = int(rooms().answers_of(seat)[0])
    if view.revealed:
        show_question_result(view, chosen)
        return
    words = view.task.content.words[choices.language()]
    st.markdown(words.text)
    for option, said in enumerate(words.options):
        st.button(
            f"**{LETTERS[option]}** · {said}",
            key=f"class.option.{view.step}.{option}",
            type="primary" if option == chosen else "secondary",
            width="stretch",
            on_click=_answer,
            args=(seat, view.step, 0, option),
        )
    if chosen != NO_ANSWER:
        st.markdown(t(":green[:material/check: **Sent.**] You can change it until the teacher shows the answer."))


def _answer(seat: Seat, step: int, item: int, option: int) -> None:
    try:
        rooms().answer(seat, step, item, option)
    except ClassroomError:  # the room is gone; the page says so when it runs
        return


def _show_beats(seat: Seat, view: RoomView) -> None:
    answers = rooms().answers_of(seat)
    asked = view.task.content
    if view.revealed:
        show_beats_result(view, rooms().all_answers(seat.code), answers)
        return
    n_items = view.task.n_items
    at = _place(view.step, answers)
    n_sent = int(np.count_nonzero(answers != NO_ANSWER))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.button(
            "‹", help=t("Previous beat"), key="class.back", disabled=at == 0, on_click=_go, args=(view.step, at - 1)
        )
        st.markdown(t("**{k} of {n}** · {sent} sent", k=at + 1, n=n_items, sent=n_sent), width="content")
        st.button(
            "›", help=t("Next beat"), key="class.on", disabled=at == n_items - 1, on_click=_go, args=(view.step, at + 1)
        )
    st.html(f'<div class="class-strip">{draw_beat(asked.beats[at])}</div>')
    with st.container(key="class_answers", gap="small"):
        for option, symbol in enumerate(CLASSES):
            st.button(
                f"**{symbol}** · {look_up(CLASS_NAMES[symbol])}",
                key=f"class.class.{option}",
                type="primary" if option == answers[at] else "secondary",
                width="stretch",
                on_click=_name,
                args=(seat, view.step, at, option, n_items),
            )
    if n_sent == n_items:
        st.markdown(
            t(":green[:material/check: **All sent.**] You can change them until the teacher shows the answers.")
        )
    elif answers[at] != NO_ANSWER:
        st.markdown(t(":green[:material/check: **Sent.**]"))
    else:
        st.caption(t("The marked beat: which is it? 25 mm are a second, 10 mm a millivolt."))


def _place(step: int, answers: np.ndarray) -> int:
    """Return the beat in view: after a reload or a new task, the first without an answer."""
    kept = st.session_state.get(_AT)
    if kept is not None and kept[0] == step:
        return kept[1]
    open_items = np.flatnonzero(answers == NO_ANSWER)
    return int(open_items[0]) if len(open_items) else len(answers) - 1


def _go(step: int, item: int) -> None:
    st.session_state[_AT] = (step, item)


def _name(seat: Seat, step: int, item: int, option: int, n_items: int) -> None:
    _answer(seat, step, item, option)
    _go(step, min(item + 1, n_items - 1))
