"""What letters, marks and colours mean, everywhere in the app."""

from __future__ import annotations

from html import escape

import streamlit as st

from ecgmodel.figures.gates import CIVIDIS
from ecgmodel.figures.palette import CLASS_COLOURS, CLASS_INKS, CLASS_MARKS, STATE_SCALES, Theme
from ecgmodel.labels import CLASS_NAMES, CLASSES, SYMBOL_NAMES
from pages.ui.text import look_up, t

_SHAPES = {
    "circle": "circle(42%)",
    "square": "inset(14%)",
    "diamond": "polygon(50% 2%, 98% 50%, 50% 98%, 2% 50%)",
    "triangle-up": "polygon(50% 8%, 97% 90%, 3% 90%)",
    "triangle-down": "polygon(50% 92%, 97% 10%, 3% 10%)",
    "star": "polygon(50% 2%, 63% 36%, 98% 38%, 70% 60%, 80% 95%, 50% 75%, 20% 95%, 30% 60%, 2% 38%, 37% 36%)",
    "x": (
        "polygon(20% 5%, 50% 35%, 80% 5%, 95% 20%, 65% 50%, 95% 80%, "
        "80% 95%, 50% 65%, 20% 95%, 5% 80%, 35% 50%, 5% 20%)"
    ),
    "pentagon": "polygon(50% 4%, 97% 39%, 79% 94%, 21% 94%, 3% 39%)",
}
"""By the names of `CLASS_MARKS`, as CSS cuts them out: Streamlit takes pictures out of what it is given as HTML."""

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
    # As the trace draws it: filled, with an outline that stands out against the page.
    outline, fill = CLASS_INKS[theme][symbol], CLASS_COLOURS[theme][symbol]
    return f'<i class="mark" style="background:{outline};--fill:{fill};clip-path:{shape}"></i>'


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
