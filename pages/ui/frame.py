"""The pages of the app, and the way into them: always through `app.py`."""

from __future__ import annotations

import streamlit as st

from pages.session import place
from pages.ui.text import t


def app_pages() -> list[st.Page]:
    """Return the pages in the order of the sidebar, the first visit's page first.

    They have no icons: the browser would fetch a page's icon for its tab from the network.
    """
    return [
        st.Page("pages/records/page.py", title=t("Records"), url_path="start", default=True),
        st.Page("pages/predict/page.py", title=t("Predict"), url_path="predict"),
        st.Page("pages/gates/page.py", title=t("Gates"), url_path="gates"),
        st.Page("pages/train/page.py", title=t("Train"), url_path="train"),
        st.Page("pages/evaluate/page.py", title=t("Evaluate"), url_path="evaluate"),
        st.Page("pages/learn/page.py", title=t("Learn"), url_path="learn"),
        st.Page("pages/upload/page.py", title=t("Upload"), url_path="upload"),
        st.Page("pages/annotate/page.py", title=t("Annotate"), url_path="annotate"),
        st.Page(_go_to_records, title=t("Records"), url_path="records", visibility="hidden"),
    ]


def _go_to_records() -> None:
    """Lead an address that names the first page, as it names the others, to where Streamlit serves it: the root."""
    st.switch_page("pages/records/page.py", query_params=st.query_params.to_dict())


def enter_through_app() -> None:
    """Go through `app.py` where Streamlit ran a page without it; every page calls this first.

    Until `st.navigation` has been called once in the process, Streamlit takes the files of a folder called `pages` for
    pages of their own. So a link to a page that is the first visit after a start would miss the frame.
    """
    if not place.is_ready():
        st.navigation(app_pages(), position="hidden")
        st.rerun()
