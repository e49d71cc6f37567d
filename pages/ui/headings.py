"""What stands above every page: its name, what it is for in one line, and the first thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from pages.ui.text import t


@dataclass(frozen=True, slots=True)
class Heading:
    """What a page says of itself.

    Attributes
    ----------
    purpose : str
        One sentence.
    first_step : str
        One sentence, too, on what can be touched at once.
    """

    purpose: str
    first_step: str


def find_heading(page: str) -> Heading | None:
    """Return the heading of the page at an address; `None` for a page that has its own."""
    return {
        "learn": Heading(
            t("The course, from one heartbeat to the gates of a recurrent cell."),
            t("Touch the figure; the text beside it says what you see."),
        ),
        "records": Heading(
            t("ECG records with the experts' label on every beat."), t("Press Next V to jump to a ventricular beat.")
        ),
        "predict": Heading(
            t("The model names every beat, below the experts' labels."), t("Watch the trace run, then click a beat.")
        ),
        "gates": Heading(
            t("Every number in the recurrent cell while it reads one beat."),
            t("Point at a step of the heat maps, or press play."),
        ),
        "train": Heading(t("Train a network and watch it learn."), t("Press Train; the curves grow as it learns.")),
        "evaluate": Heading(
            t("How good a network is, above all on people it has never seen."),
            t("Click a cell of a matrix to see its beats."),
        ),
        "upload": Heading(
            t("Your own ECG, from a watch, a chest strap or a laboratory."), t("Drop a file, or try a sample.")
        ),
        "annotate": Heading(
            t("Label beats by hand, and see how far two people agree."), t("Press Annotate this record.")
        ),
        "cards": Heading(
            t("What each model was made of, what it reached, and what it must not be used for."),
            t("Choose a model."),
        ),
    }.get(page)


def show_heading(page: str, title: str) -> None:
    """Show the name of a page as its h1, and what it says of itself behind; nothing above one that does so itself."""
    heading = find_heading(page)
    if heading is not None:
        st.html(
            f'<div class="page-heading"><h1>{escape(title)}</h1>'
            f"<p>{escape(heading.purpose)} <strong>{escape(heading.first_step)}</strong></p></div>"
        )
