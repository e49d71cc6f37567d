"""The fields of the training form: each keeps its value with the form, and what is written in it is read here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ecgmodel.errors import ConfigError
from pages.session import choices

FIELD = "train.form"
"""Prefix of a field's name in the key of its widget."""


def keep(name: str) -> None:
    """Take over what the visitor put into a field."""
    choices.set_training_form(choices.training_form() | {name: st.session_state[f"{FIELD}.{name}"]})


def _common(name: str) -> dict[str, Any]:
    """Return what every widget takes."""
    return {"key": f"{FIELD}.{name}", "on_change": keep, "args": (name,)}


def _prepare(name: str) -> dict[str, Any]:
    """Put the field's value into its widget, and return what it takes."""
    common = _common(name)
    choices.put(common["key"], choices.training_form()[name])
    return common


def select(name: str, label: str, options: Sequence[Any], **more: Any) -> None:
    """Show a choice; `more` goes to `st.selectbox`."""
    common = _common(name)
    # Set every time: a choice is identified by its words, which change with the language.
    st.session_state[common["key"]] = choices.training_form()[name]
    if "on_change" in more:
        common.pop("args")
    st.selectbox(label, options, **(common | {"width": 210} | more))


def whole_input(name: str, label: str, **more: Any) -> None:
    """Show a field for a whole number."""
    # Without limits of its own: the library says in one sentence what is allowed.
    st.number_input(label, step=1, width=110, **_prepare(name), **more)


def text_input(name: str, label: str, **more: Any) -> None:
    """Show a field for text."""
    st.text_input(label, **_prepare(name), **more)


def toggle(name: str, label: str, **more: Any) -> None:
    """Show a switch."""
    st.toggle(label, **_prepare(name), **more)


def list_numbers(numbers: tuple[int, ...]) -> str:
    """Return numbers as the visitor writes them."""
    return ", ".join(map(str, numbers))


def whole(value: object) -> int:
    """Return a whole number; an empty field is 0, which the library refuses where it must."""
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else 0


def number(text: str) -> float:
    """Return the number in a text, with a decimal point or comma.

    Raises
    ------
    ConfigError
        Where it is none.
    """
    try:
        return float(str(text).strip().replace(",", "."))
    except ValueError:
        raise ConfigError("'{text}' is not a number. Write one as 0.005.", text=str(text)[:40]) from None


def whole_numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers of a list.

    Raises
    ------
    ConfigError
        Where it contains anything else.
    """
    parts = str(text).replace(",", " ").replace("，", " ").replace(";", " ").split()
    try:
        return tuple(int(part) for part in parts)
    except ValueError:
        raise ConfigError(
            "'{text}' is not a list of whole numbers. Write one for each layer, as 3, 6, 6.", text=str(text)[:40]
        ) from None
