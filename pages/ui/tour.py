"""The tour: eight stops, one a page, which the visitor may end at any time and begin again."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.session import choices
from pages.ui.text import t

_STOP = ("tour", "stop")


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop.

    Attributes
    ----------
    page : str
        Name of its room.
    text : str
        Markdown.
    """

    page: str
    text: str


def stops() -> tuple[Stop, ...]:
    """Return the stops in their order, in the visitor's language."""
    return (
        Stop(
            "start",
            t(
                "A heartbeat passes through the network: **convolutions** find shapes, **gates** decide what to keep, "
                "five numbers are the **answer**. The rest of the app opens each of these."
            ),
        ),
        Stop(
            "learn",
            t(
                "The **course**. Each chapter is a page of text beside a figure that answers when you touch it, and "
                "ends with questions."
            ),
        ),
        Stop(
            "records",
            t(
                "Real **ECG records**. Drag the trace, press *Next V* for the next ventricular beat, click a beat: "
                "what you choose here goes with you to every other page."
            ),
        ),
        Stop(
            "predict",
            t(
                "The **model at work**: experts' labels above, the model's below, a ring where they differ, and the "
                "probabilities of one beat."
            ),
        ),
        Stop(
            "gates",
            t(
                "**Inside the cell**: time runs from left to right, each row is one unit. Click a cell to read "
                "the sum behind its number. Then hold a gate and see what changes."
            ),
        ),
        Stop(
            "train",
            t("**Train one yourself**: choose the people, press Train, watch the curves, and use your network above."),
        ),
        Stop(
            "evaluate",
            t(
                "**How good is it?** The same network, asked three ways. The drop from the first to the third is "
                "the lesson: new people are harder."
            ),
        ),
        Stop(
            "upload",
            t(
                "**Your own ECG**: drop a file, and see what was understood of it, beat by beat. That was the tour; "
                "it starts again from the menu at the left."
            ),
        ),
    )


def page_file(page: str) -> str:
    """Return the script of a page by the name of its room."""
    return f"pages/{page}/page.py"


def offer_tour() -> None:
    """Show a button that begins the tour, while it is not on."""
    if choices.page_choice(*_STOP) is None:
        n = len(stops())
        st.button(
            t("Take the tour: {n} stops", n=n), icon=":material/tour:", key="tour.offer", on_click=_go_to, args=(0,)
        )


def show_tour_switch() -> None:
    """Show the button of the menu that begins the tour, wherever the visitor is."""
    if st.button(t("Tour"), icon=":material/tour:", type="tertiary", key="tour.begin"):
        _go_to(0)
        st.switch_page(page_file(stops()[0].page))


def show_tour(page: str) -> None:
    """Show the stop of the tour, where it is on.

    Parameters
    ----------
    page : str
        Name of the room of the page that is shown.
    """
    number = choices.page_choice(*_STOP)
    if number is None:
        return
    tour = stops()
    stop = tour[number]
    with st.container(key="tour", horizontal=True, vertical_alignment="center", gap="small"):
        here = stop.page == page
        text = stop.text if here else t("You left the tour; it goes on where you were.")
        st.markdown(t("Tour, stop {i} of {n}. {text}", i=number + 1, n=len(tour), text=text))
        wanted = number
        if not here:
            if st.button(t("Go on with the tour"), key="tour.resume"):
                st.switch_page(page_file(stop.page))
        else:
            if number > 0 and st.button(t("Previous stop"), key="tour.back"):
                wanted = number - 1
            if number + 1 < len(tour) and st.button(t("Next stop"), key="tour.on", type="primary"):
                wanted = number + 1
        st.button(t("End the tour"), key="tour.end", on_click=_go_to, args=(None,))
    # It begins from a button further down the same page, where its first stop would be above the screen.
    st.html(
        f"<script>/* {number} */ document.querySelector('.st-key-tour')?.scrollIntoView({{block: 'nearest'}})</script>",
        unsafe_allow_javascript=True,
    )
    if wanted != number:
        _go_to(wanted)
        st.switch_page(page_file(tour[wanted].page))


def _go_to(number: int | None) -> None:
    choices.set_page_choice(*_STOP, number)
