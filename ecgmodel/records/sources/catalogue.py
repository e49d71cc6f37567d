"""Where records come from: a folder, the user's cache, PhysioNet, and what the app brings along."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from ecgmodel.errors import RecordError
from ecgmodel.labels import BEAT_SYMBOLS
from ecgmodel.records.record import Annotations, Header, Origin, Record
from ecgmodel.records.sources import database_files, embedded
from ecgmodel.records.sources.database_files import SUFFIXES
from ecgmodel.records.sources.databases import DATABASES, Database, file_stem, find_database
from ecgmodel.records.sources.download import DownloadProgress, cache_folder, download_records

Availability = Literal["folder", "cache", "download", "embedded"]
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One record that can be opened.

    Attributes
    ----------
    name : str
    source : {"mitdb", "svdb", "excerpt", "simulated"}
    available : {"folder", "cache", "download", "embedded"}
        Where `open_record` would take it from; "download" is PhysioNet.
    """

    name: str
    source: Origin
    available: Availability


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """A record without its signals.

    Attributes
    ----------
    name : str
    source : {"mitdb", "svdb", "excerpt", "simulated"}
    leads : tuple of str
    fs : float
        In Hz.
    duration_s : float
    header : Header
    symbol_counts : mapping of str to int
        How often each annotation symbol occurs, the most frequent first; empty where nobody annotated.
    """

    name: str
    source: Origin
    leads: tuple[str, ...]
    fs: float
    duration_s: float
    header: Header
    symbol_counts: Mapping[str, int]

    @property
    def n_beats(self) -> int:
        """How many of the annotations are heartbeats."""
        return sum(count for symbol, count in self.symbol_counts.items() if symbol in BEAT_SYMBOLS)


@dataclass(frozen=True, slots=True, eq=False)
class RecordOutline:
    """A record without its signals, but with every mark.

    Attributes
    ----------
    name : str
    leads : tuple of str
    n_samples : int
    annotations : Annotations or None
    fs : float
        In Hz.
    """

    name: str
    leads: tuple[str, ...]
    n_samples: int
    annotations: Annotations | None
    fs: float = 360.0


def list_records() -> tuple[RecordEntry, ...]:
    """List all records, database by database, MIT-BIH first; looks at file names only."""
    fetched = []
    for database in DATABASES:
        places = [(available, _names_complete_in(folder, database)) for available, folder in _folders(database)]
        fetched += [
            RecordEntry(
                name, database.name, next((available for available, held in places if name in held), "download")
            )
            for name in database.record_names
        ]
    return *fetched, *(RecordEntry(name, embedded.source_of(name), "embedded") for name in embedded.NAMES)


def default_record_name(entries: Sequence[RecordEntry] | None = None) -> str:
    """Return the record to show first, without touching the network.

    That of the first database of which a record is on this machine: the one that the database names, or else its first
    one here. Where there is none, the simulated record that has annotated beats of all classes.

    Parameters
    ----------
    entries : sequence of RecordEntry or None
        As `list_records` returned them; `None` lists them now.
    """
    entries = list_records() if entries is None else entries
    for database in DATABASES:
        held = [
            entry.name for entry in entries if entry.source == database.name and entry.available in ("folder", "cache")
        ]
        if held:
            return database.first_record if database.first_record in held else held[0]
    return embedded.DEFAULT_NAME


def open_record(
    name: str, *, allow_download: bool = True, progress: Callable[[DownloadProgress], None] | None = None
) -> Record:
    """Open a record from the first place that has it, or an embedded one.

    The places are the folder that its database's environment variable names, the user's cache, and PhysioNet.

    Parameters
    ----------
    name : str
        As in `list_records`.
    allow_download : bool
        Whether PhysioNet may be asked for a record that is not on this machine.
    progress : callable or None
        Told how a download goes, see `download_records`.

    Raises
    ------
    RecordError
        Where the name is unknown, a file is damaged and no other place has it whole, or the record is not on this
        machine and may not be fetched.
    DownloadError
        Where fetching it fails.

    Examples
    --------
    >>> record = open_record("simulated-mixed")
    >>> record.leads, record.fs, record.lead("MLII").dtype
    (('MLII', 'V1'), 360.0, dtype('float32'))
    >>> sorted(set(record.annotations.beats().symbol.tolist()))
    ['A', 'L', 'N', 'R', 'V']
    """
    _check_known(name)
    if name in embedded.NAMES:
        return embedded.open_embedded(name)
    record = _read_from_folders(name, database_files.read_folder_record)
    if record is not None:
        return record
    if not allow_download:
        raise RecordError(
            "Record {record} is not on this machine. Fetch it with: python -m ecgmodel download {record}", record=name
        )
    download_records([name], progress=progress)
    return database_files.read_folder_record(cache_folder(database_files.database_of(name)), name)


