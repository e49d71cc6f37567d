"""The lesson as a folder of files: text, figures with their data, questions; in both languages, for any browser."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamlit.testing.v1.element_tree import Element

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import LessonError
from ecgmodel.figures.rendering import render
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.embedded import DEFAULT_NAME
from ecgmodel.segments.typical import find_typical
from pages.learn.chapters import CHAPTERS
from pages.lesson.code import ASSETS, write_scripts
from pages.lesson.markup import read_markdown, show_all
from pages.lesson.recording import RecordedChapter, record_chapter, record_gates, scanning_once
from pages.session import choices
from pages.session.choices import LANGUAGES, Language
from pages.ui.text import look_up, t

MOUNTS = {"ecg_learn": "figure", "ecg_gates_words": "words", "ecg_gates_pane": "pane", "ecg_gates": "gates"}
"""What mounts a component, by its name in the app."""

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}


@dataclass(frozen=True, slots=True)
class BeatOfLesson:
    """A beat that a lesson shows: its class, and where it is in seconds."""

    symbol: str
    time_s: float


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page of the lesson; `lang` where it is in another language."""

    href: str
    text: str
    here: bool = False
    lang: str = ""


def export_lesson(
    folder: Path,
    *,
    record: str = DEFAULT_NAME,
    languages: Sequence[Language] = LANGUAGES,
    symbols: Sequence[str] = CLASSES,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write the lesson, and return the page to open.

    Parameters
    ----------
    folder : Path
        Is made where it is not there. Files of a former lesson in it are replaced, others are left alone.
    record : str
        The annotated record whose most typical beats it shows.
    languages : sequence of {"en", "zh"}
    symbols : sequence of str
        Classes whose beats can be chosen; those that the record does not have are left out.
    progress : callable or None
        Called with the name of each page that is done.

    Raises
    ------
    EcgModelError
        Where the record cannot be opened or has none of these beats, or the folder cannot be written.
    """
    beats = _choose_beats(record, symbols)
    try:
        for name, script in write_scripts().items():
            write_atomically(folder / "assets" / name, script.encode())
        write_atomically(folder / "assets" / "lesson.css", (ASSETS / "lesson.css").read_bytes())
        doors = []
        for language in languages:
            with choices.speaking(language), scanning_once():
                doors.append(_write_language(folder, language, languages, record, beats, progress))
        write_atomically(folder / "index.html", render("lesson_door.html", languages=doors).encode())
    except OSError as error:
        raise LessonError("The folder {folder} cannot be written: {why}.", folder=folder, why=error.strerror) from error
    return folder / "index.html"


def _choose_beats(record: str, symbols: Sequence[str]) -> list[BeatOfLesson]:
    opened = open_record(record, allow_download=False)
    found = [] if opened.annotations is None else [(symbol, find_typical(opened, symbol)) for symbol in symbols]
    beats = [BeatOfLesson(symbol, sample / opened.fs) for symbol, sample in found if sample is not None]
    if not beats:
        raise LessonError(
            "Record {record} has no labelled beats of the classes {classes}. Choose another one for the lesson.",
            record=record,
            classes=", ".join(symbols),
        )
    return beats


def _write_language(
    folder: Path,
    language: Language,
    languages: Sequence[Language],
    record: str,
    beats: Sequence[BeatOfLesson],
    progress: Callable[[str], None] | None,
) -> dict[str, object]:
    """Write the pages of one language, and return what the door says of it."""
    pages = [(f"{chapter.number}.html", f"{chapter.number} · {chapter.title()}") for chapter in CHAPTERS]
    pages.append(("gates.html", t("Gates")))

    def write(
        href: str, title: str, text: str, scripts: Sequence[str], parts: Sequence[tuple[BeatOfLesson, str]]
    ) -> None:
        links = [Link(other, name, other == href) for other, name in pages]
        links += [Link(f"../{code}/{href}", LANGUAGE_NAMES[code], lang=code) for code in languages if code != language]
        shown = [
            {"part": part, "text": f"{beat.symbol} · {look_up(CLASS_NAMES[beat.symbol])}", "first": k == 0}
            for k, (beat, part) in enumerate(parts)
        ]
        page = render(
            "lesson.html",
            lang="zh-CN" if language == "zh" else language,
            title=title,
            words=_words(title),
            scripts=scripts,
            links=links,
            text=text,
            beats=shown if len(parts) > 1 else [],
            only=parts[0][1] if len(parts) == 1 else "",
        )
        write_atomically(folder / language / href, page.encode())
        if progress is not None:
            progress(f"{language}/{href}")

    for chapter, (href, title) in zip(CHAPTERS, pages[:-1], strict=True):
        recorded = _record_on_each(chapter.number, language, record, beats)
        parts = [
            (beat, _write_part(folder, f"{language}-{chapter.number}-{beat.symbol}", one.figure, one))
            for beat, one in recorded
        ]
        write(href, title, show_all(_without_notice(recorded[0][1].text)), ("figures.js",), parts)
    shown = [(beat, record_gates(language, record, beat.time_s)) for beat in beats]
    parts = [(beat, _write_part(folder, f"{language}-gates-{beat.symbol}", tree, None)) for beat, tree in shown]
    write("gates.html", t("Gates"), "", ("gates.js",), parts)
    return {
        "lang": "zh" if language == "zh" else language,
        "title": t("See how a network reads an ECG"),
        "about": t("The course and the cell, to open without a server. Everything that moves runs in this browser."),
        "links": [Link(href, title) for href, title in pages],
    }


def _record_on_each(
    number: int, language: Language, record: str, beats: Sequence[BeatOfLesson]
) -> list[tuple[BeatOfLesson, RecordedChapter]]:
    """Return a chapter on each beat; on one alone where the second shows nothing else."""
    found: list[tuple[BeatOfLesson, RecordedChapter]] = []
    for beat in beats:
        found.append((beat, record_chapter(number, language, record, beat.time_s)))
        if len(found) == 2 and _describe(found[0][1].figure) == _describe(found[1][1].figure):
            return found[:1]
    return found


def _write_part(folder: Path, name: str, tree: Sequence[Element], chapter: RecordedChapter | None) -> str:
    """Write what one beat shows as a script of data, and return its name."""
    questions = () if chapter is None else chapter.questions
    part = {
        "components": _describe(tree),
        "said": show_all(
            tree if chapter is not None else [part for part in _without_notice(tree) if part.type == "caption"]
        ),
        "questions": [
            {
                "text": read_markdown(question.text, inline=True),
                "answers": [read_markdown(answer, inline=True) for answer in question.answers],
                "why": [read_markdown(why, inline=True) for why in question.why],
            }
            for question in questions
        ],
    }
    text = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
    write_atomically(folder / "data" / f"{name}.js", f'LESSON.take("{name}", {text});\n'.encode())
    return name


def _without_notice(tree: Sequence[Element]) -> list[Element]:
    """Leave out the last line of the app's pages, which the foot of the lesson's says."""
    return [part for part in tree if not (part.type == "caption" and part.value == _notice())]


def _notice() -> str:
    return t("For teaching and research. Not a medical device.")


def _describe(tree: Sequence[Element]) -> list[dict[str, object]]:
    """Return our own components among the elements, in the order in which they are mounted."""
    found = []
    for element in tree:
        if element.type == "bidi_component" and element.proto.component_name in MOUNTS:
            described: dict[str, object] = {"mount": MOUNTS[element.proto.component_name]}
            if element.proto.bytes:
                described["packet"] = base64.b64encode(_without_stamp(element.proto.bytes)).decode("ascii")
            else:
                described["fields"] = _unstamp(json.loads(element.proto.json))
            found.append(described)
    return found


def _without_stamp(packet: bytes) -> bytes:
    """Return a packet without its stamp, a time, and the id made with it: the same content is the same file."""
    length = int.from_bytes(packet[:4], "little")
    header = json.loads(packet[4 : 4 + length])
    if "stamp" in header["fields"]:
        header |= {"id": "", "fields": _unstamp(header["fields"])}
    written = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return len(written).to_bytes(4, "little") + written + packet[4 + length :]


def _unstamp(fields: dict[str, object]) -> dict[str, object]:
    return fields | {"stamp": 1} if "stamp" in fields else fields


def _words(title: str) -> dict[str, str]:
    return {
        "page": t("{page} - ECG beats", page=title),
        "chapters": t("Chapters"),
        "beats": t("Beats to choose from"),
        "questions": t("Try it, then answer"),
        "right": t("Right."),
        "wrong": t("Not this one."),
        "about": t(
            "This lesson was taken from the app and needs no server: figures, calculator and questions work here. "
            "Other records and models, training and one's own ECG need the app."
        ),
        "not_a_device": _notice(),
    }
