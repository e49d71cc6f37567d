"""A folder for what may pass through a file and must not stay in one, as a visitor's recording for `wfdb`.

It lies in the memory where the system keeps files there (`/dev/shm` on Linux), opens to this user alone, and goes as
soon as it has served. A process that is killed meanwhile cannot remove its own, so the next one does: by a lock, which
the system takes from a process with its life, it knows which folders still serve.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import filelock

from ecgmodel.errors import EcgModelError

MEMORY = Path("/dev/shm")  # nosec B108: only a folder of this user's own in it is used, and looked at before
_PREFIX = "ecgmodel-private-"
_LOCK = ".lock"
_GATE = f"{_PREFIX}gate{_LOCK}"
"""Held while a folder begins to serve and while leftovers are looked for, so that neither meets the other half-way."""

WAIT_S = 30.0


@contextlib.contextmanager
def private_folder(n_bytes: int = 0) -> Iterator[Path]:
    """Give an empty folder that nobody else can open, and remove it in the end with all that is in it.

    Parameters
    ----------
    n_bytes : int
        About how much will lie in it; where the memory has no such room, the folder is one on the disk.

    Yields
    ------
    Path

    Raises
    ------
    EcgModelError
        Where this user has no place for such a folder.
    """
    remove_leftovers()
    rooms = _rooms()
    if not rooms:
        raise EcgModelError("There is no folder for temporary files that belongs to this user. Set TMPDIR to one.")
    room = next((room for room in rooms if shutil.disk_usage(room).free > 2 * n_bytes), rooms[-1])
    name = f"{_PREFIX}{uuid4().hex}"
    folder, lock = room / name, filelock.FileLock(room / f"{name}{_LOCK}", mode=0o600)
    with filelock.FileLock(room / _GATE, timeout=WAIT_S, mode=0o600):
        lock.acquire(timeout=WAIT_S)
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def remove_leftovers() -> None:
    """Remove the folders of processes that were killed; those of living ones stay."""
    for room in _rooms():
        if not any(room.glob(f"{_PREFIX}*")):
            continue
        with (
            contextlib.suppress(filelock.Timeout),  # another process is at it
            filelock.FileLock(room / _GATE, timeout=0, mode=0o600),
        ):
            for found in room.glob(f"{_PREFIX}*"):
                if found.name != _GATE:
                    _remove_if_left(room / found.name.removesuffix(_LOCK))


def _remove_if_left(folder: Path) -> None:
    lock = folder.with_name(f"{folder.name}{_LOCK}")
    with contextlib.suppress(filelock.Timeout), filelock.FileLock(lock, timeout=0, mode=0o600):
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _rooms() -> tuple[Path, ...]:
    """Return where such folders may lie, this user's own rooms alone, the memory first."""
    user = f"ecgmodel-{os.getuid()}" if hasattr(os, "getuid") else "ecgmodel"
    rooms = []
    for place in (MEMORY, Path(tempfile.gettempdir())):
        room = place / user
        with contextlib.suppress(OSError):
            room.mkdir(mode=0o700, exist_ok=True)
            found = room.lstat()
            if room.is_symlink() or not room.is_dir() or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
                continue  # somebody laid it there before us
            room.chmod(0o700)
            rooms.append(room)
    return tuple(dict.fromkeys(rooms))
