"""What a visitor has to do with a class room: a teacher's key, or a student's seat. Both are secrets of the session."""

from __future__ import annotations

import streamlit as st

from ecgmodel.classroom.rooms import Seat, TeacherKey

_KEY = "classroom.key"
_SEAT = "classroom.seat"


def teacher_key() -> TeacherKey | None:
    """Return the key of the room that this visitor opened; `None` without one."""
    return st.session_state.get(_KEY)


def seat() -> Seat | None:
    """Return the seat that this visitor took; `None` without one."""
    return st.session_state.get(_SEAT)


def take_key(key: TeacherKey | None) -> None:
    """Keep the key of a room, or give it up."""
    st.session_state[_KEY] = key


def take_seat(taken: Seat | None) -> None:
    """Keep a seat, or give it up."""
    st.session_state[_SEAT] = taken
