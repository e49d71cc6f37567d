"""Curves of a result: how it was trained, and what other thresholds would give."""

from __future__ import annotations

import streamlit as st

from ecgmodel.evaluation.operating_curves import ClassCurve
from pages.caches.results import run_epochs
from pages.evaluate.choice import Closer
from pages.evaluate.judged import Judged
from pages.ui.kept_choice import choose_kept
from pages.ui.text import plain, t


def show_training_curves(closer: Closer) -> None:
    """Show loss and accuracy against the epoch, of one fold."""
    from ecgmodel.figures.curves import draw_training

    fold = _choose_fold(closer)
    runs = {}
    for one in closer.both:
        epochs = _epochs(one, fold)
        if epochs:
            runs[plain(one.title, "figure") if closer.beside is not None else ""] = epochs
    if not runs:
        st.caption(t("Its epochs were not kept."))
        return
    words = {"epoch": t("epoch"), "training": t("training"), "validation": t("validation")}
    accuracy, loss = st.columns(2)
    with accuracy:
        title = {"title": t("Accuracy while training")}
        st.plotly_chart(draw_training(runs, "accuracy", words | title), key="evaluate.curve.accuracy")
    with loss:
        title = {"title": t("Loss (cross-entropy)")}
        st.plotly_chart(draw_training(runs, "loss", words | title), key="evaluate.curve.loss")
    st.caption(t("Training accuracy is measured while the weights still move and with dropout, so it may lie lower."))


def _epochs(one: Judged, fold: int) -> tuple:
    if one.result is None:
        return run_epochs(one.key.removeprefix("run:"))
    return one.result.folds[min(fold, len(one.result.folds) - 1)].epochs


def _choose_fold(closer: Closer) -> int:
    n = max((len(one.result.folds) for one in closer.both if one.result is not None), default=1)
    if n == 1:
        return 0
    return choose_kept(st.selectbox, t("Fold"), range(n), page="evaluate", name="fold", first=0, width=120)


def show_operating_curves(closer: Closer) -> None:
    """Show ROC and precision-recall of each."""
    from ecgmodel.figures.curves import draw_precision_recall, draw_roc

    theme = "dark" if st.context.theme.type == "dark" else "light"
    for one in closer.both:
        st.markdown(f"**{plain(one.title)}**")
        curves = _curves(one)
        roc, recall = st.columns(2)
        with roc:
            words = {
                "title": t("ROC, each class against the rest"),
                "x": t("1 − specificity"),
                "y": t("sensitivity"),
            }
            st.plotly_chart(draw_roc(curves, words, theme), key=f"evaluate.roc.{one.key}")
        with recall:
            words = {
                "title": t("Precision and recall"),
                "x": t("sensitivity (recall)"),
                "y": t("positive predictivity (precision)"),
            }
            st.plotly_chart(draw_precision_recall(curves, words, theme), key=f"evaluate.recall.{one.key}")


def _curves(one: Judged) -> dict[str, ClassCurve]:
    if one.result is not None:
        return one.result.class_curves
    from ecgmodel.evaluation.operating_curves import draw_class_curves

    rows = one.predictions.take(one.predictions.is_judged)
    return draw_class_curves(rows.truth, rows.probabilities)
