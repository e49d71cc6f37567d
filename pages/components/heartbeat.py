"""The heartbeat that runs through the network on the start page: a figure of plain JavaScript."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.figures.gates import gate_table, state_table
from ecgmodel.labels import CLASS_NAMES, CLASSES
from pages.components.packets import FIGURE_FILES, join_code, pack_stamped, read_asset
from pages.ui.text import look_up, t

CODE_FILES = (*FIGURE_FILES, "shared/icons.js", "start/heartbeat.js", "learn/learn.js")
"""The files of the figure in the order in which they are joined into one module."""

KEY = "start.heartbeat"


def show_heartbeat(fields: dict[str, object], arrays: dict[str, np.ndarray]) -> None:
    """Show what the network computes of a heartbeat, one layer after the other.

    Parameters
    ----------
    fields : dict
        What JSON can hold: `fs`, `r_sample`, `marks`, `layers`, `n_steps`, `step_stride`, `units`, `readout_step`.
    arrays : dict of str to ndarray
        `lead`, `map_0` ..., `r`, `z`, `h`, `probabilities`.
    """
    described = {
        "kind": "heartbeat",
        "controls": True,
        "text": _words(),
        "classes": CLASSES,
        "other": palette.OTHER_COLOUR,
        "palette": palette.CLASS_INKS,
        "paper": {theme: asdict(paper) for theme, paper in palette.PAPER.items()},
        **fields,
    }
    tables = {
        "gate_table": gate_table().ravel(),
        "state_light": state_table("light").ravel(),
        "state_dark": state_table("dark").ravel(),
    }
    _heartbeat(key=KEY, data=pack_stamped(KEY, described, arrays | tables).data)


def _words() -> dict[str, object]:
    return {
        "play": t("Play"),
        "pause": t("Pause"),
        "time": t("Moment of the animation"),
        "experts": t("experts"),
        "beat": t("Heartbeat"),
        "lead": t("lead MLII"),
        "conv": t("Convolution {n}", n="{n}"),
        "filters": t("{n} filters", n="{n}"),
        "r": t("reset gate"),
        "z": t("update gate"),
        "h": t("memory"),
        "answer": t("What the model says"),
        "classes": {symbol: look_up(name) for symbol, name in CLASS_NAMES.items()},
        "verdict": t("The experts say: {symbol}, {name}.", symbol="{symbol}", name="{name}"),
        "say_beat": t("A real heartbeat, with its neighbours, from record 208. What is the one with the frame?"),
        "say_conv": t(
            "Convolution {n}: {filters} filters slide along and answer wherever they meet their pattern.",
            n="{n}",
            filters="{filters}",
        ),
        "say_gates": t(
            "Step {step} of {n}: the gates decide what the memory forgets and what it takes in.",
            step="{step}",
            n="{n}",
        ),
        "say_answer": t(
            "The last step is the answer: {symbol}, {name}, {share}.", symbol="{symbol}", name="{name}", share="{share}"
        ),
    }


_heartbeat = st.components.v2.component(
    "ecg_heartbeat",
    js=join_code(CODE_FILES),
    css=read_asset("learn/figure.css") + read_asset("start/heartbeat.css"),
    isolate_styles=True,
)
