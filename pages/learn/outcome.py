"""Chapter 9: the results, the paper's beside ours, and what they do not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecgmodel.classification.agreement import compare_beats, saw_person
from ecgmodel.evaluation.published import OH_SCORES, count_oh_normal, infer_oh_accuracy
from ecgmodel.scores.metrics import score
from pages.caches.models import model_name_in_use, model_names, model_outline, open_model_for
from pages.caches.predictions import predict_record
from pages.caches.results import evaluation_results
from pages.components.figure import show_figure
from pages.learn.beat import beat_in_use, choose_beat
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices
from pages.ui.matrix import show_matrix
from pages.ui.text import plain, t, tn

if TYPE_CHECKING:
    from ecgmodel.evaluation.results import Result
    from ecgmodel.scores.metrics import Scores

PROTOCOLS = ("segments-10fold", "patients-10fold", "ds1-ds2")

_CHOICE = "learn.outcome"
_SPLIT = "learn.outcome.split"


def title() -> str:
    """Return the title."""
    return t("The results, and what they hide")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "The paper ({oh}) reports, under **ten-fold cross-validation**, an accuracy of {accuracy:.2%}, a "
            "sensitivity of {sensitivity:.2%} and a specificity of {specificity:.2%}. Ten-fold means: the segments "
            "are dealt into ten parts; each part is held out once, while the other nine train. Beside it the figure "
            "shows our own networks.",
            oh=cite("oh"),
            **OH_SCORES,
        )
    )
    normal, abnormal = count_oh_normal()
    st.markdown(
        t(
            "**Which question?** The paper does not say, but its three numbers fit each other as answers to one: **is "
            "this beat abnormal?** {sensitivity:.2%} of {abnormal:,} abnormal and {specificity:.2%} of {normal:,} "
            "normal segments are {inferred:.2%} of all. So the figure asks our networks the same. To give each beat "
            "its own class is harder; those figures stand in the table below it, and the paper has none to compare.",
            sensitivity=OH_SCORES["sensitivity"],
            specificity=OH_SCORES["specificity"],
            abnormal=abnormal,
            normal=normal,
            inferred=infer_oh_accuracy(),
        )
    )
    st.latex(rf"\text{{{t('sensitivity')}}} = \frac{{TP}}{{TP + FN}}")
    st.latex(rf"\text{{{t('specificity')}}} = \frac{{TN}}{{TN + FP}}")
    st.markdown(
        t(
            "**The matrix.** A confusion matrix counts truth (rows) against answer (columns). The diagonal is "
            "right; every other cell is a kind of mistake. Beside, our model on one record."
        )
        if choices.has_server()
        else t(
            "**The matrix.** A confusion matrix counts truth (rows) against answer (columns). The diagonal is "
            "right; every other cell is a kind of mistake."
        )
    )
    st.markdown(
        t(
            "**Why 98% is not what a new patient would get.** Every record gives hundreds of segments. Dealt out at "
            "random, nearly every person lies on both sides: the network is tested on hearts that it has seen. And "
            "beats look alike within a person, far less so between people."
        )
    )
    st.markdown(
        t(
            "Two splits are stricter. **people**: nobody is on both sides. **DS1 → DS2**: the division of "
            "{dechazal}, 22 records to learn from and 22 to judge by (one person, 201 and 202, has a record in "
            "each). This is the honest question, and the numbers fall; most of all where it matters, at the rare "
            "classes.",
            dechazal=cite("dechazal"),
        )
    )
    if choices.takes_choices():
        st.markdown(t("Turn the **split** switch above the figure."))
    st.markdown(
        t(
            "**A second trap.** Segments are padded to 1000, and the padding's length alone tells something of the "
            "class. A rule that looks at nothing but the length gives 64% of the paper's segments their right class, "
            "and tells of 71% rightly whether they are abnormal. A score needs a baseline beside it."
        )
    )


def show() -> None:
    """Show the figure."""
    protocol = _split()
    names = {"segments-10fold": t("segments"), "patients-10fold": t("people"), "ds1-ds2": "DS1 → DS2"}
    if choices.shows_controls():
        st.session_state.setdefault(_SPLIT, protocol)
        st.segmented_control(
            t("Split"), PROTOCOLS, format_func=names.__getitem__, key=_SPLIT, required=True, on_change=_take
        )
    st.page_link(
        "pages/evaluate/page.py",
        label=t("Open the split switch: three splits side by side"),
        icon=":material/call_split:",
    )
    results = evaluation_results(protocol)
    rows, classes = _binary_rows(protocol, results), _class_rows(protocol, results)
    if not classes:
        st.caption(t("No results of ours under this split yet. Make some with: python -m ecgmodel evaluate"))
    lowest = min((value for row in rows for value in row["values"] if value is not None), default=0.5)
    show_figure(
        "bars",
        {
            "picture": t("Scores of the paper and of our networks"),
            "curve": t("Accuracy while training (%)"),
            "epoch": t("epoch"),
        },
        {
            "low": float(np.floor(max(lowest - 0.05, 0) * 10) / 10),
            "measures": [
                {"name": t("Abnormal or normal: accuracy")},
                {"name": t("Sensitivity: abnormal beats found")},
                {"name": t("Specificity: normal beats left alone")},
            ],
            "rows": rows,
            "curves": _curves(results),
        },
    )
    if classes:
        st.markdown(t("**Five classes**, each beat to be given its own"))
        st.dataframe(classes, hide_index=True, width="stretch")
    _show_result_matrix(protocol)
    _show_record_matrix()


def _split() -> str:
    return choices.lesson_choice(_CHOICE, {"split": PROTOCOLS[0]})["split"]


def _take() -> None:
    choices.set_lesson_choice(_CHOICE, {"split": st.session_state[_SPLIT]})


def _binary_rows(protocol: str, results: Sequence[Result]) -> list[dict]:
    """Return the rows of the figure: abnormal or not, the paper's beside ours where the folds are its own."""
    rows = []
    if protocol == "segments-10fold":
        rows.append({"name": t("Paper (LSTM)"), "values": list(OH_SCORES.values()), "paper": True, "strong": True})
    for judged in _by_data(results):
        rows += [_binary_row(result.preset, result.scores) for result in judged]
        # A rule that never finds an abnormal beat would stretch the axis down to 0, and say nothing.
        rows += [
            _binary_row(label, scores) | {"rule": True}
            for label, scores in _rules(judged[0])
            if scores.abnormal.sensitivity > 0
        ]
    return rows


