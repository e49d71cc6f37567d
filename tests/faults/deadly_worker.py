"""A worker of `dask.distributed` that dies of a file called `deadly.txt`, as where memory runs out."""

from __future__ import annotations

import os
import signal

from ecgmodel.classification import survey

_read = survey.read_files


def _read_or_die(files: dict, *settings: object) -> object:
    if "deadly.txt" in files:
        os.kill(os.getpid(), signal.SIGKILL)
    return _read(files, *settings)


def dask_setup(_worker: object) -> None:
    """Let a worker that preloads this module read so."""
    survey.read_files = _read_or_die
