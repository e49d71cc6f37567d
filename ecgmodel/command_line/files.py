"""A file that a device wrote, as the argument of `classify`."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.errors import ImportFileError, QuestionError

if TYPE_CHECKING:
    from ecgmodel.records.imports.text_file import BeatTable, IntervalTable
    from ecgmodel.records.imports.understanding import ImportSettings, Understanding
    from ecgmodel.records.record import Record

COMPANIONS = (".hea", ".dat", ".mat", ".atr")
"""Files of one WFDB record; naming one of them brings the others."""

GIVEN = ("fs", "unit", "part", "bad_cells", "time_column", "time_unit", "decimal", "kind", "shape")
"""Options that are import settings of the same name."""

MAX_COMPANIONS = 4000

ANSWERS = {
    "fs": "Answer with --fs HZ.",
    "decimal": "Answer with --decimal . or --decimal ,",
    "time_unit": "Answer with --time-unit UNIT, or with --fs HZ.",
}
"""With which option a question is answered."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was read, and how it was understood.

    Attributes
    ----------
    record : Record
    lead : str or None
        That the user asked for.
    unit : str
        Of the samples in the file.
    evidence : dict
        Of each property its value, the reasons for it in English, and whether they are enough.
    notes : tuple of str
        What was left out or changed.
    """

    record: Record
    lead: str | None
    unit: str
    evidence: dict[str, dict[str, object]]
    notes: tuple[str, ...]


def is_file(argument: str) -> bool:
    """Tell the path of a file from a record's name, as "208" or "svdb/800", which goes first."""
    from ecgmodel.records.sources.catalogue import list_records

    if argument in {entry.name for entry in list_records()}:
        return False
    return os.sep in argument or "/" in argument or bool(Path(argument).suffix) or Path(argument).is_file()


def open_file(options: argparse.Namespace) -> OpenedFile | BeatTable | IntervalTable:
    """Read the file that `options.record` names: a recording, single heartbeats, or RR intervals.

    Raises
    ------
    QuestionError
        Where the file does not say something that is needed; says with which option to answer.
    ImportFileError
        Where the file is not there or cannot be read.
    """
    from ecgmodel.records.imports.files import read_files, sniff_files
    from ecgmodel.records.imports.remedies import find_remedies
    from ecgmodel.records.imports.text_file import BeatTable, IntervalTable, Recording

    files = find_files(Path(options.record))
    settings = read_settings(options)
    understanding = sniff_files(files, settings)
    column = _column_named(options.lead, tuple(understanding.header.value or ()))
    if column is not None:
        settings = replace(settings, leads=(column,))
        understanding = sniff_files(files, settings)
    question = understanding.question
    if question is not None:
        raise QuestionError("{question} ({answer})", question=question.sentence, answer=ANSWERS[question.setting])
    try:
        found = read_files(files, settings)
    except ImportFileError as error:
        remedies = find_remedies(error, settings)
        if not remedies:
            raise
        raise ImportFileError(
            "{error} ({options})", error=error, options=" or ".join(remedy.option for remedy in remedies)
        ) from error
    if isinstance(found, (BeatTable, IntervalTable)):
        return found
    if not isinstance(found, Recording):
        raise ImportFileError(
            "{name} holds no recording but annotations alone. Give the recording that they belong to.",
            name=Path(options.record).name,
        )
    # A column chosen by its name may carry the name of a lead in the record.
    lead = options.lead if settings.leads is None else found.record.leads[0]
    return OpenedFile(
        record=found.record,
        lead=lead,
        unit=str(found.understanding.unit.value),
        evidence=describe_evidence(found.understanding),
        notes=tuple(str(note) for note in found.notes),
    )


def _column_named(lead: str | None, columns: tuple[str, ...]) -> str | None:
    """Return the column that `--lead` names, in whatever case; `None` where no column has that name."""
    if lead is None or lead in columns:
        return lead
    return next((name for name in columns if name.lower() == lead.lower()), None)


def find_files(path: Path) -> dict[str, bytes | Path]:
    """Return the file, and of a WFDB record the files beside it, by name.

    Raises
    ------
    ImportFileError
        Where there is no such file.
    """
    if not path.is_file():
        raise ImportFileError(
            "There is no record '{path}'. There is no such file either: give the path of a CSV, EDF or WFDB file, or "
            "a record as 208.",
            path=path,
        )
    if path.suffix.lower() not in COMPANIONS:
        return {path.name: path}
    found = {path.name: path}
    _add_beside(path, found)
    return found


def _add_beside(path: Path, found: dict[str, bytes | Path]) -> None:
    """Add the files of a WFDB record: those of the same name, and those that its header names, segments and all."""
    for suffix in COMPANIONS:
        other = path.with_suffix(suffix)
        if other.is_file() and (other.name not in found or other == path):
            found[other.name] = other
            if suffix == ".hea":
                for word in _first_words(other):
                    if (path.parent / word).is_file():
                        found[word] = path.parent / word
                    elif word + ".hea" not in found and len(found) < MAX_COMPANIONS:
                        _add_beside(path.parent / f"{word}.hea", found)


def _first_words(header: Path) -> list[str]:
    """Return the first word of each line of a header below the first: a file, or a segment; never a path."""
    with header.open("rb") as file:
        lines = file.read(400_000).decode("latin-1").splitlines()
    words = [line.split()[0] for line in lines[1:] if line.strip() and not line.startswith("#")]
    return [word for word in dict.fromkeys(words) if not set(word) & set("/\\:\0") and word not in (".", "..")]


def read_settings(options: argparse.Namespace) -> ImportSettings:
    """Return the import settings of a recipe, if one is given, under those of the other options."""
    from ecgmodel.records.imports.understanding import ImportSettings

    settings = ImportSettings()
    if options.recipe is not None:
        try:
            text = options.recipe.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ImportFileError(
                "The recipe {path} cannot be read. Choose a file that the app saved.", path=options.recipe
            ) from error
        settings = ImportSettings.from_json(text)
    given = {name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}
    if options.columns is not None:
        given["leads"] = tuple(name.strip() for name in options.columns.split(","))
    return replace(settings, **given, **({"flip": True} if options.flip else {}))


def describe_evidence(understanding: Understanding) -> dict[str, dict[str, object]]:
    """Return of each property that was found its value, its reasons, and whether they are enough."""
    return {
        name: {
            "value": _plain(finding.value),
            "reasons": [str(sentence) for sentence in finding.evidence],
            "certain": finding.certain,
        }
        for name, finding in understanding.findings()
        if finding.value is not None or finding.evidence
    }


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "per_mv"):
        return {"zero": float(value.zero), "per_mv": float(value.per_mv)}
    return value if isinstance(value, (str, int, bool)) or value is None else float(value)
