"""The limits of the app, and the work that it rests on."""

from __future__ import annotations

import streamlit as st

from ecgmodel.records.sources.databases import MITDB, SVDB
from pages.ui.text import t


def show_limits() -> None:
    """Say what the app is not, and how far its figures may be believed."""
    st.subheader(t("Limits"), anchor=False)
    st.markdown(
        "\n".join(
            f"- {line}"
            for line in (
                t("**Not a medical device.** For teaching and research; never use it for a diagnosis."),
                t(
                    "The networks learned from a few dozen people, recorded decades ago. On a new person they are "
                    "right less often than on people they know; Evaluate shows both, side by side."
                ),
                t(
                    "They know five kinds of beats. Whatever else comes, they give it one of these five names, and a "
                    "probability is no certainty."
                ),
                t("A watch or a chest strap records other leads than those that the networks learned from."),
            )
        )
    )


def show_sources() -> None:
    """Say whose data and whose method this is."""
    st.caption(
        t(
            "Heartbeat: record 208 of the [MIT-BIH Arrhythmia Database]({url}), PhysioNet, [ODC-By 1.0]({licence}); "
            "Moody GB, Mark RG. IEEE Eng in Med and Biol 20(3):45-50, 2001, "
            "[doi 10.1109/51.932724](https://doi.org/10.1109/51.932724). The network never saw this person. "
            "More people: [MIT-BIH Supraventricular Arrhythmia Database]({svdb}), Greenwald SD, 1990. Method: Oh SL, "
            "Ng EYK, Tan RS, Acharya UR. Comput Biol Med 102:278-287, 2018, "
            "[doi 10.1016/j.compbiomed.2018.06.002](https://doi.org/10.1016/j.compbiomed.2018.06.002).",
            url=MITDB.url,
            licence=MITDB.licence_url,
            svdb=SVDB.url,
        )
    )
