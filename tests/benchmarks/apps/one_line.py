"""The yardstick of the start: a Streamlit page of one line."""

import streamlit as st

st.write("Hello")
