"""Noise stress in Plotly: what is found, against the signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import plotly.graph_objects as go

from ecgmodel.evaluation.noise_stress import NoiseStress, StressPoint

HEIGHT = 340
_COLOURS = {"bw": "#0072B2", "em": "#D55E00", "ma": "#009E73"}
_MARKS = {"bw": "circle", "em": "square", "ma": "diamond"}


def draw_noise(
    found: NoiseStress,
    figures: Mapping[str, Callable[[StressPoint], float]],
    names: Mapping[str, str],
    words: Mapping[str, str],
) -> go.Figure:
    """Draw figures against the signal-to-noise ratio, with the weakest noise on the left.

    Parameters
    ----------
    found : NoiseStress
    figures : mapping of str to callable
        By the name that stands below the title, the function that reads it from a point: the first is drawn solid, the
        second dashed.
    names : mapping of str to str
        Of the noises.
    words : mapping of str to str
        For "title", "x", "y" and "clean", in the reader's language.
    """
    figure = go.Figure()
    key = "    ".join(f"{stroke} {word}" for stroke, word in zip(("——", "····"), figures, strict=False))
    for dash, (word, read) in zip(("solid", "dot"), figures.items(), strict=False):
        clean = read(found.point(None, None))
        for noise in found.noises:
            levels = found.levels(noise)
            figure.add_scatter(
                x=[words["clean"], *(f"{level:g}".replace("-", "−") for level in levels)],
                y=[clean, *(read(found.point(noise, level)) for level in levels)],
                name=names[noise],
                showlegend=dash == "solid",
                mode="lines+markers",
                line={"color": _COLOURS[noise], "dash": dash, "width": 1.8},
                marker={"symbol": _MARKS[noise], "size": 6},
                hovertemplate="%{x} → %{y:.1%}<extra>" + f"{names[noise]} · {word}</extra>",
            )
    figure.update_layout(
        title={
            "text": f"{words['title']}<br><sup>{key}</sup>",
            "font": {"size": 14},
            "x": 0,
            "xanchor": "left",
        },
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 56, "b": 10},
        legend={"orientation": "h", "y": -0.38, "font": {"size": 11}},
        hovermode="closest",
    )
    figure.update_xaxes(title_text=words["x"], type="category")
    figure.update_yaxes(title_text=words["y"], range=[-0.02, 1.02], tickformat=".0%")
    return figure
