"""Small pieces that pages share: an error as text, quiet captions, the caption of a source."""

from __future__ import annotations

import streamlit as st

from ecgmodel.errors import EcgModelError
from pages.ui.text import error_text, t


def show_error(error: EcgModelError) -> None:
    """Show what an error says, in the visitor's language."""
    st.warning(error_text(error), icon=":material/info:")


def show_not_a_medical_device() -> None:
    """Say what every page with a result says."""
    st.caption(t("For teaching and research. Not a medical device."))
