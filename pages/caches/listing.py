"""What lies in the folders of this machine, looked at once a run of a page, however often the page asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")

_LISTED = "listing.found"


def look_anew() -> None:
    """Forget what was listed: a new run of the page, or of a fragment that watches the folders, begins."""
    st.session_state[_LISTED] = {}


def listed(what: str, find: Callable[[], T]) -> T:
    """Return what `find` finds, kept under the name `what` until the next run."""
    kept = st.session_state.get(_LISTED)
    if kept is None:  # no run of the app, as where a file is made on a click
        return find()
    if what not in kept:
        kept[what] = find()
    return kept[what]
