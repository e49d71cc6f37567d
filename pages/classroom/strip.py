"""The stretch of a record in which a class names one beat."""

from __future__ import annotations

import streamlit as st

from ecgmodel.classroom.beats import WINDOW_S, BeatToName
from ecgmodel.figures.beat_strip import as_image, draw_beat_strip
from pages.ui.text import t


def draw_beat(beat: BeatToName) -> str:
    """Return the drawing of a beat as HTML, in the visitor's theme."""
    dark = st.context.theme.type == "dark"
    drawing = draw_beat_strip(
        beat.signal,
        beat.fs,
        round(WINDOW_S[0] * beat.fs),
        theme="dark" if dark else "light",
        accent="#56B4E9" if dark else "#0072B2",
    )
    return as_image(drawing, t("Four seconds of an ECG; the beat to name is marked"))
