"""What lies in the folders of this machine, looked at once a run of a page, however often the page asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
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


def stamp_files(paths: Sequence[Path]) -> str | None:
    """Return what tells these files from what stood or will stand in their place: a key for caches of what is read.

    It is which of them are there, how large each is, and when it was written. A file that was put in place with the old
    size and time (`cp -p`) has another time of change, which nobody can set. `None` where none of them is there.
    """
    found = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:  # not there, or closed to us: reading it says which
            continue
        found.append(f"{path}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}")
    return "\n".join(found) or None
