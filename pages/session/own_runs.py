"""Who may change a training: whoever started it may stop, rename and delete it, and so may whoever has the teacher's
key.

On a machine that serves only itself, every run is its user's. Where others can come in, by `--server.address` or
because `ECG_TEACHER_KEY` is set, a run belongs to the session that started it.
"""

from __future__ import annotations

import hmac
import os

import streamlit as st

KEY_VARIABLE = "ECG_TEACHER_KEY"
"""Environment variable with the key that lets a session change every run."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

MOST_UNFINISHED = 3
"""Runs of one visitor that wait or are trained at a time, where others come in."""

MOST_OF_ALL = 30

_OWN = "own.runs"
_TEACHER = "own.teacher"


def is_shared() -> bool:
    """Tell whether visitors are to be told apart."""
    names = (st.get_option("server.address"), *(st.get_option("server.allowedHosts") or ()))
    return KEY_VARIABLE in os.environ or any(name not in LOOPBACK for name in names)


def has_key() -> bool:
    """Tell whether a teacher's key is set at all."""
    return bool(os.environ.get(KEY_VARIABLE))


def give_key(words: str) -> bool:
    """Take the teacher's key, and tell whether it was the one."""
    wanted = os.environ.get(KEY_VARIABLE, "")
    right = bool(wanted) and hmac.compare_digest(words.strip().encode(), wanted.encode())
    if right:
        st.session_state[_TEACHER] = True
    return right


def note_own_run(key: str) -> None:
    """Note that this session started a run."""
    st.session_state.setdefault(_OWN, set()).add(key)


def may_change_run(key: str) -> bool:
    """Tell whether this session may stop, go on with, rename and delete a run."""
    return not is_shared() or key in st.session_state.get(_OWN, ()) or st.session_state.get(_TEACHER, False)


def has_room(unfinished: set[str]) -> bool:
    """Tell whether this session may start one more, given the keys of all runs that wait or are trained."""
    if not is_shared() or st.session_state.get(_TEACHER, False):
        return True
    own = unfinished & st.session_state.get(_OWN, set())
    return len(own) < MOST_UNFINISHED and len(unfinished) < MOST_OF_ALL
