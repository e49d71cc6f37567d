"""A few seconds of one lead on ECG paper, as an SVG that fills its container's width, with a mark above one beat."""

from __future__ import annotations

import base64
from html import escape

import numpy as np

from ecgmodel.figures.palette import PAPER, Theme
from ecgmodel.figures.rendering import render

MM_A_SECOND = 25.0
MM_A_MV = 10.0
LEAST_MM = 26
MOST_MM = 44
MARGIN_MM = 4.0


def draw_beat_strip(signal: np.ndarray, fs: float, r_sample: int, *, theme: Theme, accent: str) -> str:
    """Return the drawing, in the proportions of 25 mm/s and 10 mm/mV.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32
        In mV.
    fs : float
        In Hz.
    r_sample : int
        The marked beat, in samples of `signal`.
    theme : {"light", "dark"}
    accent : str
        Colour of the mark.
    """
    width = round(len(signal) / fs * MM_A_SECOND, 1)
    low, high = float(signal.min()), float(signal.max())
    height = int(np.clip(np.ceil((high - low) * MM_A_MV + 2 * MARGIN_MM), LEAST_MM, MOST_MM))
    x = np.arange(len(signal)) / fs * MM_A_SECOND
    y = np.clip(height / 2 - (signal - (low + high) / 2) * MM_A_MV, 0.5, height - 0.5)
    points = np.rint(np.stack([x, y], axis=1) * 100).astype(int)  # hundredths of a millimetre
    points = points[np.r_[True, np.any(np.diff(points, axis=0) != 0, axis=1)]]
    line = "M" + "L".join(f"{a / 100:g} {b / 100:g}" for a, b in points)
    return render(
        "beat_strip.svg",
        width=width,
        height=height,
        paper=PAPER[theme],
        accent=accent,
        fine=_grid(width, height, 1),
        bold=_grid(width, height, 5),
        r_x=round(r_sample / fs * MM_A_SECOND, 1),
        line=line,
    )


def _grid(width: float, height: int, every: int) -> str:
    across = "".join(f"M{x} 0V{height}" for x in range(0, int(width) + 1, every))
    return across + "".join(f"M0 {y}H{width:g}" for y in range(0, height + 1, every))


def as_image(svg: str, label: str) -> str:
    """Return an SVG as an HTML image, since Streamlit strips inline drawings from HTML.

    Parameters
    ----------
    svg : str
    label : str
        What a screen reader says.
    """
    data = base64.b64encode(svg.encode()).decode("ascii")
    return f'<img alt="{escape(label)}" src="data:image/svg+xml;base64,{data}">'
