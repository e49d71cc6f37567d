"""Three ways into the app."""

from __future__ import annotations

import streamlit as st

from pages.ui.text import t
from pages.ui.tour import offer_tour


def show_doors() -> None:
    """Show the ways in, and the tour."""
    doors = (
        (
            "pages/learn/page.py",
            t("Learn"),
            t("The course: short chapters, each with a figure to touch and questions."),
        ),
        (
            "pages/predict/page.py",
            t("Watch the model"),
            t("A record runs as on a monitor, and the model names beat after beat below the experts."),
        ),
        (
            "pages/upload/page.py",
            t("My own ECG"),
            t("A file from a watch, a chest strap or a laboratory. It stays in memory and is never saved."),
        ),
    )
    with st.container(key="start_doors"):
        for column, (page, name, text) in zip(st.columns(len(doors), gap="medium"), doors, strict=True):
            with column, st.container(border=True, height="stretch"):
                st.page_link(page, label=f"**{name}** :material/arrow_forward:")
                st.markdown(text)
    offer_tour()
