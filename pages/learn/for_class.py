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
    return tuple(
        CourseQuestion({language: _words(asked[language][k]) for language in choices.LANGUAGES}, RIGHT)
        for k in range(len(asked[choices.LANGUAGES[0]]))
    )


def _words(question: Question) -> QuestionWords:
    return QuestionWords(question.text, tuple(answer.text for answer in question.answers), question.right.why)
