"""A recipe that was made for one file, applied to another: what fits is taken, what does not is named."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ecgmodel.errors import EcgModelError, ImportFileError
from ecgmodel.records.imports.files import sniff_files
from ecgmodel.records.imports.text.rates import same_rate
from ecgmodel.records.imports.understanding import ImportSettings

MAX_LINK = 4000


@dataclass(frozen=True, slots=True)
class FittedRecipe:
    """What of a recipe a file takes.

    Attributes
    ----------
    settings : ImportSettings
        Those of the recipe that fit.
    misfits : tuple of EcgModelError
        Why others do not.
    """

    settings: ImportSettings
    misfits: tuple[EcgModelError, ...]


def fit_recipe(files: Mapping[str, bytes | Path], recipe: ImportSettings) -> FittedRecipe:
    """Apply a recipe to a file setting by setting.

    Raises
    ------
    ImportFileError
        Where the file cannot be read without the recipe either.
    """
    bare = ImportSettings()
    said = sniff_files(files, bare)
    settings, misfits = bare, []
    for field in fields(ImportSettings):
        value = getattr(recipe, field.name)
        if value == getattr(bare, field.name):
            continue
        try:
            trial = replace(settings, **{field.name: value})
            sniff_files(files, trial)
        except EcgModelError as error:
            misfits.append(error)
            continue
        settings = trial
    rate = said.rate
    if settings.fs is not None and rate.value is not None and rate.certain and not same_rate(rate.value, settings.fs):
        misfits.append(
            ImportFileError(
                "The recipe has {recipe:g} Hz, and the file itself says {file:g} Hz, which is taken.",
                recipe=settings.fs,
                file=float(rate.value),  # type: ignore[arg-type]
            )
        )
        settings = replace(settings, fs=None)
    return FittedRecipe(settings, tuple(misfits))


def write_link(settings: ImportSettings) -> str:
    """Return a recipe as the value of an address."""
    return base64.urlsafe_b64encode(settings.to_json().encode("utf-8")).decode("ascii").rstrip("=")


def read_link(text: str) -> ImportSettings:
    """Read the recipe of an address.

    Raises
    ------
    ImportFileError
        Where it is none.
    """
    try:
        data = base64.urlsafe_b64decode(text[:MAX_LINK] + "=" * (-len(text[:MAX_LINK]) % 4)).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise ImportFileError("The link holds no recipe. Copy it once more, whole.") from error
    return ImportSettings.from_json(data)
