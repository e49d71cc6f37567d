"""A room or a seat kept by the visitor's browser through a reload, in the storage of its tab."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.components.packets import read_asset


def keep_in_tab(kept: Mapping[str, str] | None, *, forget: bool = False) -> dict[str, str]:
    """Keep a few texts in the tab, and return what it kept before.

    Parameters
    ----------
    kept : mapping of str to str or None
        `None` asks for what is there.
    forget : bool
        Whether to drop it instead.

    Returns
    -------
    dict
        Empty before the browser has answered, and where it kept nothing.
    """
    result = _seat(
        key="classroom.tab",
        data={"keep": None if kept is None else dict(kept), "forget": forget},
        on_kept_change=_ignore,
    )
    found = result.get("kept")
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _ignore() -> None:
    """Do nothing: Streamlit keeps a state only where it has a callback."""


_seat = st.components.v2.component("ecg_seat", js=read_asset("classroom/seat.js"), isolate_styles=False)
