"""RR intervals in Plotly: the tachogram, against time, and the Poincaré plot, each interval against the previous
one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go

from ecgmodel.figures.palette import CLASS_COLOURS, OTHER_COLOUR, PAPER, Theme
from ecgmodel.records.variability import NormalIntervals, Variability

HEIGHT = 320

MOST_DRAWN = 20_000
"""Up to this many points are drawn as SVG; more need WebGL, which a machine without a graphics card may lack."""


def draw_tachogram(
    rr_s: np.ndarray,
    words: Mapping[str, str],
    theme: Theme = "light",
    *,
    end_s: np.ndarray | None = None,
    counted: np.ndarray | None = None,
) -> go.Figure:
    """Draw RR intervals as steps.

    Parameters
    ----------
    rr_s : ndarray of shape (n,), float64
        In seconds, in the order of time; NaN, as across a gap, interrupts the line.
    words : mapping of str to str
        For "title", "x" and "y", and with `counted` for "counted" and "others", in the reader's language.
    theme : {"light", "dark"}
    end_s : ndarray of shape (n,), float64, or None
        End of each interval, in seconds; `None` where each begins where the previous one ends.
    counted : ndarray of shape (n,), bool, or None
        Which intervals are normal-to-normal; the others are drawn as grey points. `None` draws all alike.
    """
    end_s = np.cumsum(rr_s) if end_s is None else end_s
    colour = CLASS_COLOURS[theme]["N"]
    figure = go.Figure()
    add = _adder(figure, len(rr_s))
    add(
        x=end_s,
        y=rr_s if counted is None else np.where(counted, rr_s, np.nan),
        mode="lines+markers",
        line={"color": colour, "width": 1},
        marker={"size": 3},
        name=words.get("counted", ""),
    )
    if counted is not None and not counted.all():
        add(
            x=end_s[~counted],
            y=rr_s[~counted],
            mode="markers",
            marker={"size": 4, "color": OTHER_COLOUR, "symbol": "x"},
            name=words["others"],
        )
    _lay_out(figure, words)
    figure.update_layout(
        showlegend=counted is not None, legend={"orientation": "h", "y": 1.12, "x": 1, "xanchor": "right"}
    )
    return figure


def draw_poincare(
    intervals: NormalIntervals, found: Variability, words: Mapping[str, str], theme: Theme = "light"
) -> go.Figure:
    """Draw each normal-to-normal interval against the previous one, with the ellipse of SD1 and SD2.

    Parameters
    ----------
    intervals : NormalIntervals
    found : Variability
        Of these intervals.
    words : mapping of str to str
        For "title", "x" and "y", in the reader's language.
    theme : {"light", "dark"}
    """
    before, after = intervals.pairs_s
    colour, ink = CLASS_COLOURS[theme]["N"], PAPER[theme].ink
    low, high = float(min(before.min(), after.min())), float(max(before.max(), after.max()))
    margin = max(0.04 * (high - low), 0.02)
    ends = [low - margin, high + margin]
    figure = go.Figure()
    _adder(figure, len(before))(x=before, y=after, mode="markers", marker={"size": 4, "color": colour, "opacity": 0.5})
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"})
    x, y = _ellipse(float(before.mean()), float(after.mean()), found.sd1_ms / 1000, found.sd2_ms / 1000)
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": ink, "width": 1.5})
    _lay_out(figure, words)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(range=ends, constrain="domain")
    figure.update_yaxes(range=ends, scaleanchor="x")
    return figure


def _adder(figure: go.Figure, n_points: int) -> Callable[..., go.Figure]:
    return figure.add_scatter if n_points <= MOST_DRAWN else figure.add_scattergl


def _ellipse(x: float, y: float, sd1: float, sd2: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the ellipse about (x, y) with the half-axes `sd2` along the line of identity and `sd1` across it."""
    angle = np.linspace(0, 2 * np.pi, 73)
    along, across = sd2 * np.cos(angle) / np.sqrt(2), sd1 * np.sin(angle) / np.sqrt(2)
    return x + along - across, y + along + across


def _lay_out(figure: go.Figure, words: Mapping[str, str]) -> None:
    figure.update_layout(
        title={"text": words["title"], "font": {"size": 14}, "x": 0, "xanchor": "left"},
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
    )
    figure.update_xaxes(title_text=words["x"])
    figure.update_yaxes(title_text=words["y"])
