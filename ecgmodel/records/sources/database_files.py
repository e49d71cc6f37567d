"""The files of a database's records: as PhysioNet published them, and read from a folder that holds them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecgmodel.errors import RecordError
from ecgmodel.records import format_212
from ecgmodel.records.annotation_file import parse_annotations
from ecgmodel.records.format_212 import HeaderFile
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.sources.databases import DATABASES, Database, file_stem, find_database

SUFFIXES = (".dat", ".atr", ".hea")
"""Files of a record, in the order in which they are fetched; the header comes last, so it stands for a whole record."""


LARGEST_BYTES = 2_000_000
"""No file of these databases is larger."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file as PhysioNet published it.

    Attributes
    ----------
    name : str
    n_bytes : int or None
        `None` where the list of checksums does not say.
    sha256 : str
    record : str
        That it belongs to.
    """

    name: str
    n_bytes: int | None
    sha256: str
    record: str

    @property
    def likely_bytes(self) -> int:
        """Its size, or about what such a file has."""
        return self.n_bytes if self.n_bytes is not None else 5_000


@cache
def published_files(database: Database) -> dict[str, PublishedFile]:
    """Return the files of all records of a database by name."""
    rows = Path(__file__).with_name(f"{database.name}_files.tsv").read_text(encoding="ascii").splitlines()[1:]
    records = {file_stem(record): record for record in database.record_names}
    files = (
        PublishedFile(name, None if n_bytes == "-" else int(n_bytes), sha256, records[name.partition(".")[0]])
        for name, n_bytes, sha256 in map(str.split, rows)
    )
    return {file.name: file for file in files}


def published_file(record: str, suffix: str) -> PublishedFile:
    """Return the file of a record with one of the `SUFFIXES`."""
    return published_files(database_of(record))[file_stem(record) + suffix]


def record_files(name: str) -> tuple[PublishedFile, ...]:
    """Return the files of record `name`, in the order of `SUFFIXES`."""
    return tuple(published_file(name, suffix) for suffix in SUFFIXES)


def is_complete(folder: Path, name: str) -> bool:
    """Whether `folder` holds all files of record `name`; says nothing of what is in them."""
    return all((folder / file.name).is_file() for file in record_files(name))


def is_intact(folder: Path, file: PublishedFile) -> bool:
    """Whether `folder` holds `file` as it was published."""
    try:
        return hashlib.sha256((folder / file.name).read_bytes()).hexdigest() == file.sha256
    except OSError:
        return False


def check_file(folder: Path, file: PublishedFile) -> None:
    """Raise where a file is not what PhysioNet published (1.5 ms for half an hour of signal).

    Raises
    ------
    RecordError
        Where it is missing, cannot be read, is truncated or altered; says which file, what was expected, and how to
        fetch it again.
    """
    try:
        content = (folder / file.name).read_bytes()
    except FileNotFoundError:
        raise RecordError(
            "File {file} is missing from {folder}. Fetch it with: python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            record=file.record,
        ) from None
    except OSError as error:
        raise RecordError(
            "File {file} in {folder} cannot be read ({reason}). Allow reading it, or fetch it again with: "
            "python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            reason=error.strerror,
            record=file.record,
        ) from error
    if file.n_bytes is not None and len(content) != file.n_bytes:
        raise RecordError(
            "File {file} in {folder} is damaged: it has {found:,} bytes, expected {expected:,}. Fetch it again with: "
            "python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            found=len(content),
            expected=file.n_bytes,
            record=file.record,
        )
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise RecordError(
            "File {file} in {folder} was altered: its SHA-256 begins with {found}, expected {expected}. Fetch it again "
            "with: python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            found=found[:12],
            expected=file.sha256[:12],
            record=file.record,
        )


def read_folder_record(folder: Path, name: str) -> Record:
    """Read record `name` from a folder that holds its `.hea`, `.dat` and `.atr` files.

    Raises
    ------
    RecordError
        Where the name is none of a database, or a file is not as published.
    """
    for file in record_files(name):
        try:
            check_file(folder, file)
        except RecordError as error:
            if _is_no_shorter(folder, file) and _is_well_formed(folder, name):
                raise _of_another_version(folder, file) from error
            raise
    path = folder / file_stem(name)
    header = format_212.read_header(path)
    return Record(
        name=name,
        signals=format_212.read_signals(path),
        leads=header.leads,
        fs=header.fs,
        annotations=parse_annotations(path.with_suffix(".atr").read_bytes()),
        header=parse_comments(header.comments),
        source=database_of(name).name,
    )


def _is_no_shorter(folder: Path, file: PublishedFile) -> bool:
    """Whether a file is there and has not lost its end."""
    path = folder / file.name
    return path.is_file() and path.stat().st_size >= (file.n_bytes or 0)


def _is_well_formed(folder: Path, name: str) -> bool:
    """Whether the files of a record can be read and agree with one another, be they as published or not."""
    from ecgmodel.records import wfdb_io  # loads wfdb

    try:
        header = wfdb_io.read_header(folder / file_stem(name))
        signals = wfdb_io.read_signals(folder / file_stem(name))
        marks = wfdb_io.read_annotations(folder / file_stem(name))
    except (RecordError, OSError, ValueError, LookupError, TypeError):
        return False
    return signals.shape == (header.n_samples, len(header.leads)) and bool((marks.sample < header.n_samples).all())


def _of_another_version(folder: Path, file: PublishedFile) -> RecordError:
    database = database_of(file.record)
    return RecordError(
        "File {file} in {folder} is not that of {title} {version}, on which all figures here were computed: it is of "
        "another version, or it was altered. It is well formed and can be read as a recording of your own, on Upload "
        "or with: python -m ecgmodel classify {path}. Fetch the published one with: "
        "python -m ecgmodel download {record}",
        file=file.name,
        folder=folder,
        title=database.title,
        version=database.version,
        path=folder / f"{file_stem(file.record)}.hea",
        record=file.record,
    )


def read_folder_header(folder: Path, name: str) -> HeaderFile:
    """Read the header of record `name` alone; raises like `read_folder_record`."""
    check_file(folder, published_file(name, ".hea"))
    return format_212.read_header(folder / file_stem(name))


def read_folder_annotations(folder: Path, name: str) -> Annotations:
    """Read the experts' marks of record `name` alone; raises like `read_folder_record`."""
    check_file(folder, published_file(name, ".atr"))
    return parse_annotations((folder / f"{file_stem(name)}.atr").read_bytes())


def database_of(name: str) -> Database:
    """Return the database of a record, before its name can become a path.

    Raises
    ------
    RecordError
        Where no database has a record of this name.
    """
    database = find_database(name)
    if database is None:
        raise RecordError(
            "'{name}' is not a record of {titles}. They have {names}.",
            name=name[:40],
            titles=", ".join(database.title for database in DATABASES),
            names=", ".join(database.names_in_short for database in DATABASES),
        )
    return database


def parse_comments(comments: tuple[str, ...]) -> Header:
    """Read age, sex, medication and notes out of a MIT-BIH header's comment lines.

    The first line is age, sex and recording numbers ("69 M 1085 1629 x1"; -1 where the age is not known), the second
    the medication, the others are free text.
    """
    person = re.match(r"(-?\d+) ([FM])", comments[0]) if comments else None
    age, sex = (int(person[1]), person[2]) if person else (None, None)
    medication = tuple(part.strip() for part in comments[1].split(",")) if len(comments) > 1 else ()
    return Header(
        age=age if age is not None and age >= 0 else None,
        sex=sex,
        medication=() if medication == ("None",) else medication,
        notes=" ".join(" ".join(comments[2:]).split()),
    )
