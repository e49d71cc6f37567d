"""ECG beats: the frame of every page. Run with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from ecgmodel.errors import EcgModelError
from pages.caches.listing import look_anew
from pages.caches.models import model_names
from pages.caches.records import default_record_name, record_names
from pages.caches.start import begin
from pages.session import address, visitor
from pages.ui import blocks, frame, sidebar
from pages.ui.text import t

ASSETS = Path(__file__).parent / "assets"

frame.come_in_again()
look_anew()
address.read(record_names(), model_names(), default_record_name())
page = st.navigation(frame.app_pages())
st.set_page_config(
    page_title=t("{page} - ECG beats", page=page.title), page_icon=str(ASSETS / "icon.svg"), layout="wide"
)
st.html(ASSETS / "app.css")
blocks.translate_streamlit()
sidebar.show_sidebar(visitor.own("upload").get("shown") if page.url_path == "upload" else None)
begin()
problems = st.container()
with problems:
    blocks.show_problems()
ended = True
try:
    page.run()
except EcgModelError as error:  # such as a model whose file went while the page was looking at it
    blocks.show_error(error)
except RerunException:  # the next run is told the address of this one, and would take it for the visitor's wish
    ended = False
    raise
finally:  # a page may end itself early
    if ended:
        with problems:
            blocks.show_problems()  # what only the page could find
        address.write()