def _by_data(results: Sequence[Result]) -> list[list[Result]]:
    """Return the results in groups that were judged on the same data: runs, or single beats, as many of them."""
    groups: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        groups.setdefault((result.segments, int(result.matrix.sum())), []).append(result)
    return list(groups.values())


def _judged_on(result: Result) -> str:
    n = int(result.matrix.sum())
    return tn("{n:,} run", "{n:,} runs", n) if result.segments == "runs" else tn("{n:,} beat", "{n:,} beats", n)


def _binary_row(name: str, scores: Scores) -> dict:
    values = [getattr(scores.abnormal, kind) for kind in OH_SCORES]
    return {"name": name, "values": values, "paper": False, "strong": True}


def _class_rows(protocol: str, results: Sequence[Result]) -> list[dict]:
    """Return the table over five classes; a model that was not evaluated speaks by its card, of one fold."""
    rows, groups = [], _by_data(results)
    for judged in groups:
        on = f" · {_judged_on(judged[0])}" if len(groups) > 1 else ""
        rows += [_class_row(result.preset + on, result.scores.figures()) for result in judged]
        rows += [_class_row(label + on, scores.figures()) for label, scores in _rules(judged[0])]
    evaluated = {result.preset for result in results}
    for name in model_names():
        outline = model_outline(name)
        if outline is None:  # a damaged file; the sidebar says so where it is the one in use
            continue
        card = outline.card
        if card.protocol == protocol and name not in evaluated and "accuracy" in card.scores:
            source = t("fold {fold} only, from its card", fold=card.fold)
            rows.append(_class_row(f"{name} · {source}", card.scores))
    return rows


def _class_row(name: str, figures: dict[str, float]) -> dict:
    words = {"accuracy": t("Accuracy"), "sensitivity": t("Mean sensitivity"), "specificity": t("Mean specificity")}
    shown = {word: f"{figures[kind]:.2%}" if kind in figures else "–" for kind, word in words.items()}
    return {t("Network"): name} | shown


