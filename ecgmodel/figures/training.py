"""Figures of a training in Plotly: its curves, alone or beside others', its gradients, and segments that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgmodel.figures.palette import CLASS_INKS, OTHER_COLOUR, Theme
from ecgmodel.segments.dataset import MODEL_FS
from ecgmodel.training.run_folder import EpochResult

RUN_CLASSES = ("N", "V", "L", "R", "A")
"""Classes whose colours the runs take, in this order."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MAX_RUNS = len(DASHES)
LAYER_CLASSES = ("N", "A", "L", "V", "R")
FONT_SIZE = 13


@dataclass(frozen=True, slots=True)
class CurveWords:
    """The texts of a figure of curves, in the reader's language."""

    epoch: str
    loss: str
    accuracy: str
    learning_rate: str
    train: str
    validation: str


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The epochs of one run, under its name."""

    name: str
    epochs: Sequence[EpochResult]
    n_epochs: int


@dataclass(frozen=True, slots=True, eq=False)
class ExampleSegment:
    """A segment to be drawn.

    Attributes
    ----------
    symbol : str
        Its class, which is written above it.
    record : str
    signal : ndarray of shape (n_samples,), float32
        Standardised.
    length : int
        Samples before the padding begins.
    """

    symbol: str
    record: str
    signal: np.ndarray
    length: int


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Return exponentially weighted means as TensorBoard draws them, corrected for the bias of the first values.

    Parameters
    ----------
    values : sequence of float
    weight : float
        Weight of all earlier values; 0 returns the values as they are.
    """
    mean, norm, means = 0.0, 0.0, []
    for value in values:
        if np.isfinite(value):
            mean, norm = weight * mean + (1 - weight) * value, weight * norm + (1 - weight)
        means.append(mean / norm if norm and np.isfinite(value) else value)
    return means


def draw_curves(runs: Sequence[Curves], words: CurveWords, theme: Theme, smoothing: float = 0.0) -> go.Figure:
    """Draw loss, accuracy and learning rate over the epochs; a thin line is training, a bold one validation.

    Parameters
    ----------
    runs : sequence of Curves
        At most `MAX_RUNS`; each has its colour and its dashes.
    words : CurveWords
    theme : {"light", "dark"}
    smoothing : float
        As `weight` in `smooth`; the values themselves are then drawn faintly behind the mean.
    """
    figure = make_subplots(
        rows=1,
        cols=3,
        column_widths=(0.4, 0.4, 0.2),
        horizontal_spacing=0.08,
        subplot_titles=(words.loss, words.accuracy, words.learning_rate),
    )
    for place, run in enumerate(runs):
        _add_run(figure, run, place, words, theme, smoothing, alone=len(runs) == 1)
    last = max((run.n_epochs for run in runs), default=1)
    figure.update_xaxes(title_text=words.epoch, range=(0.5, max(last, 2) + 0.5), title_standoff=4)
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    figure.update_yaxes(ticksuffix=" %", row=1, col=2)
    figure.update_yaxes(rangemode="tozero", exponentformat="power", row=1, col=3)
    figure.update_xaxes(nticks=4, tickangle=0)
    figure.update_layout(
        height=270 if len(runs) == 1 else 300 + 20 * len(runs),
        showlegend=len(runs) > 1,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.22, "x": 0, "xanchor": "left"},
        uirevision="curves",  # a zoom stays while the curves grow
    )
    figure.update_annotations(font_size=FONT_SIZE)
    return figure


