"""Chapter 5: GRU against LSTM, in weights, work, time and accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.cost import count_gate_weights, count_recurrent_multiply_adds, median_ms
from ecgmodel.network.inside.cell import CANDIDATES, GATE_NAMES
from pages.caches.lessons import time_cells
from pages.caches.models import open_model
from pages.caches.results import evaluation_results, result_intervals
from pages.components.figure import show_figure
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices
from pages.ui.blocks import held_out_words
from pages.ui.text import t

CONFIGS = {cell: NetworkConfig(cell=cell) for cell in ("gru", "lstm")}
WEIGHTS_A_BRICK = 60
N_TIMED = 256

_TIMES = "learn.comparison.times"


def title() -> str:
    """Return the title."""
    return t("GRU against LSTM")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "Both cells cure the forgetting of plain RNNs with gates, each with weights of its own. Side by side, "
            "the LSTM:"
        )
    )
    st.latex(
        r"\begin{aligned} i, f, o &= \sigma(W[h', x] + b)\\ g &= \tanh(W_g[h', x] + b_g)\\"
        r"c &= f \cdot c' + i \cdot g\\ h &= o \cdot \tanh c \end{aligned}"
    )
    st.markdown(t("and the GRU, where $h'$ and $c'$ are the values of the step before:"))
    st.latex(
        r"\begin{aligned} r, z &= \sigma(W[h', x] + b)\\ \tilde h &= \tanh(W_h[r \cdot h', x] + b_h)\\"
        r"h &= (1 - z) \cdot h' + z \cdot \tilde h \end{aligned}"
    )
    st.markdown(
        t(
            "The LSTM has four weighted sums a step, the GRU three; so the GRU is simpler, its layer computes a "
            "quarter less, and it leaves more room for large networks. The LSTM is more flexible: forgetting and "
            "writing are separate, it can keep something without showing it, and its state may grow beyond 1, so "
            "that it can count, which a GRU cannot ({weiss}). Neither is better throughout: GRU and LSTM came close "
            "to each other in {chung}, and no variant of the LSTM was clearly better than the usual one in {greff}.",
            weiss=cite("weiss"),
            chung=cite("chung"),
            greff=cite("greff"),
        )
    )
    st.markdown(
        t(
            "Think of the two as workers with the same head, and an arm for each weighted sum: the LSTM has four, "
            "three gates and the candidate ($i$, $f$, $o$, $g$); the GRU has three, two gates and the candidate "
            "($r$, $z$, $\\tilde h$). Four arms carry more bricks, but they do not solve an equation any faster: "
            "whether more gates help depends on the task. Each brick in the drawing stands for {weights} weights.",
            weights=WEIGHTS_A_BRICK,
        )
    )
    st.markdown(
        t(
            "**Counting the weights.** Each of the $S$ weighted sums, gate or candidate, has $F$ features times $U$ "
            "units, units times units, and a bias for every unit; $S$ is 3 in a GRU and 4 in an LSTM."
        )
    )
    st.latex(r"n = S \times (F \cdot U + U \cdot U + U)")
    _show_counts()


def _show_counts() -> None:
    features, units = (CONFIGS["gru"].filters[-1], CONFIGS["gru"].units)
    names = [
        t("Block"), f"F · U = {features} · {units}", f"U · U = {units} · {units}", t("bias"), t("together")
    ]  # fmt: skip
    rows = []
    for cell, config in CONFIGS.items():
        gates = count_gate_weights(config)
        for gate in gates:
            face = "h̃" if (cell, gate.gate) == ("gru", "h") else gate.gate
            rows.append((f"{cell.upper()} {face}", gate.inputs, gate.recurrent, gate.bias, f"{gate.total:,}"))
        sums = [
            f"**{sum(getattr(gate, part) for gate in gates):,}**" for part in ("inputs", "recurrent", "bias", "total")
        ]
        rows.append((f"**{cell.upper()}**", *sums))
    st.table(pd.DataFrame(rows, columns=names).astype(str).set_index(names[0]))


def show() -> None:
    """Show the figure."""
    arms = {
        cell: [{"name": "h̃" if name == "h~" else name, "gate": name not in CANDIDATES} for name in GATE_NAMES[cell]]
        for cell in CONFIGS
    }
    sides = []
    for cell, config in CONFIGS.items():
        weights = sum(gate.total for gate in count_gate_weights(config))
        caption = [
            t("{n:,} weights", n=weights),
            t("{n:,} multiply-adds a segment", n=count_recurrent_multiply_adds(config)),
        ]
        sides.append(
            {"name": cell.upper(), "arms": arms[cell], "bricks": round(weights / WEIGHTS_A_BRICK), "caption": caption}
        )
    show_figure(
        "arms",
        {"picture": t("A head with three arms and a head with four, and the bricks they carry")},
        {"sides": sides},
    )
    _show_time()
    _show_accuracy()


def _show_time() -> None:
    """Measure serving on a click, and show it beside what the counts would let expect."""
    st.markdown(f"**{t('Time, measured on this machine')}**")
    if choices.shows_controls() and st.button(t("Measure now"), icon=":material/timer:"):
        with st.spinner(t("Both networks take turns …")):
            choices.set_lesson_choice(_TIMES, time_cells(N_TIMED))
    times = choices.lesson_choice(_TIMES, {})
    if not times:
        st.caption(t("{n} segments through both whole networks, several turns, the median counts.", n=N_TIMED))
        return
    gru, lstm = median_ms(times["gru"]), median_ms(times["lstm"])
    left, right = st.columns(2)
    left.metric("GRU", t("{ms:.1f} ms", ms=gru))
    right.metric("LSTM", t("{ms:.1f} ms", ms=lstm), t("{share:+.0%} against the GRU", share=lstm / gru - 1), "inverse")
    st.caption(
        t(
            "Median of {turns} turns, {n} segments each, whole networks. By multiply-adds of the whole networks the "
            "LSTM should take {expected:+.0%}; memory and overheads decide the rest.",
            turns=len(times["gru"]),
            n=N_TIMED,
            expected=CONFIGS["lstm"].n_multiply_adds() / CONFIGS["gru"].n_multiply_adds() - 1,
        )
    )


def _show_accuracy() -> None:
    """Show what the two networks of the paper's size reached on what they did not train on."""
    st.markdown(f"**{t('Accuracy, from the shipped results')}**")
    missing, found = [], []
    columns = st.columns(2)
    for column, (cell, config) in zip(columns, CONFIGS.items(), strict=True):
        name = f"paper-{cell}"
        reached = _accuracy_of_result(config) or _accuracy_of_card(name)
        if reached is None:
            missing.append(name)
            continue
        column.metric(f"{cell.upper()} · {name}", f"{reached.accuracy:.2%}")
        if reached.interval is not None:
            low, high = reached.interval
            column.caption(t("95% interval over people: {low:.1%} to {high:.1%}", low=low, high=high))
            found.append(reached)
        column.caption(reached.judged)
    if len(found) == len(CONFIGS):
        _show_difference(found)
    if missing:
        st.caption(t("Not installed here: {names}.", names=t(", ").join(missing)))


