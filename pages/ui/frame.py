"""The pages of the app."""

from __future__ import annotations

import json
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

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


def come_in_again() -> None:
    """Load the page anew where Streamlit took this app for one without `st.navigation`; `app.py` calls this first.

    Until `st.navigation` has run once in a process, Streamlit takes any folder called `pages` for its own kind of
    pages, even where no page file lies in it. So the first visit after a start, if it is by the address of a page, is
    told that there is no such page, in a dialog that only a new load takes away.
    """
    asked = st.context.url or ""
    if PagesManager.uses_pages_directory and urlsplit(asked).path.strip("/"):
        PagesManager.uses_pages_directory = False
        query = urlencode(st.query_params.to_dict())
        address = json.dumps(f"/{urlsplit(asked).path.strip('/')}?{query}").replace("<", "\\u003c")
        # By its full address: the browser has put that of the first page there meanwhile.
        st.html(f"<script>window.location.replace({address})</script>", unsafe_allow_javascript=True)
        st.stop()
