"""The record in use, and where in it the visitor stands: lead, view, beat.

A choice is kept under a key of its own, not a widget's, which is lost when its page is left. What is chosen on one page
is thus still chosen on the next.
"""

from __future__ import annotations

import streamlit as st

DEFAULT_WINDOW_S = 10.0
WINDOW_RANGE_S = (0.5, 60.0)
_RECORD = "choice.record"
_LEAD = "choice.lead"
_START_S = "choice.start_s"
_WINDOW_S = "choice.window_s"
_SELECTED = "choice.selected_sample"


def is_ready() -> bool:
    """Tell whether `app.py` has read the address in this session."""
    return _RECORD in st.session_state


def record_name() -> str:
    """Return the name of the record in use; `read_address` has set it before any page runs."""
    return st.session_state[_RECORD]


def set_record(name: str) -> None:
    """Take another record, from its start; what was chosen within the old one is forgotten."""
    if name != st.session_state.get(_RECORD):
        st.session_state[_RECORD] = name
        st.session_state[_START_S] = 0.0
        st.session_state[_LEAD] = None
        st.session_state[_SELECTED] = None


def lead() -> str | None:
    """Return the lead that the model reads; `None` means the record's default."""
    return st.session_state.get(_LEAD)


def set_lead(name: str | None) -> None:
    """Choose the lead that the model reads."""
    st.session_state[_LEAD] = name


def start_s() -> float:
    """Return where the view starts, in seconds from the start of the record."""
    return st.session_state.get(_START_S, 0.0)


def window_s() -> float:
    """Return how many seconds the view shows."""
    return st.session_state.get(_WINDOW_S, DEFAULT_WINDOW_S)


def set_view(start_s: float, window_s: float | None = None) -> None:
    """Move the view; `None` keeps its width. The numbers are kept as they are: the trace knows its own view again."""
    st.session_state[_START_S] = start_s
    if window_s is not None:
        st.session_state[_WINDOW_S] = window_s


def show_sample(sample: int, fs: float) -> None:
    """Select the beat at `sample` and bring it into the middle of the view."""
    select_sample(sample)
    set_view(max(0.0, sample / fs - window_s() / 2))


def selected_sample() -> int | None:
    """Return the R peak of the selected beat, in samples of the record."""
    return st.session_state.get(_SELECTED)


def selected_s(fs: float) -> float | None:
    """Return the R peak of the selected beat in seconds; `fs` is the record's."""
    sample = selected_sample()
    return None if sample is None else sample / fs


def select_sample(sample: int | None) -> None:
    """Select a beat by its R peak, or none."""
    st.session_state[_SELECTED] = sample
