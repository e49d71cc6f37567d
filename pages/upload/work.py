"""The work on an upload: reading, filtering, finding and naming beats, with a bar and a way to stop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from ecgmodel.classification.analysis import analyse_record
from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.imports.text_file import Recording
from pages.caches.models import open_classifier
from pages.session.visitor import end_if_unwanted
from pages.ui.model_choice import model_for_uploads
from pages.ui.text import t
from pages.upload.session import Upload, edited_peaks, go_on, publish_record, stop_work, withdraw_record

LARGE_BYTES = 3_000_000
"""Smaller files are done before a progress bar could be read."""

MAX_BELOW = 12
"""Elements that the results of a file take on the page, at most."""

STEPS = {"read": (0.0, 0.45), "prepare": (0.45, 0.5), "detect": (0.5, 0.6), "classify": (0.6, 1.0)}
"""Where on the bar each step begins and ends; about the share of its time in a long recording."""


def do_work(upload: Upload) -> bool:
    """Take an upload as far as possible, and tell whether there was anything to do."""
    model = model_for_uploads()
    if upload.model != model:
        upload.model, upload.analysis = model, None
    if upload.understanding.question is not None or upload.error is not None or upload.is_done:
        return False
    if upload.stopped:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(t("Stopped."))
            st.button(t("Go on"), icon=":material/play_arrow:", on_click=go_on, key="upload.go_on")
        return False
    report = _show_bar() if upload.size >= LARGE_BYTES else _look_after_visitor
    try:
        _read_and_analyse(upload, report)
    except EcgModelError as error:
        upload.error = error
        withdraw_record(upload)
    return True


def _look_after_visitor(step: str, share: float) -> None:
    """Show nothing where no bar is worthwhile, and end the work where nobody waits for it any more."""
    end_if_unwanted()


def _read_and_analyse(upload: Upload, report: Callable[[str, float], None]) -> None:
    if upload.found is None:
        upload.found = read_files(upload.files, upload.settings, progress=lambda share: report("read", share))
        upload.understanding = getattr(upload.found, "understanding", upload.understanding)
    if not isinstance(upload.found, Recording):
        return
    record = upload.found.record
    edited = edited_peaks(upload.record_name)
    upload.analysis = analyse_record(
        record,
        None if upload.model is None else open_classifier(upload.model, upload.record_name),
        lead=upload.lead if upload.lead in record.leads else None,
        preparation=upload.preparation,
        r_sample=None if edited is None else np.array(edited, dtype=np.int64),
        progress=report,
    )
    upload.edited = edited
    if upload.chosen or upload.in_use:
        publish_record(upload)


def _show_bar() -> Callable[[str, float], None]:
    """Show a bar and a button to stop, and return what moves the bar; any click ends the run that works."""
    words = {
        "read": t("Reading the file …"),
        "prepare": t("Filtering …"),
        "detect": t("Looking for R peaks …"),
        "classify": t("The model names the beats …"),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, words["read"])
        st.button(t("Stop"), type="tertiary", on_click=stop_work, key="upload.stop")
    for _ in range(MAX_BELOW):
        st.empty()  # takes the place of what the last file left on the page

    def report(step: str, share: float) -> None:
        begin, end = STEPS[step]
        bar.progress(min(begin + share * (end - begin), 1.0), words[step])

    return report
