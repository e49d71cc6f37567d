"""Colours and marks of classes, gates, states and ECG paper; every figure and the trace read them here.

The colours of the five classes are those of Okabe & Ito (https://jfly.uni-koeln.de/color/), which stay apart for
colour-blind eyes; those of F, Q and S were chosen to lie as far from them and from each other, seen with any kind of
colour blindness (Machado et al. 2009, doi 10.1109/TVCG.2009.113), as these do. Each symbol with a colour also has a
mark, so that colour never carries a meaning alone. Other symbols are grey, and written as letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

CLASS_COLOURS: dict[Theme, dict[str, str]] = {
    "light": {
        "N": "#0072B2",
        "L": "#009E73",
        "R": "#CC79A7",
        "A": "#E69F00",
        "V": "#D55E00",
        "F": "#6A1FD0",
        "Q": "#4A1030",
        "S": "#4D4400",
    },
    "dark": {
        "N": "#56B4E9",
        "L": "#009E73",
        "R": "#CC79A7",
        "A": "#E69F00",
        "V": "#D55E00",
        "F": "#9B7BFF",
        "Q": "#B5FFA6",
        "S": "#FFF04D",
    },
}
"""Fill of marks and areas that have an outline, or letters, beside it."""

CLASS_INKS: dict[Theme, dict[str, str]] = {
    "light": CLASS_COLOURS["light"] | {"L": "#007F5D", "R": "#B64584", "A": "#946700", "V": "#B65000"},
    "dark": CLASS_COLOURS["dark"] | {"V": "#DD6100"},
}
"""Letters, outlines, lines and small marks in the colour of their class: 4.5:1 at least on the page and on the paper
(WCAG 1.4.3, 1.4.11)."""

OTHER_COLOUR = "#7F7F7F"
"""Symbols without a colour of their own."""

CLASS_MARKS = {
    "N": "circle",
    "L": "triangle-down",
    "R": "triangle-up",
    "A": "diamond",
    "V": "square",
    "F": "star",
    "Q": "x",
    "S": "pentagon",
}
"""Names of Plotly's marker symbols; the trace draws the same shapes."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Colours of ECG paper.

    Attributes
    ----------
    background, fine, bold : str
        The sheet, its 1 mm lines and its 5 mm lines.
    ink : str
        The trace.
    """

    background: str
    fine: str
    bold: str
    ink: str


PAPER: dict[Theme, Paper] = {
    "light": Paper(background="#FFFBF8", fine="#F6DDD6", bold="#E9B8AB", ink="#20242A"),
    "dark": Paper(background="#0F141A", fine="#1C2630", bold="#2C3A47", ink="#DCE6EE"),
}

STATE_SCALES: dict[Theme, tuple[tuple[float, str], ...]] = {
    "light": ((0.0, "#2166AC"), (0.25, "#92C5DE"), (0.5, "#FFFFFF"), (0.75, "#F4A582"), (1.0, "#B2182B")),
    "dark": ((0.0, "#6BAED6"), (0.25, "#2A5F8A"), (0.5, "#000000"), (0.75, "#9C4A33"), (1.0, "#F4A582")),
}
"""Diverging maps of a state, -1 to 1, in Plotly's form; 0 is the ground of the page: white in light, black in dark."""
