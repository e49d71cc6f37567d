"""ECG beats: the frame of every page. Run with `streamlit run app.py`."""

import streamlit as st

from pages.ui import cache, sidebar, state
from pages.ui.text import t

state.read_address(cache.record_names(), cache.model_names(), cache.default_record_name())
st.set_page_config(page_title=t("ECG beats"), page_icon=":material/ecg_heart:", layout="wide")
page = st.navigation(
    [
        st.Page("pages/records.py", title=t("Records"), icon=":material/ecg:", default=True),
        st.Page("pages/predict.py", title=t("Predict"), icon=":material/labs:", url_path="predict"),
    ]
)
sidebar.show_sidebar()
page.run()
state.write_address()
