"""Fetching records from PhysioNet: checked, atomic, resumable."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import DownloadError
from ecgmodel.records.sources import database_files
from ecgmodel.records.sources.database_files import LARGEST_BYTES, PublishedFile, database_of
from ecgmodel.records.sources.databases import MITDB, Database
from ecgmodel.user_folders import user_cache

REACH_TIMEOUT_S = 3.0
"""Longest wait, name look-up included, for finding out that there is no network."""

LEAST_BYTES_A_SECOND = 2_000
PATIENCE_S = 30.0
"""A file that is slower than that, after so long, is given up: so its wait has an end, whatever the server does."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is.

    Attributes
    ----------
    record : str
        The record being fetched.
    done, total : int
        Records that are complete, and records asked for.
    n_bytes, total_bytes : int
        Bytes that are there, files that needed no fetching included, and bytes of all records asked for.
    """

    record: str
    done: int
    total: int
    n_bytes: int
    total_bytes: int


def cache_folder(database: Database = MITDB) -> Path:
    """Return the folder in the user's cache in which fetched records of a database are kept; it need not exist yet."""
    return user_cache() / database.name


def download_records(
    names: Sequence[str],
    folder: Path | None = None,
    progress: Callable[[DownloadProgress], None] | None = None,
) -> tuple[Path, ...]:
    """Fetch records from PhysioNet; what is there and intact is not fetched again.

    Each file is compared with its SHA-256 before it is moved into place, the header last, so that whatever stops the
    download, every file in `folder` is whole and a record with a header is complete. Calling again resumes.

    Parameters
    ----------
    names : sequence of str
        Of one or several databases, see `databases`.
    folder : Path or None
        Where to put the files; `None` takes `cache_folder` of the record's database.
    progress : callable or None
        Called with a `DownloadProgress` at the start of each record, after every chunk, twice a second while none
        comes, and at the end. What it raises stops the download.

    Returns
    -------
    tuple of Path
        The header file of each record, in the order of `names`.

    Raises
    ------
    RecordError
        Where a name is not in the database; nothing has been fetched then.
    DownloadError
        Where PhysioNet cannot be reached or answers wrongly, or a file cannot be written.
    """
    names = tuple(dict.fromkeys(names))
    folders = {name: cache_folder(database_of(name)) if folder is None else folder for name in names}
    files = {name: database_files.record_files(name) for name in names}
    total_bytes = sum(file.likely_bytes for name in names for file in files[name])
    n_bytes = 0

    def report(record: str, done: int, more: int = 0) -> None:
        nonlocal n_bytes
        n_bytes += more
        if progress is not None:
            progress(DownloadProgress(record, done, len(names), n_bytes, total_bytes))

    reached = False
    for done, name in enumerate(names):
        report(name, done)
        for file in files[name]:
            if database_files.is_intact(folders[name], file):
                report(name, done, file.likely_bytes)
                continue
            if not reached:
                _check_reachable(database_of(name))
                reached = True
            before = n_bytes
            content = _fetch_checked(file, lambda more, name=name, done=done: report(name, done, more))
            n_bytes = before + file.likely_bytes
            _write(folders[name], file.name, content)
    if names:
        report(names[-1], len(names))
    return tuple(folders[name] / files[name][-1].name for name in names)


def _fetch_checked(file: PublishedFile, report: Callable[[int], None]) -> bytes:
    """Fetch one file into memory (at most 2 MB) and compare it with what was published."""
    content = bytearray()
    started = time.monotonic()
    for chunk in _fetch(file):
        content += chunk
        waited_s = time.monotonic() - started
        if len(content) < (waited_s - PATIENCE_S) * LEAST_BYTES_A_SECOND:
            raise DownloadError(
                "{file} comes too slowly: {found:,} of {expected:,} bytes in {seconds:.0f} s. The files that were "
                "complete are kept; continue later with: python -m ecgmodel download {record}",
                file=file.name,
                found=len(content),
                expected=file.likely_bytes,
                seconds=waited_s,
                record=file.record,
            )
        if len(content) > (file.n_bytes or LARGEST_BYTES):
            break  # not our file, however long it goes on
        report(len(chunk))
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DownloadError(
            "{file} as it arrived is not the published file ({found:,} bytes came, {expected:,} were expected, or the "
            "SHA-256 differs), so it was not kept. Try again later with: python -m ecgmodel download {record}",
            file=file.name,
            found=len(content),
            expected=file.likely_bytes,
            record=file.record,
        )
    return bytes(content)


def _fetch(file: PublishedFile) -> Iterator[bytes]:
    """Fetch one file in chunks, and say in our words what goes wrong on the way."""
    from ecgmodel.records import wfdb_io  # loads wfdb

    url = wfdb_io.remote_url(database_of(file.record).slug, file.name)
    try:
        yield from wfdb_io.fetch(url)
    except OSError as error:
        raise DownloadError(
            "{file} could not be fetched from {url} ({reason}). The files that were complete are kept; "
            "continue later with: python -m ecgmodel download {record}",
            file=file.name,
            url=url,
            reason=error,
            record=file.record,
        ) from error


def _write(folder: Path, name: str, content: bytes) -> None:
    try:
        write_atomically(folder / name, content)
    except OSError as error:
        raise DownloadError(
            "{file} could not be written to {folder} ({reason}); no part of it was kept. Make room there, or allow "
            "writing, and try again.",
            file=name,
            folder=folder,
            reason=error.strerror or error,
        ) from error


def _check_reachable(database: Database) -> None:
    """Raise `DownloadError` within `REACH_TIMEOUT_S` where the server, or the proxy on the way to it, is out of reach.

    Looking up a name cannot be given a time limit, so it happens in a thread that is left to itself when time is up.
    """
    from ecgmodel.records import wfdb_io  # loads wfdb

    url = urlsplit(wfdb_io.remote_url(database.slug, ""))
    proxy = urllib.request.getproxies().get(url.scheme)
    server = urlsplit(proxy) if proxy and not urllib.request.proxy_bypass(url.hostname) else url
    address = (server.hostname, server.port or {"https": 443}.get(server.scheme, 80))
    outcome: list[OSError | None] = []

    def connect() -> None:
        try:
            socket.create_connection(address, timeout=REACH_TIMEOUT_S).close()
            outcome.append(None)
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(REACH_TIMEOUT_S)
    if outcome != [None]:
        raise DownloadError(
            "{host} cannot be reached ({reason}). Check the network and try again, or put the files of the {title} "
            "into a folder and name it in {variable}. The embedded records need no network.",
            host=address[0],
            title=database.title,
            variable=database.folder_variable,
            reason=outcome[0] if outcome else f"no answer in {REACH_TIMEOUT_S:g} s",
        )
