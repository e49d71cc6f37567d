"""Zip archives of a record's files: read into memory, within limits, and never trusted with a path."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.source import Source

MAX_FILES = 200
MAX_MANY_FILES = 4000
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_RATIO = 200
"""Signals shrink to a third, long flat text to a fiftieth; what shrinks more is made to fill a disk."""

_PIECE_BYTES = 1 << 20


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpack(source: Source, suffixes: tuple[str, ...]) -> dict[str, bytes]:
    """Return the files of an archive that have one of the suffixes, by their name without folders.

    Raises
    ------
    ImportFileError
        For a damaged or encrypted archive, one that is too large when unpacked, and one with a path that leads out of
        it.
    """
    return _unpack(source, MAX_FILES, lambda path: path.name if path.suffix.lower() in suffixes else "")


def unpack_all(source: Source) -> dict[str, bytes]:
    """Return all files of an archive of many recordings, by their paths in it, see `unpack`."""
    return _unpack(source, MAX_MANY_FILES, PurePosixPath.as_posix)


def _unpack(source: Source, limit: int, name_of: Callable[[PurePosixPath], str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(source.data) if isinstance(source.data, bytes) else source.data) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > limit:
                raise ImportFileError(
                    "The archive has {count} files; at most {limit} are read. Pack the files of one record.",
                    count=len(entries),
                    limit=limit,
                )
            for entry in entries:
                path = _check_path(entry)
                name = name_of(path)
                if not name or path.name.startswith("._"):
                    continue
                if entry.flag_bits & 1:
                    raise ImportFileError("The archive is encrypted. Pack the files again without a password.")
                if name in files:
                    raise ImportFileError(
                        "The archive has '{name}' twice. Pack the files of one record.", name=path.name[:60]
                    )
                files[name] = _read_entry(archive, entry, left)
                left -= len(files[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise ImportFileError(
            "The archive is damaged or packed in a way that is not known. Pack the files again."
        ) from error
    return files


def _check_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    name = entry.filename
    path = PurePosixPath(name)
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name or is_link:
        raise ImportFileError(
            "The archive has a file whose path leads out of it, '{name}'. Pack the files without folders.",
            name=name[:60],
        )
    return path


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Read one file piece by piece; the size that the archive claims is not trusted."""
    pieces: list[bytes] = []
    size = 0
    limit = min(left, max(_PIECE_BYTES, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as file:
        while piece := file.read(_PIECE_BYTES):
            size += len(piece)
            if size > limit:
                raise ImportFileError(
                    "The archive unpacks to far more than it is ('{name}'). It is not read, as it could fill the "
                    "memory.",
                    name=entry.filename[:60],
                )
            pieces.append(piece)
    return b"".join(pieces)
