"""The teacher's page: how to join, who is in, what is asked, what has come in, and the reveal."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.classroom.beats import N_BEATS
from ecgmodel.classroom.rooms import RoomView, Task, TeacherKey
from ecgmodel.errors import ClassroomError, EcgModelError
from pages.caches.classroom import beats_to_name, rooms
from pages.caches.models import model_name_in_use
from pages.classroom.door import leave
from pages.classroom.invitation import show_invitation
from pages.classroom.results import LETTERS, show_beats_result, show_question_result
from pages.classroom.tasks import beats_task, question_task
from pages.session import choices
from pages.ui.blocks import show_error
from pages.ui.course import course_chapters
from pages.ui.lesson_plan import show_plan
from pages.ui.text import plain, t, tn

LOOK_EVERY_S = 1.0
MAX_SET = 999

_KIND = "classroom.kind"
_CHAPTER = "classroom.chapter"
_QUESTION = "classroom.question"
_SET = "classroom.set"


def show_teacher(key: TeacherKey) -> None:
    """Show the room to its teacher."""
    view = rooms().look(key.code)
    if view.revealed:  # the result has the whole width
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover(t("Room {code}", code=key.code), icon=":material/qr_code_2:"):
                show_invitation(key.code)
                _show_people(key)
            _offer_next(key)
        _show_result(key, view)
        return
    left, right = st.columns([1, 2.4], gap="large")
    with left, st.container(key="class_invitation"):
        show_invitation(key.code)
        _show_people(key)
        with st.popover(t("Close the room"), icon=":material/meeting_room:"):
            st.markdown(t("Everybody leaves; names and answers are gone."))
            st.button(t("Close it now"), type="primary", on_click=_close, args=(key,), key="class.close")
    with right, st.container(key="class_task"):
        if view.task is None:
            _choose_task(key)
        else:
            _show_task(key, view)
    if view.task is None:  # between two questions: what comes next
        show_plan()


def _close(key: TeacherKey) -> None:
    try:
        rooms().close(key)
    finally:
        leave()


@st.fragment(run_every=2 * LOOK_EVERY_S)
def _show_people(key: TeacherKey) -> None:
    """Show who is in, and offer to take out a name that does not belong there."""
    try:
        names = rooms().names(key.code)
    except ClassroomError:
        st.rerun()
    st.markdown(f"**{tn('{n} student is in', '{n} students are in', len(names))}**")
    if not names:
        return
    st.caption(" · ".join(plain(name) for name in names))
    with st.popover(t("Remove a name"), type="tertiary"):
        name = st.selectbox(t("Name"), names, index=None, key="classroom.out")
        st.button(t("Take out"), disabled=name is None, on_click=_take_out, args=(key, name), key="class.out")


def _take_out(key: TeacherKey, name: str | None) -> None:
    if name is not None:
        rooms().remove(key, name)


def _choose_task(key: TeacherKey) -> None:
    st.title(t("What do you ask?"), anchor=False)
    kinds = {"beats": t("Be the model: name {n} beats", n=N_BEATS), "question": t("A question of the course")}
    st.session_state.setdefault(_KIND, choices.page_choice("classroom", "kind", "beats"))
    kind = st.segmented_control(
        t("Task"), list(kinds), format_func=kinds.__getitem__, key=_KIND, required=True, label_visibility="collapsed"
    )
    choices.set_page_choice("classroom", "kind", kind)
    try:
        if kind == "beats":
            _offer_beats(key)
        else:
            _offer_questions(key)
    except EcgModelError as error:
        show_error(error)


def _offer_beats(key: TeacherKey) -> None:
    model_name = model_name_in_use()
    st.markdown(
        t(
            "Everybody sees the same {n} beats, one after the other, and names each: normal, left or right bundle "
            "branch block, atrial or ventricular premature. Then you show what the experts say, what the model says, "
            "and how far the class agrees.",
            n=N_BEATS,
        )
    )
    seed = st.number_input(
        t("Set of beats"),
        1,
        MAX_SET,
        value=choices.page_choice("classroom", "set", 1),
        key=_SET,
        width=180,
        help=t("The same number draws the same beats again, for another class too."),
    )
    choices.set_page_choice("classroom", "set", seed)
    if model_name is not None:
        st.caption(t("Beside the class stands the model in use, {model}.", model=plain(model_name)))
    if st.button(t("Begin"), type="primary", icon=":material/play_arrow:", key="class.start"):
        with st.spinner(t("Drawing the beats, and letting the model name them …")):
            task = beats_task(beats_to_name(int(seed), model_name), model_name)
        _ask(key, task)


def _offer_questions(key: TeacherKey) -> None:
    chapters = course_chapters()
    numbers = [chapter.number for chapter in chapters]
    kept = choices.page_choice("classroom", "chapter", numbers[0])
    number = st.selectbox(
        t("Chapter"),
        numbers,
        index=numbers.index(kept) if kept in numbers else 0,
        format_func=lambda n: f"{n} · {chapters[numbers.index(n)].title}",
        key=_CHAPTER,
    )
    choices.set_page_choice("classroom", "chapter", number)
    questions = chapters[numbers.index(number)].ask()
    said = [question.words[choices.language()].text for question in questions]
    chosen = st.radio(
        t("Question"), range(len(said)), format_func=said.__getitem__, key=f"{_QUESTION}.{number}.{len(said)}"
    )
    if st.button(t("Ask the class"), type="primary", icon=":material/send:", key="class.ask"):
        _ask(key, question_task(questions[chosen]))


def _ask(key: TeacherKey, task: Task) -> None:
    rooms().ask(key, task)
    st.rerun()


def _offer_next(key: TeacherKey) -> None:
    st.button(
        t("Next"),
        type="primary",
        icon=":material/arrow_forward:",
        on_click=rooms().end_task,
        args=(key,),
        key="class.next",
    )


def _show_result(key: TeacherKey, view: RoomView) -> None:
    if view.task.kind == "question":
        show_question_result(view)
    else:
        show_beats_result(view, rooms().all_answers(key.code))


def _show_task(key: TeacherKey, view: RoomView) -> None:
    if view.task.kind == "question":
        st.title(view.task.content.words[choices.language()].text, anchor=False)
    else:
        st.title(t("Be the model"), anchor=False)
        st.markdown(t("The beats are on the students' screens. Each names them at their own pace."))
    _show_counts(key, view.step)
    with st.container(horizontal=True):
        st.button(
            t("Reveal"),
            type="primary",
            icon=":material/visibility:",
            on_click=rooms().reveal,
            args=(key,),
            key="class.reveal",
            help=t("No more answers are taken from then on."),
        )
        st.button(t("Drop it"), type="tertiary", on_click=rooms().end_task, args=(key,), key="class.drop")


@st.fragment(run_every=LOOK_EVERY_S)
def _show_counts(key: TeacherKey, step: int) -> None:
    """Show what has come in."""
    try:
        view = rooms().look(key.code)
    except ClassroomError:
        st.rerun()
    if view.step != step:  # this teacher's other tab has moved on
        st.rerun()
    st.markdown(
        t("**{done} of {n}** have answered everything.", done=view.n_done, n=view.n_students)
        if view.task.kind == "beats"
        else t("**{done} of {n}** have answered.", done=view.n_done, n=view.n_students)
    )
    if view.task.kind == "question":
        options = view.task.content.words[choices.language()].options
        for option, said in enumerate(options):
            count = int(view.counts[0, option])
            st.progress(count / max(view.n_students, 1), text=f"**{LETTERS[option]}** · {said} · **{count}**")
    else:
        st.html(_draw_progress(view.counts.sum(axis=1), view.n_students))


def _draw_progress(answered: np.ndarray, n_students: int) -> str:
    """Return a column for each beat: how many have named it."""
    label = t("{n} answers have come in", n=int(answered.sum()))
    columns = "".join(
        f'<div><i style="height:{100 * count / max(n_students, 1):.0f}%"></i><b>{k}</b></div>'
        for k, count in enumerate(answered.tolist(), start=1)
    )
    return f'<div class="class-columns" role="img" aria-label="{label}">{columns}</div>'
