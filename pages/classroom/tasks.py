"""What a class can be asked, as its room keeps it: for every language, and in one order for all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from ecgmodel.classroom.beats import BeatToName, truth_of
from ecgmodel.classroom.rooms import Task
from ecgmodel.labels import CLASSES
from pages.session.choices import Language
from pages.ui.course import CourseQuestion, QuestionWords


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a chapter with its options in the order in which this class sees them."""

    words: Mapping[Language, QuestionWords]


@dataclass(frozen=True, slots=True)
class AskedBeats:
    """Beats to name, and the model beside which the class stands; `None` without one."""

    beats: tuple[BeatToName, ...]
    model_name: str | None


def question_task(question: CourseQuestion) -> Task:
    """Return a question with its options shuffled, alike in every language."""
    n_options = len(next(iter(question.words.values())).options)
    order = random.sample(range(n_options), n_options)
    words = {
        language: QuestionWords(said.text, tuple(said.options[k] for k in order), tuple(said.why[k] for k in order))
        for language, said in question.words.items()
    }
    return Task("question", n_options, (order.index(question.right),), AskedQuestion(words))


def beats_task(beats: tuple[BeatToName, ...], model_name: str | None) -> Task:
    """Return beats to name."""
    drawn = tuple(beat.drawn for beat in beats)
    return Task("beats", len(CLASSES), truth_of(drawn), AskedBeats(beats, model_name))
