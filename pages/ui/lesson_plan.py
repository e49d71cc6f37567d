"""The lesson that a teacher can give: its scenes on the page, and its papers to print, with links to this app."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from ecgmodel.lesson.outline import FIRST_RECORD, PAPERS, TIMETABLES, Paper, name_file
from ecgmodel.lesson.plan import Scene, make_plan
from ecgmodel.records.record import Record
from ecgmodel.records.sources.embedded import DEFAULT_NAME
from pages.caches.lessons import lesson_facts, lesson_record_names
from pages.caches.records import shared_record, shared_stamp
from pages.session import choices
from pages.ui.downloads import offer_file
from pages.ui.text import language, t, translator

USUAL = 45

_KEY = "lesson.minutes"


def choose_minutes() -> int:
    """Show how long the lesson is, and return it: the same on every page."""
    st.session_state.setdefault(_KEY, choices.page_choice("lesson", "minutes", USUAL))
    minutes = st.segmented_control(
        t("Length"),
        list(TIMETABLES),
        format_func=lambda n: t("{n} minutes", n=n),
        key=_KEY,
        required=True,
        label_visibility="collapsed",
    )
    choices.set_page_choice("lesson", "minutes", minutes)
    return minutes


def offer_papers(minutes: int) -> None:
    """Offer plan, worksheet and key of a lesson; each is made on the click."""
    name = _record_name()
    record, address, lang = shared_record(name, shared_stamp(name)), app_address(), language()
    labels = {"plan": t("Speaker notes"), "worksheet": t("Worksheet"), "key": t("Answer key")}
    with st.container(horizontal=True):
        for paper in PAPERS:
            make = _maker(paper, record, minutes, address, lang)
            offer_file(labels[paper], make, name_file(paper, minutes, lang), "text/html")
    st.caption(
        t(
            "HTML files to print from the browser. The links begin with {address}: open the app by the address that "
            "the class uses before you save them.",
            address=f"`{address}`",
        )
    )


def show_scenes(minutes: int) -> None:
    """Show the scenes of a lesson, each with what to do, what to say, and the way to its page."""
    plan = make_plan(lesson_facts(_record_name()), minutes, app_address(), say=translator(language()), lang=language())
    for number, scene in enumerate(plan.scenes, start=1):
        with st.expander(t("{k} · {title} · {n} min", k=number, title=scene.title, n=scene.minutes)):
            _show_scene(scene)


def _show_scene(scene: Scene) -> None:
    for word, said in (
        (t("Aim"), scene.aim),
        (t("Show"), " ".join(scene.show)),
        (t("Say"), " ".join(scene.notes)),
        (t("Ask"), scene.ask),
        (t("Expect"), scene.expect),
    ):
        st.markdown(f"**{word}** {said}")
    st.page_link(
        f"pages/{scene.place.page}/page.py",
        label=t("Open this scene"),
        icon=":material/arrow_forward:",
        query_params=dict(scene.place.query),
    )


def show_plan() -> None:
    """Show the whole of it: the length to choose, the scenes, the papers."""
    st.subheader(t("Plan of a lesson"), anchor=False)
    minutes = choose_minutes()
    show_scenes(minutes)
    offer_papers(minutes)


def app_address() -> str:
    """Return the address of the app as the visitor reaches it, without the page."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rsplit('/', 1)[0]}"


def _record_name() -> str:
    return FIRST_RECORD if FIRST_RECORD in lesson_record_names() else DEFAULT_NAME


def _maker(paper: Paper, record: Record, minutes: int, address: str, lang: str) -> Callable[[], str]:
    say = translator(lang)

    def make() -> str:
        from ecgmodel.lesson.documents import write_paper
        from ecgmodel.lesson.facts import find_facts

        return write_paper(paper, find_facts(record), minutes, address, say=say, lang=lang)

    return make
