"""What belongs to one visitor alone, and so never goes into a shared cache; and what this session has seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

import streamlit as st

_REPORTED = "components.reported"
_FIRST = "components.first"
_DONE = "slow.done"
_OWN = "own"
_STAMPS = "own.stamps"
_FILES = "own.files"


@dataclass(frozen=True, slots=True)
class BroughtFiles:
    """Which files of a visitor something was read from.

    Attributes
    ----------
    names : tuple of str
    settings : dict of str to object
        What was set by hand to read them.
    """

    names: tuple[str, ...]
    settings: dict[str, object] = field(default_factory=dict)


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


def end_if_unwanted(_share: float = 0.0) -> None:
    """End this run where its visitor has left or clicked something else; called time and again by long work.

    Streamlit looks for such wishes whenever the state of the session is read, and nowhere within a computation.
    """
    st.session_state.get(_DONE)


def own(kind: Literal["record", "model", "gates", "upload", "edit"]) -> dict:
    """Return what the visitor brought or chose, by name; what is computed from it is kept in caches of the session."""
    return st.session_state.setdefault(f"{_OWN}.{kind}", {})


def put_own(kind: Literal["record", "model"], name: str, brought: object, files: BroughtFiles) -> None:
    """Keep something that the visitor brought, with a stamp by which caches tell it from another of its name."""
    own(kind)[name] = brought
    st.session_state.setdefault(_STAMPS, {})[kind, name] = uuid4().hex
    st.session_state.setdefault(_FILES, {})[kind, name] = files


def own_files(kind: Literal["record", "model"], name: str) -> BroughtFiles | None:
    """Return which files the visitor brought something in; `None` where it is not the visitor's own."""
    return st.session_state.get(_FILES, {}).get((kind, name)) if name in own(kind) else None


def own_stamp(kind: Literal["record", "model"], name: str) -> str:
    """Return the stamp of what the visitor brought under a name, see `put_own`."""
    return st.session_state[_STAMPS][kind, name]
