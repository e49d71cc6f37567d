"""Several recordings at once: a list with a line each, opened by a click, and saved as one table."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from ecgmodel.classification.survey import COLUMNS, SurveyLine, survey_files
from ecgmodel.errors import EcgModelError
from ecgmodel.records.exports.csv_text import write_csv
from ecgmodel.records.imports.gather import open_archives, sort_files
from pages.caches.models import open_classifier
from pages.session import visitor
from pages.ui.blocks import show_not_a_medical_device
from pages.ui.downloads import offer_file
from pages.ui.model_choice import model_for_uploads
from pages.ui.row_table import show_row_table
from pages.ui.text import plain, t
from pages.upload.session import forget_upload, take_files, tell_sidebar
from pages.upload.settings import say_sentence

_MANY = "many"
ROW_PX = 36
MOST_ROWS = 10


@dataclass(slots=True)
class Many:
    """Recordings that were dropped together.

    Attributes
    ----------
    recordings : dict of str to dict
        The files of each by name.
    lines : dict of str to SurveyLine
        The lines of those that are done.
    model : str or None
        The model that names their beats.
    """

    recordings: dict[str, dict]
    lines: dict[str, SurveyLine] = field(default_factory=dict)
    model: str | None = None


def current_many() -> Many | None:
    """Return the recordings that the visitor dropped together, if the last drop was of several."""
    return visitor.own("upload").get(_MANY)


def forget_many() -> None:
    """Drop the list; the file that was opened from it stays."""
    visitor.own("upload").pop(_MANY, None)


def take_many(files: dict[str, bytes]) -> bool:
    """Take files that are several recordings as a list, and tell whether they are."""
    forget_many()
    try:
        recordings = sort_files(open_archives(files))
    except EcgModelError:
        return False  # said where they are taken as one
    if len(recordings) < 2:
        return False
    forget_upload()
    visitor.own("upload")[_MANY] = Many(recordings)
    tell_sidebar(None)
    return True


def show_many(many: Many) -> None:
    """Show the list, and work on what is not done."""
    _work(many)
    names = list(many.recordings)
    lines = [many.lines.get(name, SurveyLine(name)) for name in names]
    st.markdown(t("**{n:,}** recordings. Click one to open it.", n=len(names)))
    key = f"upload.many.{hash(tuple(names))}"

    def open_one(row: int) -> None:
        if not lines[row].error:
            take_files(many.recordings[names[row]])

    number = st.column_config.NumberColumn
    show_row_table(
        {
            t("Recording"): names,
            t("Rate (Hz)"): [line.fs for line in lines],
            t("Length (s)"): [line.seconds for line in lines],
            t("Lead"): [line.lead for line in lines],
            t("Beats"): [line.n_beats for line in lines],
            t("Per minute"): [line.rate_bpm for line in lines],
            t("V an hour"): [line.v_per_hour for line in lines],
            t("S an hour"): [line.s_per_hour for line in lines],
            t("Usable"): [None if line.usable is None else 100 * line.usable for line in lines],
            t("Remarks"): [" ".join(say_sentence(remark) for remark in line.remarks) for line in lines],
        },
        placeholder="",
        height=ROW_PX * (min(len(names), MOST_ROWS) + 1),
        column_config={
            t("Rate (Hz)"): number(format="%.6g"),
            t("Length (s)"): number(format="%.0f"),
            t("Per minute"): number(format="%.0f"),
            t("V an hour"): number(format="%.1f"),
            t("S an hour"): number(format="%.1f"),
            t("Usable"): number(format="%.0f %%"),
        },
        key=key,
        on_row=open_one,
    )
    show_not_a_medical_device()
    with st.container(horizontal=True):
        rows = [list(line.to_dict().values()) for line in lines]
        offer_file(
            t("List as CSV"),
            lambda: write_csv(COLUMNS, [["" if cell is None else cell for cell in row] for row in rows]),
            "recordings.csv",
            "text/csv",
        )
        st.button(
            t("Close the list"), icon=":material/close:", type="tertiary", on_click=forget_many, key="upload.many.close"
        )


def _work(many: Many) -> None:
    """Read and name what is not done; any click ends the run, and what is done stays."""
    model = model_for_uploads()
    if many.model != model:
        many.model = model
        many.lines.clear()
    left = [name for name in many.recordings if name not in many.lines]
    if not left:
        return
    classifier = None if model is None else open_classifier(model, "")
    bar = st.progress(0.0)
    for name in left:
        done = len(many.lines) / len(many.recordings)
        bar.progress(
            done, t("{name}: {n:,} of {all:,}", name=plain(name), n=len(many.lines) + 1, all=len(many.recordings))
        )
        many.lines[name] = survey_files(name, many.recordings[name], classifier)
    bar.empty()
