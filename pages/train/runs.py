"""All runs of this machine as a table, and some of them side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.figures.training import MAX_RUNS, draw_curves
from ecgmodel.training.comparison import find_differences
from ecgmodel.training.jobs.jobs import Run, name_runs
from pages.caches.models import open_model, trained_models
from pages.session import choices, visitor
from pages.train.data import theme
from pages.train.watch import CHART_CONFIG, curve_words, curves_of, describe_run, state_word
from pages.train.words import setting_words, value_words
from pages.ui.row_table import show_row_table
from pages.ui.text import plain, t

_TABLE = "train.runs"
_COMPARED = "train.compared"
SHORT = 8


def show_runs(runs: Sequence[Run], shown: Run | None) -> None:
    """Show every run in a row; a click on one takes it into view."""
    # The key changes with the rows: a selection counts rows, and would else point at another run.
    key = f"{_TABLE}.{'.'.join(run.key[-6:] for run in runs)}"
    names = name_runs(runs)

    row = show_row_table(
        pd.DataFrame([_row(run, shown, names[run.key]) for run in runs]),
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


def choose_compared(runs: Sequence[Run], shown: Run) -> tuple[Run, ...]:
    """Show which runs are compared, and return them with the one in view, the newest last."""
    names = name_runs(runs)
    st.session_state[_COMPARED] = [key for key in choices.pinned_runs() if key in names]
    st.multiselect(
        t("Compare"),
        list(names),
        format_func=names.__getitem__,
        key=_COMPARED,
        max_selections=MAX_RUNS,
        placeholder=t("Choose runs to see them side by side"),
        on_change=lambda: choices.pin_runs(st.session_state[_COMPARED]),
    )
    pinned = st.session_state[_COMPARED]
    if not pinned:
        return ()
    wanted = [shown.key, *(key for key in pinned if key != shown.key)][:MAX_RUNS]
    return tuple(sorted((run for run in runs if run.key in wanted), key=lambda run: (run.submitted, run.key)))


def show_comparison(compared: Sequence[Run], runs: Sequence[Run]) -> None:
    """Show runs side by side: curves, scores, and the settings in which they differ.

    Parameters
    ----------
    compared : sequence of Run
    runs : sequence of Run
        All there are, whose titles may be the same.
    """
    names = name_runs(runs)
    titles = [plain(names[run.key]) for run in compared]
    st.subheader(
        t("{first} beside {second}", first=titles[0], second=titles[1])
        if len(titles) == 2
        else t("{n} runs side by side", n=len(titles))
    )
    st.plotly_chart(
        draw_curves(
            [curves_of(run, names[run.key]) for run in compared],
            curve_words(),
            theme(),
            choices.page_choice("train", "smoothing", 0.0),
        ),
        key="train.comparison",
        config=CHART_CONFIG,
        alt=t("Curves of the runs that are compared"),
    )
    st.table(_score_table(compared, titles))
    differences = find_differences(compared)
    if not differences:
        st.caption(t("All have the same settings."))
        return
    words = setting_words()
    rows = [
        {t("Setting"): words.get(part.setting, part.setting)}
        | {title: plain(value_words(part.setting, value)) for title, value in zip(titles, part.values, strict=True)}
        for part in differences
    ]
    st.table(pd.DataFrame(rows).set_index(t("Setting")))


def _row(run: Run, shown: Run | None, name: str) -> dict[str, object]:
    last = run.epochs[-1] if run.epochs else None
    in_view, pinned = shown is not None and run.key == shown.key, run.key in choices.pinned_runs()
    return {
        "": " ".join(["▸"] * in_view + [t("pinned")] * pinned),
        t("Run"): name,
        t("State"): state_word(run.state),
        t("Progress"): run.progress,
        t("Network and split"): describe_run(run),
        t("Epochs"): f"{len(run.epochs)} / {run.n_epochs}",
        t("Validation loss"): [epoch.validation_loss for epoch in run.epochs],
        t("Validation accuracy"): "" if last is None else f"{last.validation_accuracy:.2%}",
        t("Held out"): _percent(_scores(run).get("accuracy")),
    }


def _score_table(compared: Sequence[Run], titles: Sequence[str]) -> pd.DataFrame:
    names = {
        "accuracy": t("Accuracy, held out"),
        "sensitivity": t("Mean sensitivity"),
        "specificity": t("Mean specificity"),
        "positive_predictivity": t("Mean positive predictivity"),
        "f1": t("Mean F1"),
    }
    scores = [_scores(run) for run in compared]
    rows = {name: [_percent(of_run.get(key)) or "–" for of_run in scores] for key, name in names.items()}
    rows[t("Weights")] = [f"{run.preset.config.n_weights():,}" if run.preset else "" for run in compared]
    rows[t("Seconds an epoch")] = [
        f"{sum(epoch.seconds for epoch in run.epochs) / len(run.epochs):.1f}" if run.epochs else "" for run in compared
    ]
    rows[t("Trained on")] = [_records_word(run) for run in compared]
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(titles))


def _records_word(run: Run) -> str:
    if run.preset is None:
        return ""
    return t("simulated records") if run.preset.records else t("real hearts")


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
