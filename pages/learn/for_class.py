"""The questions of the chapters, in every language at once, for a class whose students read different ones."""

from __future__ import annotations

from functools import partial

from pages.learn.chapters import CHAPTERS
from pages.learn.lesson import Chapter
from pages.learn.questions import RIGHT, Question
from pages.session import choices
from pages.ui.course import CourseChapter, CourseQuestion, QuestionWords


def course_chapters() -> tuple[CourseChapter, ...]:
    """Return the chapters; their questions speak of the beat, the model and the place that the visitor has chosen."""
    return tuple(CourseChapter(chapter.number, chapter.title(), partial(_ask, chapter)) for chapter in CHAPTERS)


def _ask(chapter: Chapter) -> tuple[CourseQuestion, ...]:
    asked: dict[choices.Language, tuple[Question, ...]] = {}
    for language in choices.LANGUAGES:
        with choices.speaking(language):
            asked[language] = chapter.ask()
    return tuple(_join(dict(zip(asked, alike, strict=True))) for alike in zip(*asked.values(), strict=True))


def _join(said: dict[choices.Language, Question]) -> CourseQuestion:
    """Return a question in all its languages; an answer that comes out as another one is not offered twice."""
    texts = [tuple(question.answers[k].text for question in said.values()) for k in range(_count(said))]
    kept = [k for k in range(len(texts)) if texts.index(texts[k]) == k]
    words = {
        language: QuestionWords(
            question.text,
            tuple(question.answers[k].text for k in kept),
            tuple(question.answers[k].why for k in kept),
        )
        for language, question in said.items()
    }
    return CourseQuestion(words, kept.index(RIGHT))


def _count(said: dict[choices.Language, Question]) -> int:
    return len(next(iter(said.values())).answers)
