"""Class rooms in memory: who may do what, what is counted, and that nothing stays."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from ecgmodel.classroom import rooms as module
from ecgmodel.classroom.names import CODE_LENGTH, LETTERS, clean_name, tidy_code
from ecgmodel.classroom.rooms import NO_ANSWER, Rooms, Seat, Task, TeacherKey
from ecgmodel.errors import ClassroomError

N_STUDENTS = 50
QUESTION = Task("question", 3, (1,), None)
BEATS = Task("beats", 5, (0, 1, 2, 3, 4) * 4, None)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rooms(clock):
    return Rooms(clock)


def test_fifty_students_at_once_lose_no_answer(rooms):
    """50 threads join, answer 20 beats and change half of them, while the teacher looks: every last answer counts."""
    key = rooms.open()
    start = Barrier(N_STUDENTS + 1)

    def learn(student):
        seat = rooms.join(key.code, f"student {student}")
        start.wait()
        start.wait()  # the teacher has asked
        step = rooms.step(key.code)
        for item in range(BEATS.n_items):
            assert rooms.answer(seat, step, item, (student + 1) % 5)
            if item % 2:
                assert rooms.answer(seat, step, item, student % 5)
        return seat

    def teach():
        start.wait()
        rooms.ask(key, BEATS)
        start.wait()
        while (view := rooms.look(key.code)).n_done < N_STUDENTS:
            assert view.counts.min() >= 0
            assert view.counts.sum(axis=1).max() <= N_STUDENTS

    with ThreadPoolExecutor(N_STUDENTS + 1) as pool:
        students = [pool.submit(learn, student) for student in range(N_STUDENTS)]
        teacher = pool.submit(teach)
        seats = [student.result() for student in students]
        teacher.result()
    expected = [[(student + (item + 1) % 2) % 5 for item in range(20)] for student in range(N_STUDENTS)]
    counts = [[sum(row[item] == option for row in expected) for option in range(5)] for item in range(20)]
    assert rooms.look(key.code).counts.tolist() == counts
    assert [rooms.answers_of(seat).tolist() for seat in seats] == expected
    assert sorted(map(tuple, rooms.all_answers(key.code).tolist())) == sorted(map(tuple, expected))


def test_one_name_is_given_once_however_many_ask(rooms):
    """Of 50 threads that ask for the same name, one gets it."""
    key = rooms.open()
    start = Barrier(N_STUDENTS)

    def ask(student):
        start.wait()
        try:
            return rooms.join(key.code, "Ada" if student % 2 else " ADA ")
        except ClassroomError:
            return None

    with ThreadPoolExecutor(N_STUDENTS) as pool:
        taken = [seat for seat in pool.map(ask, range(N_STUDENTS)) if seat is not None]
    assert len(taken) == 1
    assert len(rooms.names(key.code)) == 1


@pytest.mark.parametrize("act", ["ask", "reveal", "end_task", "close", "remove"])
def test_only_the_teacher_moves_on(rooms, act):
    """A key with another secret, as of a student who knows the code, does nothing."""
    key = rooms.open()
    rooms.join(key.code, "Ada")
    rooms.ask(key, QUESTION)
    before = rooms.step(key.code)
    extra = {"ask": (BEATS,), "remove": ("Ada",)}.get(act, ())
    for secret in ("", "é", rooms.open().secret):
        with pytest.raises(ClassroomError, match="Only the teacher"):
            getattr(rooms, act)(TeacherKey(key.code, secret), *extra)
    assert rooms.step(key.code) == before
    assert rooms.names(key.code) == ("Ada",)


def test_answers_count_while_the_task_is_open(rooms):
    """None counts before a task, after the reveal, for a former task, or beside the options."""
    key = rooms.open()
    seat = rooms.join(key.code, "Ada")
    assert not rooms.answer(seat, 0, 0, 1)
    rooms.ask(key, QUESTION)
    first = rooms.step(key.code)
    assert not any(rooms.answer(seat, first, item, option) for item, option in ((1, 0), (-1, 0), (0, 3), (0, -1)))
    assert rooms.answer(seat, first, 0, 2)
    rooms.ask(key, QUESTION)
    assert not rooms.answer(seat, first, 0, 2)
    assert rooms.answers_of(seat).tolist() == [NO_ANSWER]
    rooms.reveal(key)
    assert not rooms.answer(seat, rooms.step(key.code), 0, 2)
    assert rooms.look(key.code).counts.tolist() == [[0, 0, 0]]


def test_a_late_student_answers_too(rooms):
    """Who joins while a task is open has all of it before them."""
    key = rooms.open()
    rooms.ask(key, BEATS)
    seat = rooms.join(key.code, "late")
    assert rooms.answer(seat, rooms.step(key.code), 19, 4)
    assert rooms.look(key.code).counts[19].tolist() == [0, 0, 0, 0, 1]


def test_who_goes_takes_their_answers_along(rooms):
    """Leaving, or being taken out, leaves neither name nor count behind."""
    key = rooms.open()
    ada, ben = rooms.join(key.code, "Ada"), rooms.join(key.code, "Ben")
    rooms.ask(key, QUESTION)
    for seat in (ada, ben):
        rooms.answer(seat, rooms.step(key.code), 0, 1)
    rooms.leave(ada)
    assert (rooms.names(key.code), rooms.look(key.code).n_done) == (("Ben",), 1)
    rooms.remove(key, "Ben")
    assert rooms.look(key.code).counts.tolist() == [[0, 0, 0]]
    with pytest.raises(ClassroomError, match="Join again"):
        rooms.answer(ben, rooms.step(key.code), 0, 1)
    rooms.join(key.code, "Ada")


def test_a_closed_room_is_gone(rooms):
    """Nobody finds it, its seats and its key open nothing."""
    key = rooms.open()
    seat = rooms.join(key.code, "Ada")
    rooms.close(key)
    assert len(rooms) == 0
    assert rooms.step(key.code) is None
    assert rooms.name_of(seat) is None
    assert not rooms.is_teacher(key)
    with pytest.raises(ClassroomError, match="no class room"):
        rooms.join(key.code, "Ben")


def test_an_idle_room_goes(rooms, clock):
    """Hours without an answer or a move close a room, however often pages look; one that nobody joined goes sooner."""
    empty, used = rooms.open(), rooms.open()
    seat = rooms.join(used.code, "Ada")
    clock.now = module.EMPTY_LIMIT_S + 1
    assert not rooms.is_open(empty.code)
    assert rooms.is_open(used.code)
    rooms.ask(used, QUESTION)
    clock.now += module.IDLE_LIMIT_S
    rooms.answer(seat, rooms.step(used.code), 0, 0)
    for _ in range(3):
        clock.now += module.IDLE_LIMIT_S / 3
        rooms.look(used.code)
        rooms.names(used.code)
    clock.now += 1
    assert rooms.step(used.code) is None
    assert len(rooms) == 0


def test_there_is_an_end_to_rooms_and_seats(rooms, clock):
    """The process keeps so many rooms and no more, and a room so many seats; idle ones make room."""
    keys = [rooms.open() for _ in range(module.MAX_ROOMS)]
    with pytest.raises(ClassroomError, match="which is the limit"):
        rooms.open()
    for student in range(module.MAX_STUDENTS):
        rooms.join(keys[0].code, f"student {student}")
    with pytest.raises(ClassroomError, match="full"):
        rooms.join(keys[0].code, "one more")
    clock.now = module.EMPTY_LIMIT_S + 1
    rooms.open()
    assert len(rooms) == 2


def test_a_code_is_read_aloud_and_typed_without_doubt(rooms):
    """It has letters that look like no digit and no other letter, and is taken with small letters and spaces."""
    code = rooms.open().code
    assert len(code) == CODE_LENGTH
    assert not set(LETTERS) & set("IL1O0QUSYAEU") - {"Q"}
    assert set(code) <= set(LETTERS)
    assert tidy_code(f" {code[:2].lower()} - {code[2:]} ") == code


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u200d", "x" * 25])
def test_a_name_that_nobody_can_read_is_refused(name):
    """A name has 1 to 24 characters that show."""
    with pytest.raises(ClassroomError, match="1 to 24"):
        clean_name(name)


def test_names_are_on_one_line_and_told_apart(rooms):
    """Line ends and marks that turn text round are taken out; full-width letters are the same name."""
    key = rooms.open()
    rooms.join(key.code, "Li\n\u202eLei")
    assert rooms.names(key.code) == ("Li Lei",)
    with pytest.raises(ClassroomError, match="already"):
        rooms.join(key.code, "ＬＩ Lei")


def test_a_stranger_has_no_seat(rooms):
    """A seat that was never given answers nothing and has no name."""
    key = rooms.open()
    rooms.ask(key, QUESTION)
    stranger = Seat(key.code, "guess")
    assert rooms.name_of(stranger) is None
    with pytest.raises(ClassroomError, match="Join again"):
        rooms.answer(stranger, rooms.step(key.code), 0, 0)


def test_a_view_stays_as_it_was(rooms):
    """What a page looks at does not change under it."""
    key = rooms.open()
    seat = rooms.join(key.code, "Ada")
    rooms.ask(key, QUESTION)
    view = rooms.look(key.code)
    rooms.answer(seat, view.step, 0, 1)
    assert view.counts.sum() == 0
    assert np.array_equal(rooms.look(key.code).counts, [[0, 1, 0]])
