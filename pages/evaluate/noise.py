"""What noise does to the detector and to the classifier, each for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pages.caches.results import noise_stress
from pages.ui.text import plain, t

if TYPE_CHECKING:
    from ecgmodel.evaluation.noise_stress import NoiseStress


def show_noise() -> None:
    """Show two small charts and how they were made."""
    found = noise_stress()
    if found is None:
        st.caption(t("No noise stress test yet. Make one with: python -m ecgmodel noise"))
        return
    from ecgmodel.figures.noise import draw_noise

    names = {"bw": t("wander of the baseline"), "em": t("movement of electrodes"), "ma": t("muscle")}
    axes = {"x": t("signal-to-noise ratio (dB)"), "clean": t("none"), "y": ""}
    detector, classifier = st.columns(2)
    with detector:
        words = axes | {"title": t("The detector: R peaks in noise")}
        figures = {
            t("found"): lambda point: point.detected,
            t("correct (+P)"): lambda point: point.detected_rightly,
        }
        st.plotly_chart(draw_noise(found, figures, names, words), key="evaluate.noise.detector")
    with classifier:
        words = axes | {"title": t("The classifier: premature beats in noise")}
        figures = {
            t("V found"): lambda point: point.sensitivity["V"],
            t("S found"): lambda point: point.sensitivity["S"],
        }
        st.plotly_chart(draw_noise(found, figures, names, words), key="evaluate.noise.classifier")
    st.caption(
        t(
            "Noises of the MIT-BIH Noise Stress Test Database on records {records}; only the minutes with noise are "
            "judged. The classifier ({model}) is given the experts' R peaks, so its mistakes are not the detector's, "
            "and each record is read by the network that never saw its person. Sensitivity alone: in noise more beats "
            "are also named S and V falsely. Seed {seed}. To repeat it: `{command}`",
            records=t(", ").join(found.records),
            model=plain(found.model),
            seed=found.seed,
            command=found.command,
        )
    )
    with st.expander(t("The figures of both charts")):
        st.dataframe(_list_points(found, names), hide_index=True, width="stretch")


def _list_points(found: NoiseStress, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the figures of each noise and level as the rows of a table, those without noise first."""
    points = [(t("none"), found.point(None, None))]
    points += [
        (f"{names[noise]}, {level:g} dB".replace("-", "−"), found.point(noise, level))
        for noise in found.noises
        for level in found.levels(noise)
    ]
    return [
        {
            t("Noise"): name,
            t("R peaks found"): f"{point.detected:.2%}",
            t("R peaks +P"): f"{point.detected_rightly:.2%}",
            **{
                word: f"{share[group]:.1%}"
                for group in "SV"
                for word, share in (
                    (t("{symbol} found", symbol=group), point.sensitivity),
                    (f"{group} +P", point.positive_predictivity),
                )
            },
        }
        for name, point in points
    ]
