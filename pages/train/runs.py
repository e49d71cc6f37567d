"""All runs of this machine as a table, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.figures.training import draw_curves
from ecgmodel.training.comparison import find_differences
from ecgmodel.training.jobs.jobs import Run
from pages.caches.models import open_model, trained_models
from pages.session import choices, visitor
from pages.train.data import theme
from pages.train.watch import curve_words, curves_of, describe_run, state_word
from pages.ui.row_table import show_row_table
from pages.ui.text import plain, t

_TABLE = "train.runs"
SHORT = 8


def show_runs(runs: Sequence[Run], shown: Run | None) -> None:
    """Show every run in a row; a click on one takes it into view."""
    # The key changes with the rows: a selection counts rows, and would else point at another run.
    key = f"{_TABLE}.{'.'.join(run.key[-6:] for run in runs)}"

    row = show_row_table(
        pd.DataFrame([_row(run, shown) for run in runs]),
        key=key,
        height="auto" if len(runs) <= SHORT else 320,
        column_config={
            "": st.column_config.TextColumn(width=80),
            t("Run"): st.column_config.TextColumn(width="medium"),
            t("State"): st.column_config.TextColumn(width=80),
            t("Progress"): st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent", width="small"
            ),
            t("Validation loss"): st.column_config.LineChartColumn(width="small"),
        },
    )
    st.caption(t("Click a row to show its run. Everyone who uses this app sees all runs."))
    chosen = runs[row].key if row is not None and row < len(runs) else None
    if chosen is not None and visitor.is_news(key, chosen) and chosen != choices.run_key():
        choices.set_run(chosen)
        st.rerun()


def show_comparison(first: Run, second: Run) -> None:
    """Show two runs side by side: curves, scores, and the settings in which they differ."""
    st.subheader(t("{first} beside {second}", first=plain(first.title), second=plain(second.title)))
    st.plotly_chart(
        draw_curves([curves_of(first), curves_of(second)], curve_words(), theme()),
        key="train.comparison",
        config={"displaylogo": False},
        alt=t("Curves of both runs"),
    )
    scores, settings = st.columns(2)
    with scores:
        st.table(_score_table(first, second))
    with settings:
        differences = find_differences(first, second)
        if not differences:
            st.caption(t("Both have the same settings."))
        else:
            st.table(
                pd.DataFrame(
                    [
                        {
                            t("Setting"): plain(part.setting),
                            plain(first.title): plain(part.first),
                            plain(second.title): plain(part.second),
                        }
                        for part in differences
                    ]
                ).set_index(t("Setting"))
            )


def _row(run: Run, shown: Run | None) -> dict[str, object]:
    last = run.epochs[-1] if run.epochs else None
    in_view, pinned = shown is not None and run.key == shown.key, choices.pinned_run() == run.key
    return {
        "": " ".join(["▸"] * in_view + [t("pinned")] * pinned),
        t("Run"): run.title,
        t("State"): state_word(run.state),
        t("Progress"): run.progress,
        t("Network and split"): describe_run(run),
        t("Epochs"): f"{len(run.epochs)} / {run.n_epochs}",
        t("Validation loss"): [epoch.validation_loss for epoch in run.epochs],
        t("Validation accuracy"): "" if last is None else f"{last.validation_accuracy:.2%}",
        t("Held out"): _percent(_scores(run).get("accuracy")),
    }


def _score_table(first: Run, second: Run) -> pd.DataFrame:
    names = {
        "accuracy": t("Accuracy, held out"),
        "sensitivity": t("Mean sensitivity"),
        "specificity": t("Mean specificity"),
        "positive_predictivity": t("Mean positive predictivity"),
        "f1": t("Mean F1"),
    }
    rows = []
    for key, name in names.items():
        rows.append({"": name} | {plain(run.title): _percent(_scores(run).get(key)) for run in (first, second)})
    rows.append(
        {"": t("Weights")}
        | {plain(run.title): f"{run.preset.config.n_weights():,}" if run.preset else "" for run in (first, second)}
    )
    rows.append(
        {"": t("Seconds an epoch")}
        | {
            plain(run.title): f"{sum(epoch.seconds for epoch in run.epochs) / len(run.epochs):.1f}"
            if run.epochs
            else ""
            for run in (first, second)
        }
    )
    return pd.DataFrame(rows).set_index("")


def _scores(run: Run) -> dict[str, float]:
    """Return what a finished run reached on what was held out."""
    name = next((model.name for model in trained_models() if model.key == run.key), None)
    if name is None:
        return {}
    try:
        return open_model(name).card.scores
    except EcgModelError:
        return {}


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"
