"""For teachers: the papers of a lesson, beside the chapters that it shows."""

from __future__ import annotations

import streamlit as st

from pages.ui.lesson_plan import choose_minutes, offer_papers
from pages.ui.text import t


def show_teachers() -> None:
    """Offer plan, worksheet and key of a lesson of 10, 45 or 90 minutes."""
    with st.expander(t("For teachers: a lesson ready to give"), icon=":material/co_present:"):
        st.markdown(
            t(
                "Up to five scenes (beat, convolution, gate, what-if, split), each a link into this app, with notes; a "
                "worksheet to print; and its key, computed from the shipped model and its results."
            )
        )
        offer_papers(choose_minutes())
        st.page_link("pages/classroom/page.py", label=t("Class room"), icon=":material/groups:")