def _show_difference(found: Sequence[Reached]) -> None:
    """Say whether the two differ by more than chance would."""
    difference = abs(round(100 * found[0].accuracy, 2) - round(100 * found[1].accuracy, 2))  # of the printed figures
    within = all(one.interval[0] <= other.accuracy <= one.interval[1] for one in found for other in found)
    if within:
        words = t(
            "They differ by {points:.2f} points. Each is inside the other's interval, so these results do not tell "
            "which cell is the better one.",
            points=difference,
        )
    else:
        words = t("They differ by {points:.2f} points, which is outside the other's interval.", points=difference)
    st.caption(words)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a network reached on what it did not train on.

    Attributes
    ----------
    accuracy : float
    interval : (float, float) or None
        The middle 95 % of the bootstrap over people.
    judged : str
        On what, in words.
    """

    accuracy: float
    interval: tuple[float, float] | None
    judged: str


def _accuracy_of_result(config: NetworkConfig) -> Reached | None:
    """Return the accuracy over all folds of a network; `None` where no result of it lies here."""
    for result in evaluation_results("segments-10fold"):
        if result.network == config:
            words = t("{folds} folds, {n:,} segments held out", folds=len(result.folds), n=int(result.matrix.sum()))
            intervals = result_intervals(f"{result.preset}.{result.protocol}").classes
            return Reached(result.scores.accuracy, intervals.get("accuracy"), words)
    return None


def _accuracy_of_card(name: str) -> Reached | None:
    """Return the accuracy that a model's card states; `None` where there is none."""
    try:
        card = open_model(name).card
        return Reached(card.scores["accuracy"], None, held_out_words(card))
    except (EcgModelError, KeyError):
        return None


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    counts = {cell: sum(gate.total for gate in count_gate_weights(config)) for cell, config in CONFIGS.items()}
    wide = NetworkConfig(units=40)
    doubled = sum(gate.total for gate in count_gate_weights(wide))
    steps = {cell: count_recurrent_multiply_adds(config) for cell, config in CONFIGS.items()}
    return (
        Question(
            "count",
            t("A GRU of 20 units reads 6 features. How many weights does it have?"),
            Answer(f"{counts['gru']:,}", "3 × (6 · 20 + 20 · 20 + 20) = 3 × 540."),
            (
                Answer(
                    f"{counts['gru'] // 3:,}", t("That is one weighted sum. A GRU has three: r, z and the candidate.")
                ),
                Answer(f"{counts['lstm']:,}", t("That is four weighted sums: an LSTM of the same size.")),
            ),
        ),
        Question(
            "doubled",
            t("Its units are doubled to 40. Do the weights double?"),
            Answer(
                t("No, they more than triple"), t("The block U · U grows with the square: {n:,} weights.", n=doubled)
            ),
            (
                Answer(t("Yes, exactly"), t("F · U and the biases double, but U · U, the largest block, quadruples.")),
                Answer(
                    t("No, they grow by a quarter"),
                    t("Twice as many units need at least twice the weights; a third more is what a fourth sum costs."),
                ),
            ),
        ),
        Question(
            "work",
            t("Which of the two computes less in each step?"),
            Answer("GRU", t("Three weighted sums against four. Measure whether the clock agrees.")),
            (
                Answer(
                    "LSTM",
                    t(
                        "It has four weighted sums a step: {lstm:,} multiply-adds a segment against {gru:,}.",
                        lstm=steps["lstm"],
                        gru=steps["gru"],
                    ),
                ),
            ),
        ),
    )


CHAPTER = Chapter(5, title, tell, show, ask, "comparison", sources=("weiss", "chung", "greff"))