def _rules(result: Result) -> list[tuple[str, Scores]]:
    """Return what simple rules reach on the folds of a result, named with its kind of data."""
    names = {"length": t("length alone"), "majority": t("always N")}
    if result.segments == "beats":  # all are equally long, so the length says nothing
        del names["length"]
    return [(label, result.baseline_scores(name)) for name, label in names.items() if name in result.baselines]


def _curves(results: Sequence[Result]) -> list[dict]:
    """Return how the accuracy of the first result's first fold grew."""
    if not results:
        return []
    epochs = results[0].folds[0].epochs
    curves = [{"name": t("training, {name}", name=results[0].preset), "values": [e.accuracy for e in epochs]}]
    held = [e.validation_accuracy for e in epochs]
    if np.isfinite(held).all():
        curves.append({"name": t("validation"), "values": held})
    return curves


def _show_result_matrix(protocol: str) -> None:
    """Show the matrix of what the folds held out, where a result lies here."""
    for result in evaluation_results(protocol)[:1]:
        words = t("{name}: all {n:,} segments that a fold held out", name=result.preset, n=int(result.matrix.sum()))
        show_matrix(result.matrix, result.scores, caption=words)


def _show_record_matrix() -> None:
    """Show the model in use on the record in use: the matrix that a visitor can check beat by beat on Predict."""
    name = model_name_in_use()
    if choices.shows_controls():
        choose_beat(beat_in_use())
    record = beat_in_use().record
    if name is None or record.annotations is None:
        st.caption(t("This record has no labels, so there is no matrix of it."))
        return
    prediction = predict_record(record.name, name, record.default_lead, "annotated")
    matrix = compare_beats(prediction, record.annotations).matrix
    seen = saw_person(open_model_for(name, record.name).card, record)
    st.markdown(
        t(
            "**{model}** on record **{record}**: {accuracy:.1%} right.",
            model=plain(name),
            record=plain(record.name),
            accuracy=score(matrix).accuracy,
        )
    )
    if seen is not None:
        st.caption(t("It saw this person in training.") if seen else t("It never saw this person."))
    show_matrix(matrix, score(matrix), caption="")


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    return (
        Question(
            "sensitivity",
            t("Of 100 V beats a model finds 90, and it calls 30 other beats V. What is its sensitivity for V?"),
            Answer(
                f"{90 / (90 + 10):.0%}",
                t("90 of the 100 true ones. The 30 false ones lower the positive predictivity, 90 of 120."),
            ),
            (
                Answer(f"{90 / 120:.0%}", t("That is the positive predictivity: of 120 called V, 90 are.")),
                Answer(
                    "60%",
                    t("The false alarms are not taken off. They lower the positive predictivity and the specificity."),
                ),
            ),
        ),
        Question(
            "split",
            t("Which split tells what a new patient may expect?"),
            Answer(
                t("people on one side only"),
                t("A new patient was in nobody's training data, so nobody in the test set may have been either."),
            ),
            (
                Answer(
                    t("segments dealt at random"),
                    t("Then nearly every person lies on both sides, and the test asks about hearts that it knows."),
                ),
                Answer(
                    t("either, if there are ten folds"),
                    t("Ten folds average over chance. They do not keep a person out of the training data."),
                ),
            ),
        ),
        Question(
            "rare",
            t("1 beat in 50 is atrial premature. A model never says so. What does that cost in accuracy?"),
            Answer(
                f"{1 / 50:.0%}",
                t("By one fiftieth, while the sensitivity of that class is 0. Always read both."),
            ),
            (
                Answer("50%", t("Only one beat in 50 is wrong for it; the other 49 are as they were.")),
                Answer("20%", t("That is the mean sensitivity: one class of five has none. Accuracy counts beats.")),
            ),
        ),
    )


def settings() -> dict[str, object]:
    """Return what the Python lines use."""
    record = beat_in_use().record
    return {"RECORD": record.name, "MODEL": model_name_in_use() if record.annotations is not None else None}


CHAPTER = Chapter(9, title, tell, show, ask, "outcome", settings, ("oh", "dechazal"))
