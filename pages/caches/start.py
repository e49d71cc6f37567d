"""What is done once, after the app has started."""

from __future__ import annotations

import streamlit as st

from ecgmodel.private_folder import remove_leftovers
from pages.caches.trainings import resume_trainings


def begin() -> None:
    """Remove what a killed process left of visitors' files, and go on with the trainings that its end interrupted."""
    _remove_leftovers()
    resume_trainings()


@st.cache_resource(show_spinner=False)
def _remove_leftovers() -> None:
    remove_leftovers()
