"""The yardstick of a dropped file: a page that only says how many bytes it has."""

import streamlit as st

for file in st.file_uploader("files", accept_multiple_files=True):
    st.write(f"{file.name} has {len(file.getvalue())} bytes")
