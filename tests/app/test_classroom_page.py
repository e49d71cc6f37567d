"""The class room in Streamlit's test harness: the teacher's and the students' sides, without a database."""

import numpy as np
import pytest

from ecgmodel.classroom.rooms import Rooms
from pages.caches import classroom
from tests.app.screen import all_text, all_words, as_read

pytestmark = pytest.mark.usefixtures("no_mitdb")


@pytest.fixture(autouse=True)
def rooms():
    """Every test has a school of its own."""
    classroom.rooms.clear()
    return classroom.rooms()


def button(app, key):
    return next(element for element in app.button if element.key == key)


def open_room(open_app, **address):
    teacher = open_app("class", **address)
    button(teacher, "classroom.open").click().run()
    assert not teacher.exception
    return teacher, teacher.session_state["classroom.key"]


def join(open_app, code, name, **address):
    student = open_app("class", room=code, **address)
    student.text_input(key="classroom.name").input(name)
    next(element for element in student.button if element.label in ("Join", "加入")).click().run()
    assert not student.exception
    return student


def subheads(app):
    return [head.value for head in app.subheader]


def ask_first_question(teacher):
    next(part for part in teacher.get("button_group") if part.key == "classroom.kind").set_value("question").run()
    button(teacher, "class.ask").click().run()
    assert not teacher.exception


def test_a_question_from_the_course_is_asked_and_revealed(open_app, rooms):
    """The teacher asks, two students answer in their own languages, and the reveal counts both beside the right one."""
    teacher, key = open_room(open_app)
    english = join(open_app, key.code, "Ada")
    chinese = join(open_app, key.code, "小李", lang="zh")
    assert "Plan of a lesson" in subheads(teacher)  # at hand between two questions, and away while one is asked
    ask_first_question(teacher)
    assert "Plan of a lesson" not in subheads(teacher)
    for student in (english, chinese):
        student.run()
    task = rooms.look(key.code).task
    words = task.content.words
    assert words["en"].text in all_text(english)
    assert words["zh"].text in all_text(chinese)
    assert words["en"].text != words["zh"].text
    right, wrong = task.truth[0], 1 - min(task.truth[0], 1)
    button(english, f"class.option.1.{right}").click().run()
    button(chinese, f"class.option.1.{wrong}").click().run()
    assert "Sent." in all_text(english)
    assert "已提交" in all_text(chinese)
    assert rooms.look(key.code).counts[0, [right, wrong]].tolist() == [1, 1]
    button(teacher, "class.reveal").click().run()
    for app in (teacher, english, chinese):
        app.run()
        assert not app.exception
    assert as_read(words["en"].why[right]) in all_text(teacher)
    assert as_read(words["zh"].why[wrong]) in all_text(chinese)
    assert "Right." in all_text(english)
    assert "不是这一项" in all_text(chinese)


def test_a_class_is_the_model(open_app, rooms):
    """A student who names all beats as the experts gets all of them, kappa 1; the table says what each said."""
    teacher, key = open_room(open_app)
    student = join(open_app, key.code, "Ada")
    button(teacher, "class.start").click().run()
    assert not teacher.exception
    student.run()
    truth = rooms.look(key.code).task.truth
    for option in truth:
        button(student, f"class.class.{option}").click().run()
    assert "All sent." in all_text(student)
    assert rooms.look(key.code).n_done == 1
    button(teacher, "class.reveal").click().run()
    student.run()
    assert not student.exception
    metrics = {as_read(metric.label): (metric.value, metric.delta) for metric in student.metric}
    assert metrics["You and the experts"] == ("20/20", "kappa 1.00")
    assert metrics["Class among itself"][0] == "kappa –"
    table = student.dataframe[0].value
    assert (table["You"].str[0] == table["Experts"]).all()
    assert table["Beat"].tolist() == [str(k) for k in range(1, 21)]
    assert "simulation" in all_text(teacher)


def test_what_is_sent_can_be_changed(open_app, rooms):
    """The step back shows the same beat again, and another answer takes the place of the first."""
    teacher, key = open_room(open_app)
    student = join(open_app, key.code, "Ada")
    button(teacher, "class.start").click().run()
    student.run()
    button(student, "class.class.0").click().run()
    button(student, "class.back").click().run()
    button(student, "class.class.3").click().run()
    counts = rooms.look(key.code).counts
    assert counts[0].tolist() == [0, 0, 0, 1, 0]
    assert counts.sum() == 1


def test_names_are_shown_as_they_are(open_app):
    """A name that looks like Markdown, HTML or a formula is text, on both sides."""
    name = "<b>x</b> **y** $z$"
    teacher, key = open_room(open_app)
    student = join(open_app, key.code, name)
    teacher.run()
    assert name in all_text(teacher)
    assert "**y**" not in "\n".join(element.value for element in teacher.caption)
    shown = [element.proto.body for element in student.get("html") if "<h1" in element.proto.body]
    assert "&lt;b&gt;x&lt;/b&gt; **y** $z$</h1>" in shown[-1]


def test_a_taken_name_and_a_wrong_code_are_said(open_app):
    """Both keep the student at the door, with what to do."""
    _teacher, key = open_room(open_app)
    join(open_app, key.code, "Ada")
    again = join(open_app, key.code, "ada")
    assert "Take another name" in all_text(again)
    lost = join(open_app, "XXXXX", "Ben")
    assert "ask your teacher" in all_text(lost)


def test_closing_sends_everybody_out(open_app, rooms):
    """The room, its names and answers are gone, and a student's next run says so."""
    teacher, key = open_room(open_app)
    student = join(open_app, key.code, "Ada")
    button(teacher, "class.close").click().run()
    assert len(rooms) == 0
    student.run()
    assert "The room was closed" in all_text(student)
    assert "Open a room" in all_words(teacher)


def test_a_student_has_no_teachers_buttons(open_app):
    """Neither the page of a student nor that of a visitor at the door can ask, reveal or close."""
    teacher, key = open_room(open_app)
    student = join(open_app, key.code, "Ada")
    button(teacher, "class.start").click().run()
    student.run()
    keys = {element.key for element in student.button}
    assert not keys & {"class.reveal", "class.drop", "class.close", "class.start", "class.ask", "class.next"}
    assert "classroom.key" not in student.session_state


def test_localhost_says_how_to_open_the_app_for_a_class(open_app):
    """Where only this machine reaches the app, as it is set up, the one setting is said."""
    teacher, _key = open_room(open_app)
    assert "--server.address 0.0.0.0" in teacher.code[0].value


def test_looking_costs_a_student_nothing_while_nothing_changes(open_app, rooms, monkeypatch):
    """Counting answers of others does not make a student's page run again: its step stays."""
    teacher, key = open_room(open_app)
    ada, ben = join(open_app, key.code, "Ada"), join(open_app, key.code, "Ben")
    ask_first_question(teacher)
    ada.run()
    step = rooms.step(key.code)
    ben.run()
    button(ben, f"class.option.{step}.0").click().run()
    assert rooms.step(key.code) == step
    assert isinstance(rooms, Rooms)
    assert np.array_equal(rooms.look(key.code).counts.sum(axis=1), [1])


def test_the_plan_of_a_lesson_stands_at_the_door(open_app):
    """Whoever is not in a room sees its scenes, in their language, with a link each, and three sheets to print."""
    app = open_app("class", lang="zh")
    assert len(app.expander) == 5
    assert sum(element.label in ("讲稿", "练习单", "参考答案") for element in app.get("download_button")) == 3
    assert len(app.get("page_link")) >= 5
    assert not app.exception
