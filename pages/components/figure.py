"""The figures of the course: a component of plain JavaScript, one class a kind."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from ecgmodel.figures import palette
from pages.components.packets import FIGURE_FILES, join_code, pack_stamped, read_asset
from pages.session import choices

FIGURES = tuple(f"learn/{name}.js" for name in ("arms", "bars", "beats", "cell", "memory", "network", "runs", "shapes"))

CODE_FILES = (*FIGURE_FILES, *FIGURES, "learn/learn.js")
"""The files of the figures in the order in which they are joined into one module."""


def show_figure(
    kind: str,
    text: dict[str, object],
    fields: dict[str, object],
    arrays: dict | None = None,
    event: Literal["place", "beat"] = "place",
) -> dict:
    """Show a figure, and return what it last reported.

    Parameters
    ----------
    kind : str
        Name of its class in `FIGURES`.
    text : dict
        Its words in the visitor's language.
    fields : dict
        Values that JSON can hold.
    arrays : dict of str to ndarray, optional
        float32, int32, int16 or uint8; flat in the browser.
    event : {"place", "beat"}
        What it reports.

    Returns
    -------
    dict
        Of a place, the step and the unit that the visitor chose; of a beat, its record and sample; empty before.
    """
    described = {
        "kind": kind,
        "text": text,
        "controls": choices.shows_controls(),
        "other": palette.OTHER_COLOUR,
        "palette": {theme: palette.CLASS_COLOURS[theme] for theme in ("light", "dark")},
        "inks": palette.CLASS_INKS,
        **fields,
    }
    key = f"learn_figure_{kind}"
    # While a run lasts, Streamlit keeps what the chapter before showed; two figures at once would confuse.
    st.html(f"<style>[class*=st-key-learn_figure_]:not(.st-key-{key}) {{ display: none; }}</style>")
    with st.container(key=key):
        result = _figure(
            key=f"learn.figure.{kind}",
            data=pack_stamped(f"learn.figure.{kind}", described, arrays or {}).data,
            on_place_change=_ignore,
            on_beat_change=_ignore,
        )
    return result.get(event) or {}


def _ignore() -> None:
    """Do nothing: Streamlit keeps a state only where it has a callback."""


_figure = st.components.v2.component(
    "ecg_learn", js=join_code(CODE_FILES), css=read_asset("learn/figure.css"), isolate_styles=True
)
