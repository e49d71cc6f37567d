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
from pages.ui.blocks import show_error
from pages.ui.kept_choice import choose_kept
from pages.ui.record_picker import offer_download
from pages.ui.text import plain, t

if TYPE_CHECKING:
    from ecgmodel.training.jobs.job_file import TrainedModel


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
        main = _choose("main", t("Details of"), names, first.key)
        beside = _choose("beside", t("Compare with"), {"": t("no other result")} | names, "")
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
    return choose_kept(
        st.segmented_control,
        t("Cells"),
        UNITS,
        page="evaluate",
        name="unit",
        first=UNITS[0],
        format_func=names.__getitem__,
        required=True,
    )


def choose_part(closer: Closer) -> Part:
    """Show the choice of all, one fold or one record, and return it."""
    return choose_kept(
        st.selectbox,
        t("Part"),
        _list_parts(closer.main),
        page="evaluate",
        name="part",
        first=ALL,
        format_func=part_name,
        width=180,
    )


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


def _choose(name: str, label: str, names: dict[str, str], first: str) -> str:
    return choose_kept(
        st.selectbox,
        label,
        tuple(names),
        page="evaluate",
        name=name,
        first=first,
        format_func=names.__getitem__,
        width=280,
    )


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
