"""ECG beats: the frame of every page. Run with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from pages.caches.models import model_names
from pages.caches.records import default_record_name, record_names
from pages.caches.trainings import resume_trainings
from pages.session import address
from pages.ui import blocks, frame, sidebar
from pages.ui.text import t

ASSETS = Path(__file__).parent / "assets"

frame.come_in_again()
address.read(record_names(), model_names(), default_record_name())
page = st.navigation(frame.app_pages())
st.set_page_config(
    page_title=t("{page} - ECG beats", page=page.title), page_icon=str(ASSETS / "icon.svg"), layout="wide"
)
st.html(ASSETS / "app.css")
blocks.translate_streamlit()
sidebar.show_sidebar()
resume_trainings()
try:
    page.run()
finally:  # a page may end itself early
    address.write()
