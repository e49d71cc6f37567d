"""Several recordings at once: what was dropped, or what lies in a folder, sorted into records."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.archives import is_zip, unpack_all
from ecgmodel.records.imports.source import Source

HEADER_PARTS = (".hea", ".dat", ".mat", ".atr")
"""Files of one WFDB record have one stem."""

HOLTER_PARTS = (".ecg", ".ann")
"""An ISHNE recording and its annotations have one stem."""

IGNORED = (".ds_store", "thumbs.db", "desktop.ini")
MAX_RECORDINGS = 2000

Files = Mapping[str, bytes | Path]


def sort_files(files: Files) -> dict[str, dict[str, bytes | Path]]:
    """Sort files into recordings: WFDB files and annotations with their record, every other file by itself.

    Parameters
    ----------
    files : mapping of str to bytes or Path
        By name, with folders where there are any; archives stand for what is in them.

    Returns
    -------
    dict of str to dict
        The files of each recording, as `files.read_files` takes them, by a name.
    """
    found: dict[str, dict[str, bytes | Path]] = {}
    headers = {_stem(name) for name in files if name.lower().endswith(".hea")}
    holters = _find_holters(files)
    for name, data in sorted(files.items()):
        short = PurePosixPath(name.replace("\\", "/")).name
        if short.startswith(".") or short.lower() in IGNORED:
            continue
        owner = _stem(name)
        of_annotations = owner.removesuffix("annotations")
        if owner in headers and Path(short).suffix.lower() in HEADER_PARTS:
            found.setdefault(owner, {})[short] = data
        elif owner in holters and name in holters[owner].values():
            found.setdefault(holters[owner][HOLTER_PARTS[0]], {})[short] = data
        elif of_annotations != owner and any(_stem(other) == of_annotations for other in files if other != name):
            owners = [key for key in found if _stem(key) == of_annotations]
            found.setdefault(owners[0] if owners else of_annotations, {})[short] = data
        else:
            found.setdefault(name, {})[short] = data
    if len(found) > MAX_RECORDINGS:
        raise EcgModelError(
            "There are {count:,} recordings; at most {limit:,} are read at once. Choose a part of them.",
            count=len(found),
            limit=MAX_RECORDINGS,
        )
    return found


def open_archives(files: Files) -> dict[str, bytes | Path]:
    """Return the files with those of zip archives in their place, within the limits of `archives`."""
    opened: dict[str, bytes | Path] = {}
    for name, data in files.items():
        source = Source(data, name)
        if name.lower().endswith(".zip") and is_zip(source.head(4)):
            inside = unpack_all(source)
            folder = "" if len(files) == 1 else f"{PurePosixPath(name).stem}/"
            opened |= {f"{folder}{path}": content for path, content in inside.items()}
        else:
            opened[name] = data
    return opened


def list_folder(folder: Path) -> Iterator[tuple[str, dict[str, bytes | Path]]]:
    """Yield each recording below a folder: its name as a path from there, and its files.

    Raises
    ------
    EcgModelError
        Where there is no such folder.
    """
    if not folder.is_dir():
        raise EcgModelError("There is no folder '{path}'. Give one that holds recordings.", path=folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    headers = {_stem(name) for name in files if name.lower().endswith(".hea")}
    holters = _find_holters(files)
    done = set()
    for name, path in files.items():
        if path.name.startswith(".") or path.name.lower() in IGNORED:
            continue
        stem = _stem(name)
        if stem in headers and path.suffix.lower() in HEADER_PARTS:
            if stem not in done:
                done.add(stem)
                beside = [path.with_suffix(suffix) for suffix in HEADER_PARTS]
                yield _legible(stem), {_legible(other.name): other for other in beside if other.is_file()}
        elif stem in holters and name in holters[stem].values():
            if name == holters[stem][HOLTER_PARTS[0]]:
                parts = [files[part] for part in holters[stem].values()]
                yield _legible(name), {_legible(part.name): part for part in parts}
        else:
            yield _legible(name), {_legible(path.name): path}


def _find_holters(files: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return the names of an ISHNE recording and of what belongs to it, by its stem and their endings."""
    parts: dict[str, dict[str, str]] = {}
    for name in files:
        suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
        if suffix in HOLTER_PARTS:
            parts.setdefault(_stem(name), {})[suffix] = name
    return {stem: names for stem, names in parts.items() if HOLTER_PARTS[0] in names}


def _legible(name: str) -> str:
    r"""Return a name of a file as text; bytes of it that are no text are written as `\xb2`.

    Names come from the system with such bytes as surrogates, which neither a table nor a terminal takes.
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _stem(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.with_suffix("").as_posix()
