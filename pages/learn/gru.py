"""Chapter 4: GRU, two gates instead of three."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.learn.cell import cell_settings, show_cell, traced
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices
from pages.ui.text import t


def title() -> str:
    """Return the title."""
    return t("GRU: two gates are enough")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "The gated recurrent unit (GRU; {cho}) exchanges the same things with the world, and does with two gates "
            "and a single state: the output $h(t)$ is itself the memory.",
            cho=cite("cho"),
        )
    )
    st.markdown(t("**1** The **reset gate** decides how much of the old state takes part in what comes next."))
    st.latex(r"r(t) = \sigma\bigl(W_r\,[h(t-1),\,x(t)] + b_r\bigr)")
    st.markdown(t("**2** From that part and the input comes the **candidate**, a proposal for the new state."))
    st.latex(r"\tilde h(t) = \tanh\bigl(W\,[r(t)\cdot h(t-1),\,x(t)] + b\bigr)")
    st.markdown(t("**3** The **update gate** weighs old against new."))
    st.latex(r"z(t) = \sigma\bigl(W_z\,[h(t-1),\,x(t)] + b_z\bigr)")
    st.markdown(t("**4** The new state is a blend of both."))
    st.latex(r"h(t) = \bigl(1 - z(t)\bigr)\cdot h(t-1) + z(t)\cdot\tilde h(t)")
    st.markdown(
        t(
            "In plain words: you read a sentence. **Reset** asks how much of what you understood so far helps with "
            "the next word, and mixes both into a new understanding. **Update** asks how much of your old view this "
            "new one should replace. Let the figure play over a heartbeat: where does this unit replace much of its "
            "state, where little?"
        )
    )
    st.markdown(
        t(
            "Why does it not forget? Where $z(t)$ is near 0, $h(t)$ is nearly $h(t-1)$, and the gradient from step to "
            "step is near 1: this is the belt of the LSTM again. One gate does the work of two: what is written, $z$, "
            "and what is kept, $1 - z$, always add up to 1."
        )
    )
    st.markdown(
        t(
            "**Two conventions.** {cho} and Keras write $z$ for the share of the **old**: $h(t) = z\\cdot h(t-1) + "
            "(1 - z)\\cdot\\tilde h(t)$; {chung} and this course write it for the share of the new. Both are right. As "
            "$1 - \\sigma(s) = \\sigma(-s)$, one is the other with the signs of $W_z$ and $b_z$ turned, and training "
            "finds these signs by itself. Switch in the figure: z changes, h does not. This app always shows the "
            "course's z.",
            cho=cite("cho"),
            chung=cite("chung"),
        )
    )
    st.markdown(
        t(
            "A second choice hides in Keras: by default ({keras}) `reset_after=True` multiplies by $r$ only after "
            "the state has met its weights and a bias of its own, $r \\cdot (U h + b_U)$, the form that NVIDIA's "
            "fast kernels for graphics cards (cuDNN) compute. The networks here take `reset_after=False`, which is "
            "the formula above.",
            keras=cite("keras"),
        )
    )


def show() -> None:
    """Show the figure."""
    show_cell("gru")


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    _chosen, _used, (_segments, trace) = traced("gru")
    unit = min(choices.unit() or 0, trace.cell.units - 1)
    step = min(max(choices.step() or 0, 1), trace.n_steps - 1)
    z = float(trace.row("z")[step, unit])
    blend = t("z = {z:.3f}, so the candidate has {z:.0%} of the blend.", z=z)
    sides = (Answer(t("to the old state"), blend), Answer(t("to the candidate"), blend))
    return (
        Question(
            "blend",
            t(
                "At step {step}, unit {unit}: is the new state nearer to the old one or to the candidate?",
                step=step,
                unit=unit,
            ),
            sides[0 if z < 0.5 else 1],
            (sides[1 if z < 0.5 else 0],),
        ),
        Question(
            "convention",
            t("A model keeps z as the weight of the old and says 0.8. What is z in this course?"),
            Answer(f"{1 - 0.8:.1f}", t("What weighs the old with 0.8 weighs the new with 1 − 0.8 = 0.2.")),
            (
                Answer("0.8", t("That is the weight of the old. This course's z is the weight of the new.")),
                Answer("−0.8", t("A gate is a sigmoid, from 0 to 1. It is the sum inside that changes its sign.")),
            ),
        ),
        Question(
            "open",
            t("What does a GRU do while r = 0 and z = 1?"),
            Answer(
                t("It forgets everything and looks at the input alone"),
                t("With r = 0 the candidate sees only x(t), and with z = 1 it replaces the state."),
            ),
            (
                Answer(t("It keeps its state"), t("That takes z = 0: then h(t) = h(t−1), whatever r is.")),
                Answer(
                    t("It outputs 0"), t("h(t) is the candidate, tanh of the weighed input: 0 only where that sum is.")
                ),
            ),
        ),
    )


CHAPTER = Chapter(4, title, tell, show, ask, "gru", partial(cell_settings, "gru"), ("cho", "chung", "keras"))
