"""What a visitor can export: the matrix, every segment with truth and prediction, a report to print."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.labels import CLASSES
from ecgmodel.records.exports.csv_text import NOT_A_MEDICAL_DEVICE, write_csv
from ecgmodel.segments.dataset import MODEL_FS
from pages.evaluate.choice import Closer
from pages.evaluate.judged import ALL, Judged, Measure, axes_of, matrix_of
from pages.ui.downloads import offer_file
from pages.ui.text import language, plain, t, translator


def show_exports(closer: Closer, measure: Measure) -> None:
    """Offer every file; each is made when it is asked for."""
    for one in closer.both:
        st.markdown(f"**{plain(one.title)}**")
        stem = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in one.key)
        with st.container(horizontal=True, vertical_alignment="center"):
            offer_file(t("Matrix as CSV"), _matrix_maker(one, measure), f"{stem}-matrix.csv", "text/csv")
            if one.predictions is not None:
                offer_file(t("Every segment as CSV"), _segments_maker(one), f"{stem}-segments.csv", "text/csv")
            if one.result is not None:
                offer_file(t("Report to print"), _report_maker(one), f"{stem}-report.html", "text/html")
    st.caption(t("The report is one HTML file without scripts; print it from the browser, or keep it."))


def format_matrix(one: Judged, measure: Measure) -> str:
    """Return a matrix as CSV, rows the truth."""
    rows, columns = axes_of(measure)
    matrix = matrix_of(one, measure, ALL)
    return write_csv(
        ["truth", *(f"named {name}" for name in columns)],
        ([name, *map(int, counts)] for name, counts in zip(rows, matrix, strict=True)),
        comments=(NOT_A_MEDICAL_DEVICE, f"# {one.name}, {one.protocol}; rows are the experts, columns the model"),
    )


def format_segments(one: Judged) -> str:
    """Return every tested segment with its truth and its answer as CSV."""
    rows: Predictions = one.predictions
    header = ["record", "time_s", "r_sample", "start_sample", "length", "beats", "fold", "truth", "prediction"]
    columns = zip(
        rows.record.tolist(),
        (round(value, 3) for value in (rows.r_sample / MODEL_FS).tolist()),
        rows.r_sample.tolist(),
        rows.start_sample.tolist(),
        rows.length.tolist(),
        rows.n_beats.tolist(),
        rows.fold.tolist(),
        rows.symbol.tolist(),
        (CLASSES[label] for label in rows.label),
        rows.probabilities.round(4).tolist(),
        strict=True,
    )
    return write_csv(
        [*header, *(f"probability {name}" for name in CLASSES)],
        ([*row[:-1], *(round(value, 4) for value in row[-1])] for row in columns),
        comments=(NOT_A_MEDICAL_DEVICE, f"# {one.name}, {one.protocol}; samples at {MODEL_FS:g} Hz"),
    )


def _matrix_maker(one: Judged, measure: Measure) -> Callable[[], str]:
    return lambda: format_matrix(one, measure)


def _segments_maker(one: Judged) -> Callable[[], str]:
    return lambda: format_segments(one)


def _report_maker(one: Judged) -> Callable[[], str]:
    lang = language()
    say, intervals = translator(lang), one.intervals()

    def make() -> str:
        from ecgmodel.figures.result_report import write_result_report

        return write_result_report(one.result, intervals, say=say, lang=lang)

    return make
