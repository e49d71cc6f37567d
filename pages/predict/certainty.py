"""Which answers are unsure, and thresholds that the visitor moves; with the cost of both on people never seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ecgmodel.classification.classify import RecordPrediction
from ecgmodel.classification.thresholds import Thresholds, find_unsure
from ecgmodel.network.model_file import Model
from pages.caches.results import answers_of_others
from pages.session import choices
from pages.ui.text import look_up, t, tn

_OWN = "predict.thresholds"
_A, _V = "predict.threshold.A", "predict.threshold.V"
_START = Thresholds(0.4, 0.4)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A prediction as it is shown.

    Attributes
    ----------
    prediction : RecordPrediction
        By the visitor's thresholds, where there are any.
    unsure : ndarray of shape (n,), bool, or None
        `None` where the model's card does not say what is unsure; all of them where something speaks against all names.
    """

    prediction: RecordPrediction
    unsure: np.ndarray | None


def choose_thresholds(model: Model) -> Thresholds | None:
    """Show the choice of thresholds and what they bring, and return them; `None` leaves the most probable class."""
    answers = answers_of_others(model.card.name) if model.card.unsure else None
    if answers is None:
        return None
    chosen = choices.page_choice("predict", "thresholds")
    with st.popover(t("Thresholds") if chosen is None else t("Thresholds: your own"), icon=":material/tune:"):
        st.session_state[_OWN] = chosen is not None
        st.toggle(t("Name A and V by thresholds of your own"), key=_OWN, on_change=_take)
        if chosen is not None:
            st.session_state[_A], st.session_state[_V] = chosen.a, chosen.v
            for key, label in ((_A, t("A from a probability of")), (_V, t("V from a probability of"))):
                st.slider(label, 0.05, 0.95, step=0.05, key=key, on_change=_take)
        usual = answers.judge()
        now = usual if chosen is None else answers.judge(chosen)
        lines = [f"||{t('found')}|{t('named correctly (+P)')}|", "|---|---:|---:|"]
        for group in "SV":
            pairs = (
                (now.sensitivity[group], usual.sensitivity[group]),
                (now.positive_predictivity[group], usual.positive_predictivity[group]),
            )
            lines.append(f"|**{group}**|{'|'.join(_cell(*pair, moved=chosen is not None) for pair in pairs)}|")
        st.markdown("\n".join(lines))
        st.caption(
            t(
                "Over {n} people of two databases, each read by a network that never saw the person. S: premature "
                "beats from above the ventricles, of which A is the class here. A lower threshold finds more and "
                "names more falsely. In brackets: by the most probable class.",
                n=len(model.card.held_out_records) - 1,
            )
        )
    return chosen


def _take() -> None:
    if not st.session_state[_OWN]:
        choices.set_page_choice("predict", "thresholds", None)
        return
    a, v = st.session_state.get(_A, _START.a), st.session_state.get(_V, _START.v)
    choices.set_page_choice("predict", "thresholds", Thresholds(a, v))


def _cell(now: float, usual: float, *, moved: bool) -> str:
    return f"**{now:.1%}** ({usual:.1%})" if moved else f"**{now:.1%}**"


def apply_thresholds(prediction: RecordPrediction, thresholds: Thresholds | None, model: Model) -> Named:
    """Name the beats by the thresholds, and find the unsure ones."""
    below = model.card.unsure.get("threshold")
    unsure = None if below is None else find_unsure(prediction.probabilities, below)
    if prediction.reservations:
        unsure = np.ones(len(prediction), dtype=bool)
    if thresholds is not None:
        prediction = replace(prediction, label=thresholds.name(prediction.probabilities))
    return Named(prediction, unsure)


def tell_unsure(named: Named, thresholds: Thresholds | None, model: Model) -> None:
    """Say how many beats are unsure, and what errors are to be expected among the others."""
    for sentence in named.prediction.reservations:
        st.warning(look_up(sentence.template, **sentence.values), icon=":material/help:")
    if named.prediction.reservations:
        return
    if named.unsure is None or not len(named.unsure):
        return
    card = model.card.unsure
    errors, of_all, share = card["errors"], card["errors_of_all"], card["share"]
    if thresholds is not None:
        answers = answers_of_others(model.card.name)
        found = answers.judge(thresholds, card["threshold"])
        errors, share, of_all = found.errors, found.unsure, answers.judge(thresholds).errors
    st.markdown(
        tn(
            "**{n:,} of {of:,}** beats is unsure: a hollow mark and a question mark, where no class has "
            "{threshold:.0%}.",
            "**{n:,} of {of:,}** beats are unsure: a hollow mark and a question mark, where no class has "
            "{threshold:.0%}.",
            int(named.unsure.sum()),
            of=len(named.unsure),
            threshold=card["threshold"],
        )
    )
    st.caption(
        t(
            "Over people it never saw, {share:.0%} of the beats are unsure, and of the others **{errors:.1%}** are "
            "named wrongly ({all:.1%} of all). For one person it may be far more or less: unsure is not the same as "
            "wrong, nor sure the same as right.",
            share=share,
            errors=errors,
            all=of_all,
        )
    )
