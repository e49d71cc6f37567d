"""The MIT-BIH Arrhythmia Database (Moody & Mark 2001, doi 10.1109/51.932724; data doi 10.13026/C2F305, ODC-By 1.0)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.errors import RecordError
from ecgmodel.records.record import Annotations, Header, Record

if TYPE_CHECKING:
    from ecgmodel.records.wfdb_io import HeaderFile

RECORD_NAMES = tuple(
    "100 101 102 103 104 105 106 107 108 109 111 112 113 114 115 116 117 118 119 121 122 123 124 "
    "200 201 202 203 205 207 208 209 210 212 213 214 215 217 219 220 221 222 223 228 230 231 232 233 234".split()
)

DATABASE = "mitdb/1.0.0"
"""Folder of the database, with its version, on PhysioNet."""

SUFFIXES = (".dat", ".atr", ".hea")
"""Files of a record, in the order in which they are fetched; the header comes last, so it stands for a whole record."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file as PhysioNet published it."""

    name: str
    n_bytes: int
    sha256: str


@cache
def published_files() -> dict[str, PublishedFile]:
    """Return the 144 files of the 48 records by name."""
    rows = Path(__file__).with_name("mitdb_files.tsv").read_text(encoding="ascii").splitlines()[1:]
    files = (PublishedFile(name, int(n_bytes), sha256) for name, n_bytes, sha256 in map(str.split, rows))
    return {file.name: file for file in files}


def record_files(name: str) -> tuple[PublishedFile, ...]:
    """Return the files of record `name`, in the order of `SUFFIXES`."""
    return tuple(published_files()[name + suffix] for suffix in SUFFIXES)


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
    record = Path(file.name).stem
    try:
        content = (folder / file.name).read_bytes()
    except FileNotFoundError:
        raise RecordError(
            "File {file} is missing from {folder}. Fetch it with: python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            record=record,
        ) from None
    except OSError as error:
        raise RecordError(
            "File {file} in {folder} cannot be read ({reason}). Allow reading it, or fetch it again with: "
            "python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            reason=error.strerror,
            record=record,
        ) from error
    if len(content) != file.n_bytes:
        raise RecordError(
            "File {file} in {folder} is damaged: it has {found:,} bytes, expected {expected:,}. Fetch it again with: "
            "python -m ecgmodel download {record}",
            file=file.name,
            folder=folder,
            found=len(content),
            expected=file.n_bytes,
            record=record,
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
            record=record,
        )


def read_folder_record(folder: Path, name: str) -> Record:
    """Read record `name` from a folder that holds its `.hea`, `.dat` and `.atr` files.

    Raises
    ------
    RecordError
        Where the name is none of `RECORD_NAMES`, or a file is not as published.
    """
    check_name(name)
    for file in record_files(name):
        check_file(folder, file)
    from ecgmodel.records import wfdb_io  # loads wfdb

    header = wfdb_io.read_header(folder / name)
    return Record(
        name=name,
        signals=wfdb_io.read_signals(folder / name),
        leads=header.leads,
        fs=header.fs,
        annotations=wfdb_io.read_annotations(folder / name),
        header=parse_comments(header.comments),
        source="mitdb",
    )


def read_folder_header(folder: Path, name: str) -> HeaderFile:
    """Read the header of record `name` alone; raises like `read_folder_record`."""
    check_name(name)
    check_file(folder, published_files()[name + ".hea"])
    from ecgmodel.records import wfdb_io  # loads wfdb

    return wfdb_io.read_header(folder / name)


def read_folder_annotations(folder: Path, name: str) -> Annotations:
    """Read the experts' marks of record `name` alone; raises like `read_folder_record`."""
    check_name(name)
    check_file(folder, published_files()[name + ".atr"])
    from ecgmodel.records import wfdb_io  # loads wfdb

    return wfdb_io.read_annotations(folder / name)


def check_name(name: str) -> None:
    """Raise `RecordError` where `name` is none of `RECORD_NAMES`, before it can become a path."""
    if name not in RECORD_NAMES:
        raise RecordError(
            "'{name}' is not a record of the MIT-BIH Arrhythmia Database. It has {names}.",
            name=name[:40],
            names=", ".join(RECORD_NAMES),
        )


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
