"""Small pieces that pages share: errors as text, captions, times, and what the trace reports back."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.network.model_file import ModelCard
from ecgmodel.records.record import Origin, Record
from ecgmodel.records.sources.databases import DATABASES, MITDB, person
from pages.session import address, choices, place
from pages.ui.text import error_text, look_up, plain, t, tn

if TYPE_CHECKING:
    from pages.components.trace import TraceEvent

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def translate_streamlit() -> None:
    """Say in the visitor's language what Streamlit itself writes into a drop zone."""
    if choices.language() == "en":
        return
    limit = t("at most {n} MB a file", n=st.get_option("server.maxUploadSize"))
    st.html(f"<style>:root {{ --drop-choose: '{t('Choose files')}'; --drop-limit: '{limit}'; }}</style>")
    st.html(ASSETS / "drop_zone.css")


def show_error(error: EcgModelError) -> None:
    """Show what an error says, in the visitor's language."""
    st.warning(error_text(error), icon=":material/info:")


def show_problems() -> None:
    """Show what was wrong with the address, as far as it does not stand on the page already."""
    for problem in address.take_unshown():
        show_error(problem)


def show_controls_door() -> None:
    """Show the line behind which a phone keeps what chooses record and model; wider windows show that at once.

    It holds for the containers on the page whose keys begin with `page_controls`; the style sheet does it.
    """
    st.html(f'<details class="controls-door"><summary>{escape(t("Record and model"))}</summary></details>')


def show_not_a_medical_device() -> None:
    """Say what every page with a result says."""
    st.caption(t("For teaching and research. Not a medical device."))


def show_source(record: Record) -> None:
    """Say whose data a record is."""
    show_origin(record.source)


def show_origin(origin: Origin) -> None:
    """Say whose data records of an origin are."""
    database = next((database for database in DATABASES if database.name == origin), None)
    if origin == "excerpt":
        database = MITDB
    if database is not None:
        st.caption(
            t(
                "[{title}]({url}), PhysioNet, [{licence}]({licence_url}). {citation}. "
                "[doi {doi}](https://doi.org/{doi})",
                title=look_up(database.title),
                url=database.url,
                licence=database.licence,
                licence_url=database.licence_url,
                citation=database.citation,
                doi=database.doi,
            )
        )
    elif origin == "simulated":
        st.caption(
            t("Simulated: computed from a model of the heartbeat, and nobody's ECG. Its labels are known exactly.")
        )


def truth_name(record: Record) -> str:
    """Return who gave a record its labels."""
    if record.source == "upload":
        return t("file")
    return t("simulation") if record.source == "simulated" else t("experts")


def held_out_words(card: ModelCard) -> str:
    """Return in words, as Markdown, which data a model's scores were computed on."""
    if card.held_out_records:
        people = len({person(name) for name in card.held_out_records})
        return tn("{n} person it never saw", "{n} people it never saw", people)
    if card.protocol == "segments-10fold":
        return t("segments it never saw, of people it knows")
    return plain(card.held_out or card.protocol)


def clock(seconds: float, digits: int = 0) -> str:
    """Return a time in a record as people write it: "19:35", "19:34.5" with one digit, "24:00:00"."""
    minutes, rest = divmod(round(seconds, digits), 60)
    width = 2 if digits == 0 else 3 + digits
    hours, minutes = divmod(int(minutes), 60)
    before = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{before}:{rest:0{width}.{digits}f}"


def follow_trace(event: TraceEvent) -> None:
    """Keep where the visitor moved the trace to."""
    place.set_view(event.view.start_s, event.view.window_s)
