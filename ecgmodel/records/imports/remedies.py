"""What may help where a file cannot be read as it is set: a change of settings, for a button and for an option."""

from __future__ import annotations

from dataclasses import dataclass

from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.evidence import Sentence, say
from ecgmodel.records.imports.understanding import NO_TIME_COLUMN, ImportSettings

MAX_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of settings.

    Attributes
    ----------
    words : Sentence
        What a button says.
    changes : dict of str to object
        Fields of `ImportSettings`.
    option : str
        The same on the command line.
    """

    words: Sentence
    changes: dict[str, object]
    option: str


def find_remedies(error: EcgModelError, settings: ImportSettings) -> tuple[Remedy, ...]:
    """Return what may help against an error; it names the kind of remedy as its value "remedy"."""
    match error.values.get("remedy"):
        case "gaps" if settings.bad_cells == "stop":
            return (Remedy(say("Leave such lines out as gaps"), {"bad_cells": "gap"}, "--bad-cells gap"),)
        case "no time" if settings.time_column != NO_TIME_COLUMN:
            words = say("Take no column as the time")
            return (Remedy(words, {"time_column": NO_TIME_COLUMN}, "--time-column none"),)
        case "columns":
            return tuple(
                Remedy(say("Read '{column}'", column=name), {"leads": (name,)}, f"--columns {name!r}")
                for name in tuple(error.values.get("others", ()))[:MAX_COLUMNS]  # type: ignore[arg-type]
            )
    return ()
