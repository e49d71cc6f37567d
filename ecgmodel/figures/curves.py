"""Curves of an evaluation in Plotly: training, thresholds, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ecgmodel.evaluation.operating_curves import ClassCurve, ReliabilityBin, RiskCurve
from ecgmodel.figures.palette import CLASS_INKS, CLASS_MARKS, OTHER_COLOUR, Theme
from ecgmodel.training.run_folder import EpochResult

HEIGHT = 320
_MARGIN = {"l": 10, "r": 10, "t": 34, "b": 10}
_DASHES = ("solid", "dash", "dot", "dashdot")
_MOST_MARKS = 6


def draw_training(runs: Mapping[str, Sequence[EpochResult]], what: str, words: Mapping[str, str]) -> go.Figure:
    """Draw loss or accuracy against the epoch.

    Parameters
    ----------
    runs : mapping of str to sequence of EpochResult
        Epochs by the name of their run, as the legend shows it.
    what : {"loss", "accuracy"}
    words : mapping of str to str
        For "title", "epoch", "training" and "validation", in the reader's language.
    """
    figure = go.Figure()
    for number, (name, epochs) in enumerate(runs.items()):
        x = [epoch.epoch for epoch in epochs]
        for kind, prefix, colour in (("training", "", OTHER_COLOUR), ("validation", "validation_", "#0072B2")):
            y = [getattr(epoch, f"{prefix}{what}") for epoch in epochs]
            if np.isnan(y).all():  # trained without a validation part
                continue
            figure.add_scatter(
                x=x,
                y=y,
                name=f"{name} · {words[kind]}" if name else words[kind],
                mode="lines",
                line={"color": colour, "dash": _DASHES[number % len(_DASHES)], "width": 1.6},
            )
    _lay_out(figure, words["title"], words["epoch"], "")
    if what == "accuracy":
        figure.update_yaxes(tickformat=".0%")
    return figure


def draw_roc(curves: Mapping[str, ClassCurve], words: Mapping[str, str], theme: Theme = "light") -> go.Figure:
    """Draw sensitivity against 1 - specificity, a line a class; `words` for "title", "x", "y"."""
    figure = go.Figure()
    _diagonal(figure)
    for symbol, curve in curves.items():
        _add_class(figure, symbol, curve.roc, f"{symbol} · AUC {curve.auc:.4f}", theme)
    _lay_out(figure, words["title"], words["x"], words["y"])
    _as_shares(figure)
    return figure


def draw_precision_recall(
    curves: Mapping[str, ClassCurve], words: Mapping[str, str], theme: Theme = "light"
) -> go.Figure:
    """Draw positive predictivity against sensitivity, a line a class; `words` for "title", "x", "y"."""
    figure = go.Figure()
    for symbol, curve in curves.items():
        _add_class(figure, symbol, curve.precision_recall, f"{symbol} · AP {curve.average_precision:.3f}", theme)
    _lay_out(figure, words["title"], words["x"], words["y"])
    _as_shares(figure)
    return figure


def draw_reliability(tenths: Sequence[ReliabilityBin], words: Mapping[str, str]) -> go.Figure:
    """Draw how often answers are right in each tenth of probability; `words` for "title", "x", "y", "segments"."""
    figure = go.Figure()
    _diagonal(figure)
    most = max((tenth.n for tenth in tenths), default=1)
    figure.add_scatter(
        x=[tenth.confidence for tenth in tenths],
        y=[tenth.accuracy for tenth in tenths],
        mode="lines+markers",
        line={"color": "#0072B2", "width": 1.6},
        marker={"size": [6 + 16 * (tenth.n / most) ** 0.5 for tenth in tenths], "color": "#0072B2", "opacity": 0.75},
        customdata=[tenth.n for tenth in tenths],
        hovertemplate="%{x:.1%} → %{y:.1%}<br>%{customdata:,} " + words["segments"] + "<extra></extra>",
        showlegend=False,
    )
    _lay_out(figure, words["title"], words["x"], words["y"])
    _as_shares(figure)
    return figure


def draw_risk(curve: RiskCurve, marked: tuple[float, float], words: Mapping[str, str]) -> go.Figure:
    """Draw the errors that remain against the share of answers withheld.

    Parameters
    ----------
    curve : RiskCurve
    marked : tuple of (float, float)
        Share withheld and error rate of the point to mark.
    words : mapping of str to str
        For "title", "x", "y" and "threshold", in the reader's language.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=curve.withheld,
        y=curve.errors,
        mode="lines",
        line={"color": "#0072B2", "width": 1.8},
        customdata=curve.threshold,
        hovertemplate="%{x:.1%} → %{y:.1%}<br>" + words["threshold"] + " %{customdata:.2f}<extra></extra>",
        showlegend=False,
    )
    figure.add_scatter(
        x=[marked[0]],
        y=[marked[1]],
        mode="markers",
        marker={"color": "#D55E00", "size": 10, "symbol": "diamond"},
        hoverinfo="skip",
        showlegend=False,
    )
    _lay_out(figure, words["title"], words["x"], words["y"])
    figure.update_xaxes(range=[-0.01, 0.51], tickformat=".0%", dtick=0.1)
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure


def _add_class(figure: go.Figure, symbol: str, points: Sequence[tuple[float, float]], name: str, theme: Theme) -> None:
    x, y = zip(*points, strict=True)
    # Marks beside the colour, few enough to leave the line alone.
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": CLASS_INKS[theme][symbol], "width": 1.6},
        marker={"symbol": CLASS_MARKS[symbol], "size": 7, "maxdisplayed": _MOST_MARKS},
    )


def _diagonal(figure: go.Figure) -> None:
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )


def _as_shares(figure: go.Figure) -> None:
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", dtick=0.2)
    figure.update_yaxes(range=[-0.01, 1.01], tickformat=".0%", dtick=0.2)


def _lay_out(figure: go.Figure, title: str, x: str, y: str) -> None:
    figure.update_layout(
        title={"text": title, "font": {"size": 14}, "x": 0, "xanchor": "left"},
        height=HEIGHT,
        margin=_MARGIN,
        legend={"orientation": "h", "y": -0.28},
        hovermode="closest",
    )
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
