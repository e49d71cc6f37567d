"""Chapter 3: LSTM, a cell with gates."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.learn.cell import cell_settings, show_cell, traced
from pages.learn.lesson import Chapter, Question
from pages.session import choices
from pages.ui.text import t


def title() -> str:
    """Return the title."""
    return t("LSTM: a memory with gates")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "A long short-term memory (LSTM) cell keeps a second number beside its output: the **cell state** "
            "$c(t)$, a conveyor belt that runs through all time steps. It is only ever multiplied by a gate and "
            "added to, so what lies on it does not fade by itself."
        )
    )
    st.markdown(
        t(
            "With the world the cell exchanges three things: the input $x(t)$, here what the convolutions found; "
            "its own last output $h(t-1)$; and the new output $h(t)$. Three **gates** decide what happens inside. A "
            "gate is a number between 0 (shut) and 1 (open), computed anew at every step from $x(t)$ and $h(t-1)$."
        )
    )
    st.markdown(
        t(
            "- **forget gate** $f$: how much of the old cell state stays\n"
            "- **input gate** $i$: how much of the new candidate is written\n"
            "- **output gate** $o$: how much of the cell state is shown"
        )
    )
    st.latex(r"i,\,f,\,o = \sigma\bigl(W\,[h(t-1),\,x(t)] + b\bigr)")
    st.markdown(t("The figure goes through one step of one unit in four parts:"))
    st.markdown(t("**1** Last output and input go through a tanh and give the candidate."))
    st.latex(r"g(t) = \tanh\bigl(W_g\,[h(t-1),\,x(t)] + b_g\bigr)")
    st.markdown(t("**2** The input gate weighs the candidate, the forget gate weighs the old cell state."))
    st.latex(r"i(t)\cdot g(t), \qquad f(t)\cdot c(t-1)")
    st.markdown(t("**3** Their sum is the new cell state."))
    st.latex(r"c(t) = f(t)\cdot c(t-1) + i(t)\cdot g(t)")
    st.markdown(t("**4** It is kept for the next step; squashed and weighed by the output gate, it is the output."))
    st.latex(r"h(t) = o(t)\cdot\tanh c(t)")
    st.markdown(
        t(
            "Why does this cure the forgetting of the last chapter? Along the belt, the gradient from one step to "
            "the next is simply $f(t)$. Where the network holds $f$ near 1, a memory lasts for hundreds of steps; "
            "where it closes $f$, it starts afresh. It decides by what it sees."
        )
    )


def show() -> None:
    """Show the figure."""
    show_cell("lstm")


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    _chosen, _used, (_segments, trace) = traced("lstm")
    step, unit = choices.step() or 0, min(choices.unit() or 0, trace.cell.units - 1)
    step = min(max(step, 1), trace.n_steps - 1)
    kept = float(trace.row("f")[step, unit] * trace.row("c")[step - 1, unit])
    written = float(trace.row("i")[step, unit] * trace.row("g")[step, unit])
    return (
        Question(
            t("At step {step}, unit {unit}: what moves the cell state more?", step=step, unit=unit),
            (t("what is kept: f · c(t−1)"), t("what is written: i · g")),
            0 if abs(kept) >= abs(written) else 1,
            t("Kept is {kept:.3f}, written is {written:.3f}.", kept=kept, written=written),
        ),
        Question(
            t("A unit is to carry a number unchanged over many steps. How must its gates be set?"),
            (t("f = 0 and i = 1"), t("f = 1 and i = 0"), t("o = 1, whatever f and i are")),
            1,
            t("Then c(t) = 1 · c(t−1) + 0 · g(t) = c(t−1). The output gate may be anything: it only shows."),
        ),
        Question(
            t("The output gate is 0 at one step. Is the memory lost?"),
            (t("Yes"), t("No")),
            1,
            t("h(t) is 0, but c(t) stays on the belt for the next step."),
        ),
    )


CHAPTER = Chapter(3, title, tell, show, ask, "lstm", partial(cell_settings, "lstm"))
