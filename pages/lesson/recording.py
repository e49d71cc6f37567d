"""Running the pages of the app once, without a server, and taking along what they show.

Streamlit's own test harness runs a script and hands over the tree of its elements, with what each is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from ecgmodel.errors import LessonError
from pages.session.choices import Language, note_recorded

APP = Path(__file__).resolve().parents[2] / "app.py"
LIMIT_S = 300.0

FOLDED = ("expandable", "expander", "popover")
"""What a page shows on a click: code and links, which are for the app."""

QUESTIONS = "-learn_questions"

Tree = tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RecordedQuestion:
    """A question with its answers, the right one first; `why` says of each why it is right or wrong."""

    text: str
    answers: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RecordedChapter:
    """A chapter on one beat.

    Attributes
    ----------
    title : str
    text, figure : tuple of Element
        What Streamlit would show in the column of text, and beside it.
    questions : tuple of RecordedQuestion
    """

    title: str
    text: Tree
    figure: Tree
    questions: tuple[RecordedQuestion, ...]


@contextmanager
def scanning_once() -> Iterator[None]:
    """Let the harness look through the installed packages for components once.

    It does so for each page anew, as a server does at its start, and takes several times as long as the page.
    """
    scan = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = cache(scan)
    try:
        yield
    finally:
        manifest_scanner.scan_component_manifests = scan


def record_chapter(number: int, language: Language, record: str, time_s: float) -> RecordedChapter:
    """Run a chapter on the beat at a time, in seconds, of a record.

    Raises
    ------
    LessonError
        Where the chapter cannot be shown on this beat.
    """
    app = _open("learn", language, record, time_s, chapter=str(number))
    _check(app, f"chapter {number}")
    text, figure = (_find(app.main, f"learn_{part}") for part in ("text", "figure"))
    return RecordedChapter(
        title=next(element.value for element in _leaves(text) if element.type == "subheader").partition(" · ")[2],
        text=tuple(element for element in _leaves(text) if element.type != "subheader"),
        figure=tuple(_leaves(figure)),
        questions=tuple(
            RecordedQuestion(
                question.text,
                tuple(answer.text for answer in question.answers),
                tuple(answer.why for answer in question.answers),
            )
            for question in app.session_state["learn.asked"]
        ),
    )


def record_gates(language: Language, record: str, time_s: float) -> Tree:
    """Run the Gates page on the beat at a time, in seconds, of a record, and return what it shows.

    Raises
    ------
    LessonError
        Where the page cannot be shown on this beat.
    """
    app = _open("gates", language, record, time_s)
    _check(app, "the Gates page")
    return tuple(_leaves(app.main))


def _open(page: str, language: Language, record: str, time_s: float, **address: str) -> AppTest:
    """Run a page of the app at an address."""
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    note_recorded(app.session_state)
    app.run()
    app.query_params.update(lang=language, record=record, beat=f"{time_s:.3f}", **address)
    return app.switch_page(f"pages/{page}/page.py").run()


def _find(block: Block, key: str) -> Block:
    """Return the container with a key."""
    waiting = [block]
    while waiting:
        found = waiting.pop()
        if getattr(found.proto, "id", "").endswith(f"-{key}"):
            return found
        waiting += [child for child in found.children.values() if isinstance(child, Block)]
    raise LessonError("The page has no part '{part}' for the lesson.", part=key)


def _check(script: AppTest, what: str) -> None:
    said = [element.message for element in script.exception] + [element.value for element in script.warning]
    if said:
        raise LessonError("The lesson has no picture of {what}: {why}", what=what, why=said[0])


def _leaves(block: Block) -> Iterator[Element]:
    """Yield the elements of a block in the order in which they are read."""
    for _place, child in sorted(block.children.items()):
        if isinstance(child, Block):
            if child.type not in FOLDED and not getattr(child.proto, "id", "").endswith(QUESTIONS):
                yield from _leaves(child)
        else:
            yield child
