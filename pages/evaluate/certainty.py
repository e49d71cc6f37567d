"""How far the probabilities can be believed, and what errors remain where the least sure answers are withheld."""

from __future__ import annotations

import streamlit as st

from ecgmodel.evaluation.calibration import UNSURE_SHARE
from ecgmodel.evaluation.operating_curves import (
    ReliabilityBin,
    calibration_error,
    draw_risk_curve,
    measure_reliability,
)
from pages.evaluate.choice import Closer
from pages.evaluate.judged import Judged
from pages.ui.text import plain, t


def show_certainty(closer: Closer) -> None:
    """Show reliability and risk-coverage of each."""
    from ecgmodel.figures.curves import draw_reliability

    for one in closer.both:
        st.markdown(f"**{plain(one.title)}**")
        reliability, risk = st.columns(2)
        tenths = _tenths(one)
        with reliability:
            words = {
                "title": t("Can its probabilities be believed?"),
                "x": t("mean probability of the answer"),
                "y": t("share that is right"),
                "segments": t("segments"),
            }
            st.plotly_chart(draw_reliability(tenths, words), key=f"evaluate.reliability.{one.key}")
            st.caption(
                t(
                    "On average the probability of an answer and the share of right answers lie **{ece:.1%}** apart "
                    "(expected calibration error over tenths).",
                    ece=calibration_error(tenths),
                )
            )
        with risk:
            _show_risk(one)
    st.caption(
        t(
            "Reliability: each dot holds the answers of one tenth of probability, a larger dot more of them. Below the "
            "diagonal the network is surer than it should be."
        )
    )
    if any(one.result is not None and one.result.protocol == "people" for one in closer.both):
        st.caption(
            t(
                "Under people the temperature of each fold's network was chosen on the people of the other folds, so "
                "nobody is counted on whom it was chosen."
            )
        )


def _show_risk(one: Judged) -> None:
    from ecgmodel.figures.curves import draw_risk

    if one.predictions is None:
        st.caption(t("Its segments were not kept, so this curve cannot be drawn."))
        return
    judged = one.predictions.is_judged
    if not judged.any():
        return
    curve = draw_risk_curve(one.predictions.truth[judged], one.predictions.probabilities[judged])
    errors, threshold = curve.at(UNSURE_SHARE)
    words = {
        "title": t("What remains where unsure answers are withheld"),
        "x": t("share of answers withheld as unsure"),
        "y": t("errors among the others"),
        "threshold": t("withheld below a probability of"),
    }
    st.plotly_chart(draw_risk(curve, (UNSURE_SHARE, errors), words), key=f"evaluate.risk.{one.key}")
    st.caption(
        t(
            "At **{share:.0%} unsure** (a probability below {threshold:.2f}), **{errors:.1%}** of the others are "
            "wrong; without withholding any, {all:.1%}.",
            share=UNSURE_SHARE,
            threshold=threshold,
            errors=errors,
            all=curve.errors[0],
        )
    )


def _tenths(one: Judged) -> tuple[ReliabilityBin, ...]:
    if one.result is not None:
        return one.result.reliability
    judged = one.predictions.is_judged
    return measure_reliability(one.predictions.truth[judged], one.predictions.probabilities[judged])
