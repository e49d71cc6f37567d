"""What is shown after the reveal: the right answers, the class, the model, and a student's own answers."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from ecgmodel.classroom.agreement import ClassAgreement, Reading, agree, read_against
from ecgmodel.classroom.rooms import NO_ANSWER, RoomView
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.scores.metrics import score
from pages.classroom.strip import draw_beat
from pages.session import choices
from pages.ui.blocks import clock, show_origin
from pages.ui.matrix import show_matrix
from pages.ui.text import look_up, plain, t

LETTERS = "ABCDEFGH"
MOST_STRIPS = 6
"""Drawings of beats below a result: those on which most were wrong."""


def show_question_result(view: RoomView, chosen: int | None = None) -> None:
    """Show the right option, what the class chose, and for a student what they chose.

    Parameters
    ----------
    view : RoomView
    chosen : int or None
        The student's option, `NO_ANSWER` without one; `None` for the teacher.
    """
    words, right = view.task.content.words[choices.language()], view.task.truth[0]
    if chosen is None:
        st.title(words.text, anchor=False)
    else:
        st.markdown(words.text)
    counts = view.counts[0]
    total = int(counts.sum())
    for option, said in enumerate(words.options):
        mark = ":green[:material/check_circle:] " if option == right else ""
        own = t(" · your answer") if option == chosen else ""
        share = int(counts[option]) / total if total else 0.0
        st.progress(share, text=f"{mark}**{LETTERS[option]}** · {said} · **{int(counts[option])}** ({share:.0%}){own}")
    if chosen is not None and chosen != NO_ANSWER:
        st.markdown(f"**{t('Right.')}**" if chosen == right else f"**{t('Not this one.')}** {words.why[chosen]}")
    st.markdown(words.why[right])


def show_beats_result(view: RoomView, answers: np.ndarray, own: np.ndarray | None = None) -> None:
    """Show experts, model and class side by side, and for a student their own answers.

    Parameters
    ----------
    view : RoomView
    answers : ndarray of shape (n_students, n_items), int8
        Everybody's.
    own : ndarray of shape (n_items,), int8, or None
        The student's; `None` for the teacher.
    """
    truth = np.array(view.task.truth)
    asked = view.task.content
    model_answers = np.array([beat.model for beat in asked.beats])
    together = agree(truth, answers, view.task.n_options)
    model = read_against(truth, model_answers, view.task.n_options)
    head = st.title if own is None else st.header  # a student's page is headed by their name
    head(t("Experts, model and class"), anchor=False)
    _show_readings(together, model, asked.model_name, None if own is None else read_against(truth, own, len(CLASSES)))
    st.caption(
        t(
            "Kappa is the agreement beyond chance: 1 is full agreement, 0 what chance would give. With 20 beats it is "
            "uncertain by about ± 0.25."
        )
    )
    if own is None:
        with st.container(key="class_matrices"):
            left, right = st.columns(2, gap="large")
        for column, reading, caption in (
            (left, together.whole, t("Class: rows the experts, columns all answers of the class")),
            (right, model, t("Model: rows the experts, columns the model")),
        ):
            with column:
                show_matrix(reading.matrix, score(reading.matrix), caption=caption)
    _show_table(view, truth, model_answers, together, own)
    _show_hard_ones(view, truth, answers if own is None else own[None])
    origin = asked.beats[0].origin
    if origin == "simulated":
        st.caption(t("No database is on this machine: for “experts” read the simulation that made these beats."))
    show_origin(origin)


def _show_readings(together: ClassAgreement, model: Reading, model_name: str | None, own: Reading | None) -> None:
    with st.container(horizontal=True, key="class_readings"):
        if own is not None:
            _show_reading(t("You and the experts"), own)
        _show_reading(t("Class (majority) and the experts"), together.majority)
        _show_reading(t("Model {name} and the experts", name=plain(model_name or "–")), model)
        st.metric(
            t("Class among itself"),
            t("kappa {kappa}", kappa=_kappa(together.fleiss)),
            help=t("Fleiss' kappa: how far any two students agree, whether they are right or not."),
        )
        if own is None:
            st.metric(
                t("A student and the experts"),
                t("kappa {kappa}", kappa=_kappa(together.median_student)),
                help=t("The median of the students' Cohen's kappas against the experts."),
            )


def _show_reading(label: str, reading: Reading) -> None:
    share = "–" if reading.n_answers == 0 else f"{int(np.trace(reading.matrix))}/{reading.n_answers}"
    st.metric(
        label,
        share,
        t("kappa {kappa}", kappa=_kappa(reading.kappa)),
        delta_color="off",
        delta_arrow="off",
        help=t("Beats named as the experts name them, of those that were named; and Cohen's kappa."),
    )


def _kappa(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"


def _show_table(
    view: RoomView, truth: np.ndarray, model: np.ndarray, together: ClassAgreement, own: np.ndarray | None
) -> None:
    rows = []
    for k, beat in enumerate(view.task.content.beats):
        row = {
            t("Beat"): k + 1,
            t("Experts"): CLASSES[truth[k]],
            t("Model"): _symbol(model[k]),
            t("The class"): _votes(view.counts[k]),
        }
        if own is not None:
            row[t("You")] = _symbol(own[k]) + (" ✓" if own[k] == truth[k] else "")
        row[t("Place")] = f"{beat.drawn.record}, {clock(beat.drawn.r_sample / beat.fs, 1)}"
        rows.append(row)
    st.dataframe(pd.DataFrame(rows).astype(str), hide_index=True)


def _symbol(option: int) -> str:
    return "–" if option == NO_ANSWER else CLASSES[option]


def _votes(counts: np.ndarray) -> str:
    """Return what the class said, most first, as "V 12, A 3"."""
    order = sorted(np.flatnonzero(counts), key=lambda option: (-counts[option], option))
    return t(", ").join(f"{CLASSES[option]} {int(counts[option])}" for option in order) or "–"


def _show_hard_ones(view: RoomView, truth: np.ndarray, answers: np.ndarray) -> None:
    """Show the beats that most students named differently from the experts, with the right names."""
    wrong = ((answers != truth) & (answers != NO_ANSWER)).sum(axis=0)
    hard = [k for k in np.argsort(-wrong, kind="stable") if wrong[k] > 0][:MOST_STRIPS]
    if not hard:
        return
    st.subheader(t("Look at these again"), anchor=False)
    tiles = []
    for k in hard:
        beat = view.task.content.beats[k]
        symbol = CLASSES[truth[k]]
        said = t(
            "Beat {k}: the experts say {symbol}, {name}; the model says {model}; the class: {votes}.",
            k=k + 1,
            symbol=symbol,
            name=look_up(CLASS_NAMES[symbol]),
            model=_symbol(beat.model),
            votes=_votes(view.counts[k]),
        )
        tiles.append(f"<figure>{draw_beat(beat)}<figcaption>{escape(said)}</figcaption></figure>")
    st.html(f'<div class="class-strips">{"".join(tiles)}</div>')
