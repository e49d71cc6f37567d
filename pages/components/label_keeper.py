"""Labels set by hand, kept by the visitor's own browser: they outlive a reload, and the server keeps none of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.components.packets import ELEMENT_FILES, join_code, stamp

CODE_FILES = ("shared/channel.js", *ELEMENT_FILES, "annotate/keeper.js")


def keep_labels(
    key: str,
    name: str,
    text: str | None,
    *,
    is_unsaved: bool,
    is_discarded: bool,
    on_found: Callable[[str], None],
) -> bool:
    """Let the browser keep the labels of one record, and give back what it kept.

    Parameters
    ----------
    key : str
        Of the element.
    name : str
        Under which the browser keeps them; another for each recording.
    text : str or None
        The labels as they are now; `None` where this session has none.
    is_unsaved : bool
        The browser asks before the page is left.
    is_discarded : bool
        Without a text, the browser forgets what it kept.
    on_found : callable
        Called, before the page runs again, with what the browser kept where this session has no labels.

    Returns
    -------
    bool
        Whether the browser keeps them: a private window, or one that is full, may not.
    """

    def take() -> None:
        found = (st.session_state.get(key) or {}).get("found")
        if found and found["name"] == name:
            on_found(found["text"])

    data = {"name": name, "text": text, "unsaved": is_unsaved, "discarded": is_discarded}
    state = _keeper(
        key=key, data=data | {"stamp": stamp(key, data)}, on_found_change=take, on_refused_change=lambda: None
    )
    return state.get("refused") != name


_keeper = st.components.v2.component("ecg_label_keeper", js=join_code(CODE_FILES), isolate_styles=False)
