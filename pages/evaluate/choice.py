"""Which result is looked at more closely, which stands beside it, and which part of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError, RecordError
from ecgmodel.figures.confusion import UNITS, Unit
from pages.caches.models import trained_models
from pages.evaluate.judged import ALL, Judged, Part, open_run
from pages.session import choices
from pages.ui.blocks import show_error
from pages.ui.record_picker import offer_download
from pages.ui.text import plain, t

if TYPE_CHECKING:
    from ecgmodel.training.jobs.job_file import TrainedModel

_MAIN = "evaluate.main"
_BESIDE = "evaluate.beside"
_PART = "evaluate.part"
_UNIT = "evaluate.unit"


@dataclass(frozen=True, slots=True, eq=False)
class Closer:
    """What is looked at.

    Attributes
    ----------
    main : Judged
    beside : Judged or None
    """

    main: Judged
    beside: Judged | None

    @property
    def both(self) -> tuple[Judged, ...]:
        """One or two."""
        return (self.main,) if self.beside is None else (self.main, self.beside)


def choose_closer(judged: Sequence[Judged], first: Judged) -> Closer | None:
    """Show the choice of a result and of one beside it; `None` where the chosen one must be judged first.

    Parameters
    ----------
    judged : sequence of Judged
        The shipped results.
    first : Judged
        Taken before a choice.
    """
    shipped = {one.key: one for one in judged}
    runs = {f"run:{run.name}": run for run in trained_models()}
    names = {key: one.title for key, one in shipped.items()}
    names |= {key: t("{name} (trained here)", name=run.name) for key, run in runs.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        main = _choose(_MAIN, t("Details of"), names, first.key)
        beside = _choose(_BESIDE, t("Compare with"), {"": t("no other result")} | names, "")
    found = []
    for key in dict.fromkeys((main, beside)):
        if key == "":
            continue
        one = shipped.get(key) or open_run(key)
        if one is None:
            _offer_judging(runs[key])
            return None
        found.append(one)
    return Closer(found[0], found[1] if len(found) > 1 else None)


def choose_unit() -> Unit:
    """Show whether cells are counts or shares, and return it."""
    names = {"count": t("counts"), "row": t("row %"), "column": t("column %")}
    st.session_state[_UNIT] = choices.page_choice("evaluate", "unit", UNITS[0])
    st.segmented_control(
        t("Cells"),
        UNITS,
        format_func=names.__getitem__,
        key=_UNIT,
        required=True,
        on_change=lambda: choices.set_page_choice("evaluate", "unit", st.session_state[_UNIT]),
    )
    return st.session_state[_UNIT]


def choose_part(closer: Closer) -> Part:
    """Show the choice of all, one fold or one record, and return it."""
    parts = _list_parts(closer.main)
    chosen = choices.page_choice("evaluate", "part", ALL)
    st.session_state[_PART] = chosen if chosen in parts else ALL
    st.selectbox(
        t("Part"),
        parts,
        format_func=part_name,
        key=_PART,
        width=180,
        on_change=lambda: choices.set_page_choice("evaluate", "part", st.session_state[_PART]),
    )
    return st.session_state[_PART]


def part_name(part: Part) -> str:
    """Return a part in words."""
    if part.fold is not None:
        return t("fold {fold}", fold=part.fold)
    if part.record is not None:
        return t("record {record}", record=part.record)
    return t("all together")


def _list_parts(one: Judged) -> list[Part]:
    if one.result is not None:
        folds = [fold.fold for fold in one.result.folds]
    else:
        folds = [int(fold) for fold in np.unique(one.predictions.fold)]
    whole = [ALL] if len(folds) < 2 else [ALL, *(Part(fold=fold) for fold in folds)]
    return whole + [Part(record=name) for name in sorted(one.records())]


def _choose(key: str, label: str, names: dict[str, str], first: str) -> str:
    chosen = choices.page_choice("evaluate", key, first)
    st.session_state[key] = chosen if chosen in names else first
    st.selectbox(
        label,
        tuple(names),
        format_func=names.__getitem__,
        key=key,
        width=280,
        on_change=lambda: choices.set_page_choice("evaluate", key, st.session_state[key]),
    )
    return st.session_state[key]


def _offer_judging(run: TrainedModel) -> None:
    """Offer to judge a training by what it held out; any click ends it."""
    st.markdown(
        t(
            "**{name}** was trained here and has not been evaluated yet. Its answers on what was held out are "
            "computed once, record by record, and kept with it.",
            name=plain(run.name),
        )
    )
    with st.container(horizontal=True):
        start = st.button(t("Evaluate it"), type="primary", key="evaluate.judge")
        stop = st.empty()
    if not start:
        return
    from ecgmodel.evaluation.held_out import predict_run

    stop.button(t("Stop"), type="tertiary")  # any click ends the run that judges
    bar = st.progress(0.0, t("Reading the records …"))

    def report(number: int, total: int) -> None:
        bar.progress(number / total, t("{number} of {total} records", number=number, total=total))

    try:
        predict_run(run.path.parent, report)
    except RecordError:
        bar.empty()
        st.markdown(t("It is judged by records of the MIT-BIH Arrhythmia Database that are not all on this machine."))
        offer_download("100")
        return
    except EcgModelError as error:
        bar.empty()
        show_error(error)
        return
    st.rerun()
