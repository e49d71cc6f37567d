"""The slim sidebar: language, record in use, model in use, glossary, tour."""

from __future__ import annotations

import streamlit as st

from ecgmodel.classification.agreement import learned_from_simulation, saw_person
from ecgmodel.errors import EcgModelError
from ecgmodel.network.model_file import ModelCard
from ecgmodel.records.record import Record
from pages.caches.models import model_name_in_use, open_model, open_model_for
from pages.caches.records import record_in_use
from pages.session import choices, place
from pages.ui.blocks import held_out_words, show_error
from pages.ui.glossary import show_glossary
from pages.ui.text import plain, t
from pages.ui.tour import show_tour_switch

_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
_LANGUAGE = "sidebar.language"


def show_sidebar(file: str | None = None) -> None:
    """Show the sidebar.

    Parameters
    ----------
    file : str or None
        A visitor's file that the page speaks of while another record is in use.
    """
    with st.sidebar:
        _show_language()
        _show_record(file)
        _show_model(person=file is None)
        _show_help()


def show_bare_sidebar() -> None:
    """Show the sidebar of a page that is about no record and no model."""
    with st.sidebar:
        _show_language()
        _show_help()


def show_simulation_badge(card: ModelCard) -> None:
    """Say of a model that was trained on simulated records alone that it was; nothing of others."""
    if learned_from_simulation(card):
        st.badge(t("trained on simulated records"), color="orange", icon=":material/science:")


def show_person_badge(name: str, record: Record) -> None:
    """Say whether what reads a record learned from its person; nothing where the record is of nobody known."""
    card = open_model_for(name, record.name).card
    show_simulation_badge(card)
    seen = saw_person(card, record)
    if seen is None:
        return
    if seen:
        st.badge(t("saw this person in training"), color="orange", icon=":material/visibility:")
    else:
        st.badge(t("never saw this person"), color="green", icon=":material/visibility_off:")


def _show_help() -> None:
    with st.container(gap=None):
        if st.button(t("Glossary"), icon=":material/menu_book:", type="tertiary"):
            show_glossary()
        show_tour_switch()


def _show_language() -> None:
    st.session_state[_LANGUAGE] = choices.language()
    st.segmented_control(
        t("Language"),
        choices.LANGUAGES,
        format_func=_LANGUAGE_NAMES.__getitem__,
        key=_LANGUAGE,
        label_visibility="collapsed",
        required=True,
        on_change=lambda: choices.set_language(st.session_state[_LANGUAGE]),
    )


def _show_record(file: str | None) -> None:
    with st.container(gap=None):
        st.caption(t("Record") if file is None else t("File"))
        st.markdown(f"**{plain(place.record_name() if file is None else file)}**")


def _show_model(*, person: bool) -> None:
    name = model_name_in_use()
    with st.container(gap=None):
        st.caption(t("Model"))
        if name is None:
            st.markdown(t("none"))
            return
        try:
            model = open_model(name)
        except EcgModelError as error:
            show_error(error)
            return
        st.markdown(f"**{plain(name)}** {model.config.cell.upper()}")
        card = model.card
        if "accuracy" in card.scores:
            st.caption(
                t(
                    "{accuracy:.1%} right on {held_out}",
                    accuracy=card.scores["accuracy"],
                    held_out=held_out_words(card),
                )
            )
    if not person:
        show_simulation_badge(card)
        return
    try:
        show_person_badge(name, record_in_use())
    except EcgModelError:
        return  # the page says why the record cannot be opened
