"""Chapter 6: what a recurrent layer returns in Keras."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.network.inside.layer_outputs import LayerOutput, draw_cell, layer_outputs
from pages.components.figure import show_figure
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices
from pages.ui.text import t

SIZES = {"BATCH": (32, 1, 64), "STEPS": (10, 1, 50), "FEATURES": (8, 1, 16), "UNITS": (4, 1, 16)}
"""What to start with (the course's example), the least and the most."""

_KEY = "learn.shapes"


def title() -> str:
    """Return the title."""
    return t("What the layer returns in Keras")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "A recurrent layer in Keras ({keras}) reads a block of numbers with three axes: **batch**, **time "
            "steps**, **features**. Inside, it computes a state for every step. Two switches say what of it you get.",
            keras=cite("keras"),
        )
    )
    st.markdown(
        t(
            "- `return_sequences=False` (the default): the output of the last step only\n"
            "- `return_sequences=True`: the output of all steps\n"
            "- `return_state=True`: the last state as well, as a result of its own"
        )
    )
    st.markdown(
        t(
            "With the first switch off the time axis is gone. That is what a classifier wants that reads a beat to "
            "its end and then judges. On, it stays: for a second recurrent layer on top, or to look inside, as the "
            "Gates page does."
        )
    )
    st.markdown(
        t(
            "In a GRU the last state **is** the last output, so with `return_state` you see the same numbers twice. An "
            "LSTM has two states: $h$, which equals the last output, and the cell state $c$, which no other layer is "
            "given unless you ask. Compare the numbers in the figure; its steps count from 0, so the last of $T$ is "
            "$T - 1$."
        )
    )
    st.markdown(t("The Keras lines for what is chosen:"))
    st.code(keras_lines(), language="python", wrap_lines=True)


def show() -> None:
    """Show the figure."""
    if choices.shows_controls():
        _choose()
    cell, x, outputs = compute()
    names = {
        "last output": t("last output h(T−1)"),
        "all outputs": t("all outputs h(0) … h(T−1)"),
        "last state h": t("last state h"),
        "last state c": t("last state c"),
    }
    show_figure(
        "shapes",
        {
            "picture": t("The input and the results of the layer for one member of the batch"),
            "member": t("Member of the batch"),
            "input": t("input x"),
        },
        {
            "batch": x.shape[0],
            "steps": x.shape[1],
            "features": x.shape[2],
            "units": cell.units,
            "outputs": [{"name": names[part.meaning], "shape": part.values.shape} for part in outputs],
        },
        {
            "x": x.ravel(),
            **{f"output_{k}": np.ascontiguousarray(part.values).ravel() for k, part in enumerate(outputs)},
        },
    )
    st.caption(
        t(
            "Computed by our own recurrence with drawn weights; a test gives the same weights to Keras and compares "
            "all numbers."
        )
    )


def compute() -> tuple:
    """Return the cell, the input (batch, steps, features) and what the layer returns."""
    chosen = settings()
    cell = draw_cell(chosen["CELL"], chosen["FEATURES"], chosen["UNITS"], seed=0)
    shape = (chosen["BATCH"], chosen["STEPS"], chosen["FEATURES"])
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    outputs: tuple[LayerOutput, ...] = layer_outputs(cell, x, chosen["RETURN_SEQUENCES"], chosen["RETURN_STATE"])
    return cell, x, outputs


