"""The pages of the app, and the frame around each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from ecgmodel.errors import EcgModelError
from pages.caches.listing import look_anew
from pages.caches.models import keep_up_with_runs, model_names
from pages.caches.records import default_record_name, record_names
from pages.caches.start import begin
from pages.session import address, visitor
from pages.ui import blocks, document, headings, sidebar, tour
from pages.ui.text import t

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FIRST_PAGE = "start"
"""The room that Streamlit serves at the root."""


def show_page() -> None:
    """Run the page that the visitor is on, in its frame."""
    look_anew()
    address.read(record_names(), model_names(), default_record_name())
    keep_up_with_runs()
    page = st.navigation(app_pages())
    st.set_page_config(
        page_title=t("{page} - ECG beats", page=page.title), page_icon=str(ASSETS / "icon.svg"), layout="wide"
    )
    st.html(ASSETS / "app.css")
    document.tell_language()
    blocks.translate_streamlit()
    room = page.url_path or FIRST_PAGE
    if room == FIRST_PAGE:
        sidebar.show_bare_sidebar()
    else:
        sidebar.show_sidebar(visitor.own("upload").get("shown") if room == "upload" else None)
    begin()
    tour.show_tour(room)
    headings.show_heading(room, page.title)
    problems = st.container()
    with problems:
        blocks.show_problems()
    ended = True
    try:
        page.run()
    except EcgModelError as error:  # such as a model whose file vanished while the page was reading it
        blocks.show_error(error)
    except RerunException:  # the next run is told the address of this one, and would take it for the visitor's wish
        ended = False
        raise
    finally:  # a page may end itself early
        if ended:
            with problems:
                blocks.show_problems()  # what only the page could find
            address.write()


def app_pages() -> list[st.Page]:
    """Return the pages in the order of the sidebar, the first visit's page first.

    They have no icons: the browser would fetch a page's icon for its tab from the network.
    """
    return [
        st.Page("pages/start/page.py", title=t("Start"), url_path="home", default=True),
        st.Page("pages/learn/page.py", title=t("Learn"), url_path="learn"),
        st.Page("pages/records/page.py", title=t("Records"), url_path="records"),
        st.Page("pages/predict/page.py", title=t("Predict"), url_path="predict"),
        st.Page("pages/gates/page.py", title=t("Gates"), url_path="gates"),
        st.Page("pages/train/page.py", title=t("Train"), url_path="train"),
        st.Page("pages/evaluate/page.py", title=t("Evaluate"), url_path="evaluate"),
        st.Page("pages/upload/page.py", title=t("Upload"), url_path="upload"),
        st.Page("pages/annotate/page.py", title=t("Annotate"), url_path="annotate"),
        st.Page("pages/classroom/page.py", title=t("Class room"), url_path="class"),
        st.Page("pages/cards/page.py", title=t("Model cards"), url_path="cards", visibility="hidden"),
        st.Page(_go_to_start, title=t("Start"), url_path="start", visibility="hidden"),
    ]


def _go_to_start() -> None:
    """Lead an address that names the first page, as it names the others, to where Streamlit serves it: the root."""
    st.switch_page("pages/start/page.py", query_params=st.query_params.to_dict())
