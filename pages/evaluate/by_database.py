"""Premature beats database by database: how many are found, and how many of those named so are right."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgmodel.evaluation.detected_scores import by_database
from ecgmodel.records.sources.databases import person
from pages.evaluate.judged import Judged
from pages.ui.text import plain, t


def show_databases(columns: Sequence[Judged | None]) -> None:
    """Show S and V of each database with their intervals over people, for each result on detected beats."""
    for one in columns:
        if one is not None and one.result is not None and one.result.detected:
            st.markdown(t("**{name}, database by database**", name=plain(one.name)))
            st.markdown(_write_table(one))
            st.caption(
                t(
                    "Judged as a stranger's recording is: R peaks are detected in one lead, a beat that is missed "
                    "counts as not found, and a name where no beat is as wrong; pacemakers' records count too. In "
                    "brackets the interval over people. +P: how many of the beats named so are right (positive "
                    "predictivity)."
                )
            )


def _write_table(one: Judged) -> str:
    """Return a Markdown table with one column for each database, which fits on a phone."""
    scores, intervals = one.result.detected_scores(), one.intervals().detected
    people = {
        name: len({person(record) for record in records}) for name, records in by_database(one.result.detected).items()
    }
    figures = {
        "sensitivity/S": t("S found"),
        "positive_predictivity/S": t("S named correctly (+P)"),
        "sensitivity/V": t("V found"),
        "positive_predictivity/V": t("V named correctly (+P)"),
        "found": t("Beats found"),
    }
    rows = [["", *(t("{name}, {n} people", name=name, n=n) for name, n in people.items())]]
    rows.append(["---", *("---:" for _ in people)])
    for figure, word in figures.items():
        rows.append([word, *(_cell(scores[name], intervals[name], figure) for name in people)])
    return "\n".join(f"|{'|'.join(row)}|" for row in rows)


def _cell(scores: dict[str, float], intervals: dict[str, tuple[float, float]], name: str) -> str:
    if name not in intervals:
        return "–"
    low, high = intervals[name]
    digits = 2 if name == "found" else 0
    value = f"{scores[name]:.2%}" if name == "found" else f"**{scores[name]:.1%}**"
    return f"{value} ({low:.{digits}%}\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}{high:.{digits}%})"
