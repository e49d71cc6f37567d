"""Start: one heartbeat on its way through the network, three ways in, what the signs mean, and the limits."""

from pathlib import Path

import streamlit as st

from pages.session import address
from pages.start.doors import show_doors
from pages.start.honesty import show_limits, show_sources
from pages.start.signs import show_signs
from pages.start.walk import show_walk
from pages.ui.text import t

if address.asks_for_a_place():  # a link from when the first page was the records'
    st.switch_page("pages/records/page.py", query_params=st.query_params.to_dict())

address.leave_place_out()

st.html(Path(__file__).parents[2] / "assets" / "start.css")
title = t("How a small neural network reads a heartbeat")
purpose = t("Watch one beat pass through convolutions and gates to an answer, then open every number of it.")
st.html(f'<div class="page-heading"><h1>{title}</h1><p>{purpose}</p></div>')
show_walk()
show_doors()
show_signs()
show_limits()
show_sources()