def _add_run(
    figure: go.Figure, run: Curves, place: int, words: CurveWords, theme: Theme, smoothing: float, *, alone: bool
) -> None:
    """Add the lines of the run at a place among those compared; of one run alone, training is grey."""
    colour = CLASS_INKS[theme][RUN_CLASSES[place]]
    faint = OTHER_COLOUR if alone else colour
    prefix = "" if alone else f"{run.name}: "
    x = [epoch.epoch for epoch in run.epochs]
    lines = (
        (1, prefix + words.train, [epoch.loss for epoch in run.epochs], faint, 1.3),
        (1, prefix + words.validation, [epoch.validation_loss for epoch in run.epochs], colour, 2.6),
        (2, prefix + words.train, [100 * epoch.accuracy for epoch in run.epochs], faint, 1.3),
        (2, prefix + words.validation, [100 * epoch.validation_accuracy for epoch in run.epochs], colour, 2.6),
        (3, prefix + words.learning_rate, [epoch.learning_rate for epoch in run.epochs], colour, 1.3),
    )
    for column, name, y, line, width in lines:
        if smoothing and column < 3:
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line={"color": line, "width": 1},
                opacity=0.3,
                hoverinfo="skip",
                showlegend=False,
                row=1,
                col=column,
            )
        figure.add_scatter(
            x=x,
            y=smooth(y, smoothing) if column < 3 else y,
            name=name,
            mode="lines+markers" if len(x) < 2 else "lines",
            line={"color": line, "width": width, "dash": DASHES[place]},
            legendgroup=f"{place}.{name}",
            showlegend=column == 1,
            hovertemplate="%{y:.4g}" if column != 2 else "%{y:.2f}%",
            row=1,
            col=column,
        )


def draw_gradients(run: Curves, norm_word: str, epoch_word: str, theme: Theme) -> go.Figure:
    """Draw the gradient norm of each layer over the epochs, the first layer solid; the axis is logarithmic."""
    layers = tuple(dict.fromkeys(layer for epoch in run.epochs for layer in epoch.gradient_norms))
    figure = go.Figure()
    for place, layer in enumerate(layers):
        figure.add_scatter(
            x=[epoch.epoch for epoch in run.epochs],
            y=[epoch.gradient_norms.get(layer) for epoch in run.epochs],
            name=layer,
            mode="lines+markers" if len(run.epochs) < 2 else "lines",
            line={
                "color": CLASS_INKS[theme][LAYER_CLASSES[place % len(LAYER_CLASSES)]],
                "width": 1.8,
                "dash": DASHES[place // len(LAYER_CLASSES) % len(DASHES)],
            },
            hovertemplate="%{y:.3g}",
        )
    figure.update_xaxes(title_text=epoch_word, range=(0.5, max(run.n_epochs, 2) + 0.5), title_standoff=4)
    figure.update_yaxes(title_text=norm_word, type="log", exponentformat="power")
    figure.update_layout(
        height=270, showlegend=True, margin={"l": 8, "r": 8, "t": 8, "b": 8}, hovermode="x unified", uirevision="norms"
    )
    return figure


def draw_examples(examples: Sequence[ExampleSegment], seconds_word: str, theme: Theme) -> go.Figure:
    """Draw a segment of each class side by side, with the padding shaded."""
    figure = make_subplots(
        rows=1,
        cols=len(examples),
        shared_yaxes=True,
        horizontal_spacing=0.015,
        subplot_titles=[example.symbol for example in examples],
    )
    for column, example in enumerate(examples, start=1):
        seconds = np.arange(len(example.signal)) / MODEL_FS
        figure.add_scatter(
            x=seconds,
            y=example.signal,
            mode="lines",
            line={"color": CLASS_INKS[theme][example.symbol], "width": 1.2},
            hoverinfo="skip",
            row=1,
            col=column,
        )
        if example.length < len(example.signal):
            figure.add_vrect(
                x0=example.length / MODEL_FS,
                x1=len(example.signal) / MODEL_FS,
                fillcolor=OTHER_COLOUR,
                opacity=0.15,
                line_width=0,
                row=1,
                col=column,
            )
    figure.update_xaxes(title_text=seconds_word, title_standoff=2, nticks=4)
    figure.update_yaxes(showticklabels=False, zeroline=False)
    figure.update_layout(height=190, margin={"l": 4, "r": 4, "t": 24, "b": 4}, showlegend=False, dragmode=False)
    figure.update_annotations(font_size=FONT_SIZE)
    return figure
