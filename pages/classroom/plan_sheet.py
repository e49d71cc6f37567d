"""The plan of a lesson on the page, and as sheets to print: for the teacher, for the class, and the key."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from ecgmodel.figures.rendering import render
from pages.classroom.plan import MINUTES, Scene, scenes_of
from pages.session import choices
from pages.ui.downloads import offer_file
from pages.ui.text import t

Sheet = Literal["plan", "worksheet", "key"]

_MINUTES = "classroom.minutes"


def show_plan() -> None:
    """Show the scenes with links to their pages, and offer the sheets."""
    st.subheader(t("Plan of a lesson"), anchor=False)
    st.session_state.setdefault(_MINUTES, choices.page_choice("classroom", "minutes", 45))
    minutes = st.segmented_control(
        t("Length"),
        MINUTES,
        format_func=lambda n: t("{n} minutes", n=n),
        key=_MINUTES,
        required=True,
        label_visibility="collapsed",
    )
    choices.set_page_choice("classroom", "minutes", minutes)
    scenes = scenes_of(minutes)
    for number, scene in enumerate(scenes, start=1):
        with st.expander(t("{k} · {title} · {n} min", k=number, title=scene.title, n=scene.minutes[minutes])):
            _show_scene(scene)
    names = {"plan": t("Speaker notes"), "worksheet": t("Worksheet"), "key": t("Answer key")}
    with st.container(horizontal=True):
        for sheet, name in names.items():
            document = make_sheet(sheet, minutes)
            offer_file(name, partial(str, document), f"{sheet}-{minutes}-{choices.language()}.html", "text/html")


def _show_scene(scene: Scene) -> None:
    st.markdown(f"**{t('Show')}** {scene.show}")
    st.markdown(f"**{t('Say')}** {scene.say}")
    st.page_link(
        f"pages/{scene.page}/page.py",
        label=t("Open this scene"),
        icon=":material/arrow_forward:",
        query_params={**scene.address, "lang": choices.language()},
    )


def make_sheet(sheet: Sheet, minutes: int) -> str:
    """Return a sheet as an HTML document for paper, in the visitor's language."""
    titles = {
        "plan": t("Speaker notes: {n} minutes", n=minutes),
        "worksheet": t("Worksheet"),
        "key": t("Answer key"),
    }
    return render(
        "lesson_sheet.html",
        lang="zh-CN" if choices.language() == "zh" else "en",
        title=t("How a network reads an ECG"),
        sheet=sheet,
        name=titles[sheet],
        scenes=[
            {"scene": scene, "head": _head(sheet, number, scene, minutes)}
            for number, scene in enumerate(scenes_of(minutes), start=1)
        ],
        words={"show": t("Show"), "say": t("Say"), "name": t("Your name"), "date": t("Date")},
        device=t("For teaching and research. Not a medical device."),
    )


def _head(sheet: Sheet, number: int, scene: Scene, minutes: int) -> str:
    if sheet == "plan":
        return t("{k} · {title} · {n} min", k=number, title=scene.title, n=scene.minutes[minutes])
    return f"{number} · {scene.title}"
