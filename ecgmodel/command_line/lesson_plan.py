"""`lesson-plan`: the papers of a lesson, to be printed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.lesson.outline import FIRST_RECORD, PAPERS, TIMETABLES, name_file

if TYPE_CHECKING:
    from ecgmodel.figures.rendering import Say

LANGUAGES = ("en", "zh")
LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "lesson-plan",
        help="write a lesson plan, a worksheet and its key",
        description="Write the papers of a lesson as HTML files to be printed: a plan of linked scenes with notes, a "
        "worksheet, and its key, whose answers are computed from the shipped model, its results and the record.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to; made where it is not there")
    parser.add_argument(
        "--minutes", type=int, choices=tuple(TIMETABLES), default=45, help="of the lesson (default: 45)"
    )
    parser.add_argument(
        "--lang", choices=LANGUAGES, nargs="+", default=list(LANGUAGES), help="languages (default: all)"
    )
    parser.add_argument(
        "--record", metavar="NAME", help=f"with N and V beats (default: {FIRST_RECORD} where it is on this machine)"
    )
    parser.add_argument(
        "--address", default="http://localhost:8501", metavar="URL", help="of the app, with which links begin"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the papers, and say where they are."""
    from ecgmodel.errors import ConfigError
    from ecgmodel.lesson.documents import write_paper
    from ecgmodel.lesson.facts import find_facts
    from ecgmodel.records.sources.catalogue import open_record

    facts = find_facts(open_record(options.record or _usual_record()))
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        for lang in options.lang:
            say = _translator(lang)
            for paper in PAPERS:
                path = options.folder / name_file(paper, options.minutes, lang)
                page = write_paper(paper, facts, options.minutes, options.address, say=say, lang=lang)
                path.write_text(page, encoding="utf-8")
                print(path)
    except OSError as error:
        raise ConfigError(
            "{folder} cannot be written: {error}.", folder=options.folder, error=error.strerror or error
        ) from error


def _usual_record() -> str:
    from ecgmodel.records.sources.catalogue import list_records
    from ecgmodel.records.sources.embedded import DEFAULT_NAME

    here = {entry.name for entry in list_records() if entry.available != "download"}
    return FIRST_RECORD if FIRST_RECORD in here else DEFAULT_NAME


def _translator(lang: str) -> Say:
    """Return what translates the words of a paper, by the catalogues of the app."""
    if lang == "en":
        return str.format
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in sorted((LOCALE / lang / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            found |= {m.id: m.string for m in read_po(stream) if isinstance(m.id, str) and isinstance(m.string, str)}

    def say(template: str, **values: object) -> str:
        return found.get(template, template).format(**values)

    return say
