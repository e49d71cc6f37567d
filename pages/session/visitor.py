"""What belongs to one visitor alone, and so never goes into a shared cache; and what this session has seen."""

from __future__ import annotations

from typing import Literal

import streamlit as st

_REPORTED = "components.reported"
_FIRST = "components.first"
_DONE = "slow.done"
_OWN = "own"


def is_first(key: str, value: object) -> bool:
    """Tell whether `value` is the first that this session saw under `key`; the first one stays the first."""
    return st.session_state.setdefault(_FIRST, {}).setdefault(key, value) == value


def is_done(key: str) -> bool:
    """Tell whether this session has noted `key` by `note_done`."""
    return key in st.session_state.get(_DONE, ())


def note_done(key: str) -> None:
    """Note that something slow has been done in this session, so that a page need not announce it again."""
    st.session_state.setdefault(_DONE, set()).add(key)


def is_news(key: str, value: object) -> bool:
    """Tell whether a component reports something else than the last time.

    A component repeats its last report at every rerun; taking it over again would undo what was chosen elsewhere since.
    """
    seen = st.session_state.setdefault(_REPORTED, {})
    news = seen.get(key) != value
    seen[key] = value
    return news


def own(
    kind: Literal["record", "model", "classifier", "prediction", "peaks", "sample", "gates", "upload", "edit"],
) -> dict:
    """Return the visitor's own objects of one kind by name: uploads, and what was computed from them."""
    return st.session_state.setdefault(f"{_OWN}.{kind}", {})
