"""A worker of `dask.distributed` that takes its time over every file, so that a test can come in between."""

from __future__ import annotations

import time

from ecgmodel.classification import survey

_read = survey.read_files


def _read_slowly(files: dict, *settings: object) -> object:
    time.sleep(0.3)
    return _read(files, *settings)


def dask_setup(_worker: object) -> None:
    """Let a worker that preloads this module read so."""
    survey.read_files = _read_slowly
