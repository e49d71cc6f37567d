"""A tachogram in Plotly: how long each RR interval lasts, against the time at which it ends."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ecgmodel.figures.palette import Theme

HEIGHT = 320
_COLOURS = {"light": "#0072B2", "dark": "#56B4E9"}


def draw_tachogram(rr_s: np.ndarray, words: Mapping[str, str], theme: Theme = "light") -> go.Figure:
    """Draw RR intervals as steps.

    Parameters
    ----------
    rr_s : ndarray of shape (n,), float64
        In seconds, in the order of time.
    words : mapping of str to str
        For "title", "x" and "y", in the reader's language.
    theme : {"light", "dark"}
    """
    figure = go.Figure()
    figure.add_scattergl(
        x=np.cumsum(rr_s), y=rr_s, mode="lines+markers", line={"color": _COLOURS[theme], "width": 1}, marker={"size": 3}
    )
    figure.update_layout(
        title={"text": words["title"], "font": {"size": 14}, "x": 0, "xanchor": "left"},
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        showlegend=False,
    )
    figure.update_xaxes(title_text=words["x"])
    figure.update_yaxes(title_text=words["y"])
    return figure
