"""The way into a class room: a teacher opens one, a student joins with its code and a free name."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from ecgmodel.classroom.addresses import own_replica
from ecgmodel.classroom.names import CODE_LENGTH, MAX_NAME, find_replica, tidy_code
from ecgmodel.classroom.rooms import Seat, TeacherKey
from ecgmodel.errors import ClassroomError
from pages.caches.classroom import rooms
from pages.components.seat import keep_in_tab
from pages.session import address, choices, seat
from pages.ui.blocks import show_error
from pages.ui.lesson_plan import show_plan
from pages.ui.text import t

_PAGE = "classroom"
_CODE = "classroom.code"
_NAME = "classroom.name"


def restore(asked: str | None) -> None:
    """Let a visitor who has reloaded the page back into their room, and drop what belongs to a room that is gone.

    Parameters
    ----------
    asked : str or None
        The code in the address.
    """
    if asked is not None:
        choices.set_page_choice(_PAGE, "code", tidy_code(asked))
    key, taken = seat.teacher_key(), seat.seat()
    if key is not None and not rooms().is_teacher(key):
        seat.take_key(None)
        choices.set_page_choice(_PAGE, "gone", True)
    if taken is not None and rooms().name_of(taken) is None:
        seat.take_seat(None)
        choices.set_page_choice(_PAGE, "gone", True)
    key, taken = seat.teacher_key(), seat.seat()
    if key is not None:
        keep_in_tab({"code": key.code, "secret": key.secret})
    elif taken is not None:
        keep_in_tab({"code": taken.code, "seat": taken.seat})
    elif choices.page_choice(_PAGE, "gone") or choices.page_choice(_PAGE, "left"):
        keep_in_tab(None, forget=True)
    else:
        _take_up(keep_in_tab(None))
    code = seat.teacher_key() or seat.seat()
    if code is not None:
        address.note(room=code.code)


def _take_up(kept: dict[str, str]) -> None:
    code = kept.get("code", "")
    if "secret" in kept and rooms().is_teacher(key := TeacherKey(code, kept["secret"])):
        seat.take_key(key)
    elif "seat" in kept and rooms().name_of(taken := Seat(code, kept["seat"])) is not None:
        seat.take_seat(taken)


def leave() -> None:
    """Forget the room in this session and in the browser's tab."""
    seat.take_key(None)
    seat.take_seat(None)
    choices.set_page_choice(_PAGE, "left", True)


def show_door() -> None:
    """Show both ways in; a student who comes by a link finds the code filled in."""
    st.title(t("Class room"), anchor=False)
    st.markdown(
        t(
            "A lesson with many: the teacher asks, everybody answers on a telephone or laptop, and all see how far "
            "class, experts and model agree."
        )
    )
    if choices.page_choice(_PAGE, "gone"):
        st.info(t("The room was closed. Its names and answers are gone."), icon=":material/info:")
    left, right = st.columns(2, gap="large")
    invited = choices.page_choice(_PAGE, "code", "")
    with right if invited else left:  # what the visitor came for comes first; on a phone it is above the other
        _show_opening()
    with left if invited else right:
        _show_joining(invited)
    if not invited:
        show_plan()


def _show_joining(invited: str) -> None:
    st.subheader(t("Join"), anchor=False)
    with st.form("classroom.join", border=False):
        code = st.text_input(
            t("Code of the room"), value=invited, max_chars=2 * CODE_LENGTH, key=_CODE, placeholder="BCDFG"
        )
        name = st.text_input(
            t("A name for this lesson"),
            max_chars=MAX_NAME,
            key=_NAME,
            help=t("Any name that nobody else in the room has. It goes with the room."),
        )
        if st.form_submit_button(t("Join"), type="primary", width="stretch"):
            _join(code, name)


def _join(code: str, name: str) -> None:
    try:
        taken = rooms().join(code, name)
    except ClassroomError as error:
        if not _lead_elsewhere(tidy_code(code)):
            show_error(error)
        return
    _come_in()
    seat.take_seat(taken)
    st.rerun()


def _lead_elsewhere(code: str) -> bool:
    """Offer the way to the process that holds the room, where several serve the app; return whether there is one."""
    replica, own = find_replica(code), own_replica()
    if own is None or replica is None or replica == own:
        return False
    query = urlencode({"room": code, "lang": choices.language(), "replica": replica})
    st.markdown(f"**[{t('Go to room {code}', code=code)}](class?{query})**")
    return True


def _show_opening() -> None:
    st.subheader(t("Teach"), anchor=False)
    st.markdown(
        t(
            "Open a room, show its code, ask the questions of the course, or let the class be the model and name 20 "
            "beats. Only you can move on. Nothing is kept: names and answers go when you close the room."
        )
    )
    if st.button(t("Open a room"), icon=":material/co_present:", key="classroom.open"):
        try:
            key = rooms().open()
        except ClassroomError as error:
            show_error(error)
            return
        _come_in()
        seat.take_key(key)
        st.rerun()


def _come_in() -> None:
    for note in ("gone", "left"):
        choices.set_page_choice(_PAGE, note, False)
