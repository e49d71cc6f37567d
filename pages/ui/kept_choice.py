"""Choices that a page keeps: what a widget holds itself is lost when its page is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.session import address, choices

T = TypeVar("T")


def choose_kept(
    show: Callable[..., object],
    label: str,
    options: Sequence[T],
    *,
    page: str,
    name: str,
    first: T,
    asked_as: str | None = None,
    **more: object,
) -> T:
    """Show a choice of one option, and return it.

    Parameters
    ----------
    show : callable
        `st.selectbox` or `st.segmented_control`.
    label : str
    options : sequence
    page, name : str
        Where the choice is kept, see `choices.page_choice`; joined by a dot, the key of the widget.
    first : object
        Taken before a choice, and where the kept one is not among the options.
    asked_as : str or None
        Key of the address that may ask for an option, and that carries the chosen one.
    more : dict
        Further arguments of `show`.
    """
    key = f"{page}.{name}"
    asked = None if asked_as is None else address.take_asked(asked_as)
    if asked in options:
        choices.set_page_choice(page, name, asked)
    chosen = choices.page_choice(page, name, first)
    st.session_state[key] = chosen if chosen in options else first
    show(
        label,
        options,
        key=key,
        on_change=lambda: choices.set_page_choice(page, name, st.session_state[key]),
        **more,
    )
    if asked_as is not None:
        address.note(**{asked_as: st.session_state[key]})
    return st.session_state[key]
