"""What letters, marks and colours mean, everywhere in the app."""

from __future__ import annotations

from html import escape

import streamlit as st

from ecgmodel.figures.gates import CIVIDIS
from ecgmodel.figures.palette import CLASS_COLOURS, CLASS_MARKS, STATE_SCALES, Theme
from ecgmodel.labels import CLASS_NAMES, CLASSES, SYMBOL_NAMES
from pages.ui.text import look_up, t

_SHAPES = {
    "circle": '<circle cx="8" cy="8" r="6"/>',
    "square": '<rect x="2.5" y="2.5" width="11" height="11"/>',
    "diamond": '<path d="M8 1l7 7-7 7-7-7z"/>',
    "triangle-up": '<path d="M8 1.5l7 12.5H1z"/>',
    "triangle-down": '<path d="M8 14.5l7-12.5H1z"/>',
    "star": '<path d="M8 .8l2.1 4.7 5.1.6-3.8 3.4 1 5L8 12l-4.4 2.5 1-5L.8 6.1l5.1-.6z"/>',
    "x": '<path d="M4 1.5l4 4 4-4L14.5 4l-4 4 4 4-2.5 2.5-4-4-4 4L1.5 12l4-4-4-4z"/>',
    "pentagon": '<path d="M8 1l7 5.2-2.7 8.3H3.7L1 6.2z"/>',
}
"""By the names of `CLASS_MARKS`, in a square of 16."""

_OTHERS = tuple(symbol for symbol in CLASS_MARKS if symbol not in CLASSES)
"""Symbols outside the five classes that have a mark of their own."""


def show_signs() -> None:
    """Show the key to every trace and heat map."""
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    beats = "".join(_line(_mark(symbol, theme), symbol, look_up(CLASS_NAMES[symbol])) for symbol in CLASSES)
    others = "".join(_line(_mark(symbol, theme), symbol, look_up(SYMBOL_NAMES[symbol])) for symbol in _OTHERS)
    grey = t("Any other letter is grey; the key below a trace names it.")
    others += f"<li><span>{escape(grey)}</span></li>"
    st.html(
        f'<section class="start-signs" aria-label="{escape(t("What the signs mean"))}">'
        f"<h2>{escape(t('What the signs mean'))}</h2>"
        f"<div><h3>{escape(t('The five kinds of beats'))}</h3><ul>{beats}</ul></div>"
        f"<div><h3>{escape(t('Other beats'))}</h3><ul>{others}</ul></div>"
        f"<div><h3>{escape(t('Around a trace'))}</h3><ul>{_around_a_trace()}</ul></div>"
        f"<div><h3>{escape(t('In the heat maps'))}</h3><ul>{_in_heat_maps(theme)}</ul></div>"
        "</section>"
    )


def _line(sign: str, term: str, meaning: str) -> str:
    return f"<li>{sign}<span><b>{escape(term)}</b> {escape(meaning)}</span></li>"


def _mark(symbol: str, theme: Theme) -> str:
    shape = _SHAPES[CLASS_MARKS[symbol]]
    return f'<svg viewBox="0 0 16 16" fill="{CLASS_COLOURS[theme][symbol]}" aria-hidden="true">{shape}</svg>'


def _around_a_trace() -> str:
    return "".join(
        f"<li><span>{escape(text)}</span></li>"
        for text in (
            t("Small square of the paper: 0.04 s wide, 0.1 mV high. Large square: 0.2 s and 0.5 mV."),
            t("Bars over the whole record: which beats when, in their colours; rare ones are drawn large."),
            t("Dots below them: one a beat, higher where the heart beats faster."),
            t("A ring around a mark: the model names this beat otherwise than the experts."),
        )
    )


def _in_heat_maps(theme: Theme) -> str:
    gates = ", ".join(CIVIDIS)
    states = ", ".join(f"{colour} {place:.0%}" for place, colour in STATE_SCALES[theme])
    return "".join(
        f'<li><i style="background:linear-gradient(90deg, {colours})"></i><span>{escape(text)}</span></li>'
        for colours, text in (
            (gates, t("A gate: from 0, closed, to 1, open.")),
            (states, t("A state, the memory: from −1 through 0 to 1.")),
        )
    )
