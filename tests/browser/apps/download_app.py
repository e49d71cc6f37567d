"""A file to take home, on a page a part of which runs again and again, as the Train page does."""

import os
from pathlib import Path

import streamlit as st

from pages.ui.downloads import offer_file

TICKS = Path(os.environ["TICKS"])


@st.fragment(run_every=0.1)
def tick() -> None:
    """Count the runs."""
    with TICKS.open("a") as file:
        file.write(".")


offer_file("Beats", lambda: "time_s,class\n0.5,N\n", "beats.csv", "text/csv")
tick()