def keras_lines() -> str:
    """Return the lines of Keras that give the chosen results."""
    chosen = settings()
    gru = chosen["CELL"] == "gru"
    results = [
        "output",
        *(["h"] if chosen["RETURN_STATE"] else []),
        *(["c"] if chosen["RETURN_STATE"] and not gru else []),
    ]
    options = [
        str(chosen["UNITS"]),
        *([f"return_sequences={chosen['RETURN_SEQUENCES']}"] if chosen["RETURN_SEQUENCES"] else []),
        *([f"return_state={chosen['RETURN_STATE']}"] if chosen["RETURN_STATE"] else []),
        *(["reset_after=False"] if gru else []),
    ]
    shape = f"({chosen['BATCH']}, {chosen['STEPS']}, {chosen['FEATURES']})"
    return (
        "import keras\n\n"
        f"x = keras.random.normal({shape})\n"
        f"layer = keras.layers.{chosen['CELL'].upper()}({', '.join(options)})\n"
        f"{', '.join(results)} = layer(x)\n"
        f"print({', '.join(f'{name}.shape' for name in results)})"
    )


def settings() -> dict[str, object]:
    """Return what is chosen."""
    return choices.lesson_choice(
        _KEY,
        {name: size[0] for name, size in SIZES.items()}
        | {"CELL": "gru", "RETURN_SEQUENCES": True, "RETURN_STATE": True},
    )


def _choose() -> None:
    chosen = settings()
    names = {"BATCH": t("batch"), "STEPS": t("steps"), "FEATURES": t("features"), "UNITS": t("units")}
    columns = st.columns(4)
    for column, (name, (_start, least, most)) in zip(columns, SIZES.items(), strict=True):
        key = f"{_KEY}.{name}"
        st.session_state.setdefault(key, chosen[name])
        column.number_input(names[name], least, most, key=key, on_change=_take, args=(name, key))
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, shown in (("CELL", None), ("RETURN_SEQUENCES", "return_sequences"), ("RETURN_STATE", "return_state")):
            key = f"{_KEY}.{name}"
            st.session_state.setdefault(key, chosen[name])
            if shown is None:
                st.segmented_control(
                    t("Cell"),
                    ("gru", "lstm"),
                    format_func=str.upper,
                    key=key,
                    label_visibility="collapsed",
                    required=True,
                    on_change=_take,
                    args=(name, key),
                )
            else:
                st.toggle(f"`{shown}`", key=key, on_change=_take, args=(name, key))


def _take(name: str, key: str) -> None:
    choices.set_lesson_choice(_KEY, settings() | {name: st.session_state[key]})


def ask() -> tuple[Question, ...]:
    """Return the questions."""

    def shapes(sequences: bool, with_state: bool, kind: str = "gru") -> str:
        outputs = layer_outputs(draw_cell(kind, 8, 4), np.zeros((32, 10, 8), np.float32), sequences, with_state)
        return ", ".join(str(part.values.shape) for part in outputs)

    return (
        Question(
            "neither",
            t("An input of shape (32, 10, 8) goes into GRU(4), both switches off. What comes out?"),
            Answer(shapes(False, False), t("The last step's output only: one row of four numbers for each of the 32.")),
            (
                Answer(shapes(True, False), t("That is every step's output: `return_sequences=True`.")),
                Answer("(32, 8)", t("8 is what goes in. What comes out has a number for each of the 4 units.")),
            ),
        ),
        Question(
            "both",
            t("The same with both switches on?"),
            Answer(
                shapes(True, True),
                t("All ten outputs, and the last state as a second result. An LSTM would give a third one."),
            ),
            (
                Answer(shapes(False, True), t("That is `return_state` alone: the time axis is gone.")),
                Answer(shapes(True, True, "lstm"), t("Three results are an LSTM's, which hands out h and c.")),
            ),
        ),
        Question(
            "same",
            t("How do the last row of all outputs and the last state of a GRU compare?"),
            Answer(t("They are equal"), t("A GRU has one state, and it is its output.")),
            (
                Answer(
                    t("The state has no tanh"),
                    t("That would be the c of an LSTM. A GRU hands out the very state that it keeps."),
                ),
                Answer(
                    t("The state is one step older"), t("Both are of the last step: compare the rows in the figure.")
                ),
            ),
        ),
    )


CHAPTER = Chapter(6, title, tell, show, ask, "shapes", settings, ("keras",))
