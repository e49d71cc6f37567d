"""Chapter 3: LSTM, a cell with gates."""

from __future__ import annotations

import math
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
    return t("LSTM: a memory with gates")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "A long short-term memory (LSTM) cell keeps a second number beside its output: the **cell state** "
            "$c(t)$, a conveyor belt that runs through all time steps ({hochreiter}). It is only ever multiplied by a "
            "gate and added to, so what lies on it does not fade by itself.",
            hochreiter=cite("hochreiter"),
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
    for gate in "ifo":
        st.latex(rf"{gate}(t) = \sigma\bigl(W_{gate}\,[h(t-1),\,x(t)] + b_{gate}\bigr)")
    st.markdown(t("The figure goes through one step of one unit in four parts:"))
    st.markdown(t("**1** Last output and input, weighed and added up, go through a tanh and give the candidate."))
    st.latex(r"g(t) = \tanh\bigl(W_g\,[h(t-1),\,x(t)] + b_g\bigr)")
    st.markdown(t("**2** The input gate weighs the candidate, the forget gate weighs the old cell state."))
    st.latex(r"i(t)\cdot g(t), \qquad f(t)\cdot c(t-1)")
    st.markdown(t("**3** Their sum is the new cell state."))
    st.latex(r"c(t) = f(t)\cdot c(t-1) + i(t)\cdot g(t)")
    st.markdown(t("**4** It is kept for the next step; squashed and weighed by the output gate, it is the output."))
    st.latex(r"h(t) = o(t)\cdot\tanh c(t)")
    st.markdown(
        t(
            "Why does this cure the forgetting of the last chapter? Along the belt, leaving aside the detour through "
            "the gates, the gradient from one step to the next is simply $f(t)$. Where the network holds $f$ near 1, a "
            "memory lasts for many steps: at 0.99 a third is left after {n}. Where it closes $f$, it starts afresh. It "
            "decides by what it sees. (The first LSTM had no forget gate, its belt was the fixed $w = 1$; {gers} added "
            "it.)",
            n=round(math.log(1 / 3) / math.log(0.99)),
            gers=cite("gers"),
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
    numbers = t("Kept is {kept:.3f}, written is {written:.3f}.", kept=kept, written=written)
    more_kept = abs(kept) >= abs(written)
    sides = (
        Answer(t("what is kept: f · c(t−1)"), numbers),
        Answer(t("what is written: i · g"), numbers),
    )
    return (
        Question(
            "more",
            t(
                "At step {step}, unit {unit}: which part of the new cell state is larger, whatever its sign?",
                step=step,
                unit=unit,
            ),
            sides[0 if more_kept else 1],
            (sides[1 if more_kept else 0],),
        ),
        Question(
            "carry",
            t("A unit is to carry a number unchanged over many steps. How must its gates be set?"),
            Answer(
                t("f = 1 and i = 0"),
                t("Then c(t) = 1 · c(t−1) + 0 · g(t) = c(t−1). The output gate may be anything: it only shows."),
            ),
            (
                Answer(
                    t("f = 0 and i = 1"), t("Then c(t) = g(t): the old number is gone, and the candidate in its place.")
                ),
                Answer(
                    t("o = 1, whatever f and i are"),
                    t("The output gate shows what lies on the belt. It does not keep it there."),
                ),
            ),
        ),
        Question(
            "shown",
            t("The output gate is 0 at one step. Is the memory lost?"),
            Answer(t("No"), t("h(t) is 0, but c(t) stays on the belt for the next step.")),
            (
                Answer(
                    t("Yes"),
                    t("Only the output h(t) is 0. What the next step multiplies by f is c(t), which o does not touch."),
                ),
            ),
        ),
    )


CHAPTER = Chapter(3, title, tell, show, ask, "lstm", partial(cell_settings, "lstm"), ("hochreiter", "gers"))
