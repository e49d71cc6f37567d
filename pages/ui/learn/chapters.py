"""The chapters in their order."""

from __future__ import annotations

from pages.ui.learn import memory
from pages.ui.learn.lesson import Chapter

CHAPTERS: tuple[Chapter, ...] = (memory.CHAPTER,)


def find_chapter(number: int) -> Chapter:
    """Return the chapter with this number, or else the first."""
    return next((chapter for chapter in CHAPTERS if chapter.number == number), CHAPTERS[0])
