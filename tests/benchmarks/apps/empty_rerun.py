"""The least that Streamlit can do at a click: the yardstick of a reaction that needs the server."""

import streamlit as st

st.session_state.runs = st.session_state.get("runs", 0) + 1
st.button("Run again")
st.text(st.session_state.runs)
