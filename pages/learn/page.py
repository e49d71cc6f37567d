"""Learn: the course, chapter by chapter, each with something to do."""

from pathlib import Path

import streamlit as st

from ecgmodel.errors import EcgModelError
from pages.learn.beat import beat_in_use
from pages.learn.chapters import CHAPTERS, find_chapter
from pages.learn.lesson import show_link, show_snippet
from pages.learn.navigation import show_chapter_list, show_neighbours, take_address
from pages.learn.questions import show_questions
from pages.learn.sources import show_sources
from pages.learn.teachers import show_teachers
from pages.session import address, choices
from pages.ui.blocks import show_error, show_not_a_medical_device, show_source
from pages.ui.text import t

st.html(Path(__file__).parents[2] / "assets" / "learn.css")
take_address(CHAPTERS)
chapter = find_chapter(choices.chapter())
address.note(chapter=str(chapter.number))
controls = choices.shows_controls()

if controls:
    left, middle, right = st.columns([1.1, 3, 3.6], gap="medium")
    with left:
        show_chapter_list(CHAPTERS, chapter)
else:
    address.note(controls="off")
    middle, right = st.columns([3, 3.6], gap="medium")

with right, st.container(key="learn_figure"):
    try:
        chapter.show()
    except EcgModelError as error:
        show_error(error)

with middle, st.container(key="learn_text"):
    st.subheader(f"{chapter.number} · {chapter.title()}", anchor=False)
    chapter.tell()
    questions = chapter.ask()
    st.session_state["learn.asked"] = questions  # the lesson without a server takes them along
    show_questions(chapter.number, questions)
    if controls:
        show_snippet(chapter)
        show_neighbours(CHAPTERS, chapter)
        show_link()
        show_teachers()
    else:
        st.button(t("Show the controls"), type="tertiary", on_click=choices.set_controls, args=(True,))
    show_sources(chapter.sources)
    show_source(beat_in_use().record)
    show_not_a_medical_device()