def record_paths(name: str) -> tuple[Path, ...]:
    """Return the files from which a record is read, in each place that may have them; none for an embedded one.

    Raises
    ------
    RecordError
        Where the name is unknown.
    """
    _check_known(name)
    if name in embedded.NAMES:
        return ()
    files = database_files.record_files(name)
    return tuple(folder / file.name for _, folder in _folders(database_files.database_of(name)) for file in files)


def read_summary(name: str) -> RecordSummary | None:
    """Read what a record is without its signals; `None` where it would have to be fetched.

    Raises
    ------
    RecordError
        Where the name is unknown or a file is damaged.
    """
    _check_known(name)
    if name in embedded.NAMES:
        return summarise(embedded.open_embedded(name))
    return _read_from_folders(name, _read_folder_summary)


def read_outline(name: str) -> RecordOutline | None:
    """Read a record without its signals, but with every mark; `None` where it would have to be fetched.

    Raises
    ------
    RecordError
        Where the name is unknown or a file is damaged.
    """
    _check_known(name)
    if name in embedded.NAMES:
        return outline(embedded.open_embedded(name))
    return _read_from_folders(name, _read_folder_outline)


def _read_from_folders(name: str, read: Callable[[Path, str], Read]) -> Read | None:
    """Read a record from the first folder that has it intact; `None` where none has its files at all.

    An intact copy goes before a damaged one, so that fetching a record again, into the cache, mends a damaged folder.
    """
    damage = None
    for _, folder in _folders(database_files.database_of(name)):
        if database_files.is_complete(folder, name):
            try:
                return read(folder, name)
            except RecordError as error:
                damage = damage or error
    if damage is not None:
        raise damage
    return None


def _read_folder_summary(folder: Path, name: str) -> RecordSummary:
    header = database_files.read_folder_header(folder, name)
    return RecordSummary(
        name=name,
        source=database_files.database_of(name).name,
        leads=header.leads,
        fs=header.fs,
        duration_s=header.n_samples / header.fs,
        header=database_files.parse_comments(header.comments),
        symbol_counts=_count_symbols(database_files.read_folder_annotations(folder, name)),
    )


def _read_folder_outline(folder: Path, name: str) -> RecordOutline:
    header = database_files.read_folder_header(folder, name)
    annotations = database_files.read_folder_annotations(folder, name)
    return RecordOutline(name, header.leads, header.n_samples, annotations, header.fs)


def outline(record: Record) -> RecordOutline:
    """Return a record without its signals."""
    return RecordOutline(record.name, record.leads, record.n_samples, record.annotations, record.fs)


def summarise(record: Record) -> RecordSummary:
    """Return what `read_summary` tells of a record."""
    return RecordSummary(
        name=record.name,
        source=record.source,
        leads=record.leads,
        fs=record.fs,
        duration_s=record.duration_s,
        header=record.header,
        symbol_counts=_count_symbols(record.annotations),
    )


def _count_symbols(annotations: Annotations | None) -> dict[str, int]:
    return {} if annotations is None else dict(Counter(annotations.symbol.tolist()).most_common())


def _folders(database: Database) -> list[tuple[Availability, Path]]:
    """Return the places on this machine, in the order in which they are asked."""
    named = os.environ.get(database.folder_variable)
    return [*([("folder", Path(named))] if named else []), ("cache", cache_folder(database))]


def _names_complete_in(folder: Path, database: Database) -> frozenset[str]:
    """Return the records of a database of which `folder` holds all files."""
    try:
        held = {entry.name for entry in os.scandir(folder)}
    except OSError:  # not there, not a folder, or closed to us: it holds nothing that could be opened
        return frozenset()
    return frozenset(
        name for name in database.record_names if all(file_stem(name) + suffix in held for suffix in SUFFIXES)
    )


def _check_known(name: str) -> None:
    if find_database(name) is None and name not in embedded.NAMES:
        raise RecordError(
            "There is no record '{name}'. The records are {names}.",
            name=name[:40],
            names=", ".join((*(database.names_in_short for database in DATABASES), *embedded.NAMES)),
        )
