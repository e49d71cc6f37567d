"""The slim sidebar: language, record in use, model in use, glossary."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.text import t

_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}


def show_sidebar() -> None:
    """Show the sidebar."""
    with st.sidebar:
        _show_language()


def _show_language() -> None:
    st.session_state["sidebar.language"] = state.language()
    st.segmented_control(
        t("Language"),
        state.LANGUAGES,
        format_func=_LANGUAGE_NAMES.__getitem__,
        key="sidebar.language",
        label_visibility="collapsed",
        required=True,
        on_change=lambda: state.set_language(st.session_state["sidebar.language"]),
    )
