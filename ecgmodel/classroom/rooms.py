"""Class rooms in the memory of one process: who is in, what is asked, and what was answered.

Nothing is written anywhere: a room is gone when its teacher closes it, when nobody has done anything in it for
`IDLE_LIMIT_S`, and with the process. All methods of `Rooms` may be called by any thread at any time.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from ecgmodel.classroom.names import CODE_LENGTH, clean_name, draw_code, fold_name, tidy_code
from ecgmodel.errors import ClassroomError

MAX_ROOMS = 24
MAX_STUDENTS = 200
IDLE_LIMIT_S = 3 * 3600.0
EMPTY_LIMIT_S = 1800.0
"""A room that nobody ever joined goes sooner."""

NO_ANSWER = -1


@dataclass(frozen=True, slots=True)
class Task:
    """What a class is asked.

    Attributes
    ----------
    kind : {"question", "beats"}
    n_options : int
        Answers to choose from, the same for every item.
    truth : tuple of int
        The right option of each item.
    content : object
        What the pages show; rooms do not look into it.
    """

    kind: str
    n_options: int
    truth: tuple[int, ...]
    content: object

    @property
    def n_items(self) -> int:
        """How many answers each student gives."""
        return len(self.truth)


@dataclass(frozen=True, slots=True, eq=False)
class RoomView:
    """A room at one moment.

    Attributes
    ----------
    step : int
        Rises with everything that every student must see: a new task, its reveal, its end.
    task : Task or None
        `None` between tasks.
    revealed : bool
    n_students : int
    n_done : int
        Students who have answered every item.
    counts : ndarray of shape (n_items, n_options), int64
        Answers so far.
    """

    step: int
    task: Task | None
    revealed: bool
    n_students: int
    n_done: int
    counts: np.ndarray


@dataclass(slots=True, eq=False)
class _Room:
    code: str
    secret: str
    touched: float
    step: int = 0
    task: Task | None = None
    revealed: bool = False
    names: dict[str, str] = field(default_factory=dict)
    answers: dict[str, np.ndarray] = field(default_factory=dict)
    counts: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    n_done: int = 0


@dataclass(frozen=True, slots=True)
class TeacherKey:
    """What a teacher's session holds: the room's code, and the secret that alone moves it on."""

    code: str
    secret: str


@dataclass(frozen=True, slots=True)
class Seat:
    """What a student's session holds: the room's code, and the secret of a seat."""

    code: str
    seat: str


class Rooms:
    """All rooms of a process.

    Parameters
    ----------
    clock : callable
        Returns seconds; a test hands in its own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, replica: int | None = None) -> None:
        self._clock = clock
        self._replica = replica
        self._lock = Lock()
        self._rooms: dict[str, _Room] = {}

    def __len__(self) -> int:
        with self._lock:
            self._sweep()
            return len(self._rooms)

    def open(self) -> TeacherKey:
        """Open a room.

        Raises
        ------
        ClassroomError
            Where `MAX_ROOMS` are open.
        """
        with self._lock:
            self._sweep()
            if len(self._rooms) >= MAX_ROOMS:
                raise ClassroomError(
                    "{n} class rooms are open here, which is the limit. Close one, or try again later.", n=MAX_ROOMS
                )
            code = draw_code(self._replica)
            while code in self._rooms:
                code = draw_code(self._replica)
            self._rooms[code] = _Room(code, secrets.token_urlsafe(16), self._clock())
            return TeacherKey(code, self._rooms[code].secret)

    def close(self, key: TeacherKey) -> None:
        """Close a room: names and answers are gone."""
        with self._lock:
            self._room_of(key)
            del self._rooms[key.code]

    def is_open(self, code: str) -> bool:
        """Tell whether there is a room with this code."""
        with self._lock:
            self._sweep()
            return code in self._rooms

    def is_teacher(self, key: TeacherKey) -> bool:
        """Tell whether a key opens its room."""
        with self._lock:
            self._sweep()
            room = self._rooms.get(key.code)
            return room is not None and hmac.compare_digest(room.secret.encode(), key.secret.encode())

    def ask(self, key: TeacherKey, task: Task) -> None:
        """Ask something new; what was asked before is over."""
        with self._lock:
            room = self._room_of(key)
            room.task, room.revealed = task, False
            self._clear_answers(room)
            room.step += 1

    def reveal(self, key: TeacherKey) -> None:
        """Take no more answers, and show the right ones."""
        with self._lock:
            room = self._room_of(key)
            if room.task is not None and not room.revealed:
                room.revealed = True
                room.step += 1

    def end_task(self, key: TeacherKey) -> None:
        """Go back to waiting."""
        with self._lock:
            room = self._room_of(key)
            if room.task is not None:
                room.task, room.revealed = None, False
                self._clear_answers(room)
                room.step += 1

    def remove(self, key: TeacherKey, name: str) -> None:
        """Take a name and its answers out of the room; its seat is free to join again."""
        with self._lock:
            room = self._room_of(key)
            for seat in [seat for seat, taken in room.names.items() if taken == name]:
                self._take_out(room, seat)

    def join(self, code: str, name: str) -> Seat:
        """Take a seat under a name.

        Raises
        ------
        ClassroomError
            Where there is no such room, it is full, or the name cannot be taken.
        """
        shown = clean_name(name)
        with self._lock:
            room = self._find(tidy_code(code))
            if len(room.names) >= MAX_STUDENTS:
                raise ClassroomError("This room is full: it has {n} seats.", n=MAX_STUDENTS)
            if fold_name(shown) in map(fold_name, room.names.values()):
                raise ClassroomError("Somebody in this room is called '{name}' already. Take another name.", name=shown)
            seat = secrets.token_urlsafe(12)
            room.names[seat] = shown
            if room.task is not None:
                room.answers[seat] = np.full(room.task.n_items, NO_ANSWER, dtype=np.int8)
            room.touched = self._clock()
            return Seat(room.code, seat)

    def leave(self, seat: Seat) -> None:
        """Give a seat back; its name and its answers are gone."""
        with self._lock:
            room = self._rooms.get(seat.code)
            if room is not None:
                self._take_out(room, seat.seat)

    def answer(self, seat: Seat, step: int, item: int, option: int) -> bool:
        """Take an answer, or another one in its place; return whether it counted.

        It does not where the class has moved on from `step`, or the answers are revealed.

        Raises
        ------
        ClassroomError
            Where the room or the seat is gone.
        """
        with self._lock:
            room = self._find(seat.code)
            task, answers = room.task, room.answers.get(seat.seat)
            if seat.seat not in room.names:
                raise _seat_gone()
            if task is None or room.revealed or step != room.step or answers is None:
                return False
            if not (0 <= item < task.n_items and 0 <= option < task.n_options):
                return False
            was_done = bool(np.all(answers != NO_ANSWER))
            if answers[item] != NO_ANSWER:
                room.counts[item, answers[item]] -= 1
            answers[item] = option
            room.counts[item, option] += 1
            room.n_done += int(not was_done and bool(np.all(answers != NO_ANSWER)))
            room.touched = self._clock()
            return True

    def look(self, code: str) -> RoomView:
        """Return a room as it is now.

        Raises
        ------
        ClassroomError
            Where there is none.
        """
        with self._lock:
            room = self._find(code)
            return RoomView(room.step, room.task, room.revealed, len(room.names), room.n_done, room.counts.copy())

    def step(self, code: str) -> int | None:
        """Return how often the class has moved on, `None` where the room is gone: what a student's page watches."""
        with self._lock:
            room = self._rooms.get(code)
            return None if room is None or self._is_over(room) else room.step

    def names(self, code: str) -> tuple[str, ...]:
        """Return who is in, in the order in which they came."""
        with self._lock:
            return tuple(self._find(code).names.values())

    def name_of(self, seat: Seat) -> str | None:
        """Return the name on a seat; `None` where the room or the seat is gone."""
        with self._lock:
            room = self._rooms.get(seat.code)
            return None if room is None or self._is_over(room) else room.names.get(seat.seat)

    def answers_of(self, seat: Seat) -> np.ndarray:
        """Return a student's answers, `NO_ANSWER` where there is none: ndarray of shape (n_items,), int8."""
        with self._lock:
            found = self._find(seat.code).answers.get(seat.seat)
            if found is None:
                raise _seat_gone()
            return found.copy()

    def all_answers(self, code: str) -> np.ndarray:
        """Return everybody's answers, `NO_ANSWER` where there is none: ndarray of shape (n_students, n_items), int8."""
        with self._lock:
            room = self._find(code)
            n_items = 0 if room.task is None else room.task.n_items
            return np.array(list(room.answers.values()), dtype=np.int8).reshape(-1, n_items)

    def _find(self, code: str) -> _Room:
        self._sweep()
        room = self._rooms.get(code)
        if room is None:
            raise ClassroomError(
                "There is no class room '{code}' here. A code has {n} letters; ask your teacher for it.",
                code=code[:12],
                n=CODE_LENGTH,
            )
        return room

    def _room_of(self, key: TeacherKey) -> _Room:
        """Return the room of its teacher, and note that something happened in it."""
        room = self._find(key.code)
        if not hmac.compare_digest(room.secret.encode(), key.secret.encode()):
            raise ClassroomError("Only the teacher who opened this room can do that.")
        room.touched = self._clock()
        return room

    def _clear_answers(self, room: _Room) -> None:
        n_items = 0 if room.task is None else room.task.n_items
        n_options = 0 if room.task is None else room.task.n_options
        room.counts = np.zeros((n_items, n_options), dtype=np.int64)
        room.answers = {seat: np.full(n_items, NO_ANSWER, dtype=np.int8) for seat in room.names}
        room.n_done = 0

    def _take_out(self, room: _Room, seat: str) -> None:
        room.names.pop(seat, None)
        answers = room.answers.pop(seat, None)
        if answers is None or room.task is None:
            return
        given = np.flatnonzero(answers != NO_ANSWER)
        room.counts[given, answers[given]] -= 1
        room.n_done -= int(len(given) == len(answers))

    def _is_over(self, room: _Room) -> bool:
        limit = IDLE_LIMIT_S if room.names or room.task is not None else EMPTY_LIMIT_S
        return self._clock() - room.touched > limit

    def _sweep(self) -> None:
        for code in [code for code, room in self._rooms.items() if self._is_over(room)]:
            del self._rooms[code]


def _seat_gone() -> ClassroomError:
    return ClassroomError("Your seat in this room is gone. Join again with the code.")
