"""Progress on standard error, and files that are whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import EcgModelError

if TYPE_CHECKING:
    from ecgmodel.records.sources.download import DownloadProgress


@contextmanager
def show_download() -> Iterator[Callable[[DownloadProgress], None]]:
    """Yield a callback that draws a progress bar from the first byte that is fetched on."""
    from tqdm import tqdm

    bar: tqdm | None = None

    def report(progress: DownloadProgress) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=progress.total_bytes, unit="B", unit_scale=True, file=sys.stderr, dynamic_ncols=True)
        bar.set_description(f"record {progress.record} ({progress.done} of {progress.total} done)", refresh=False)
        bar.update(progress.n_bytes - bar.n)

    try:
        yield report
    finally:
        if bar is not None:
            bar.close()


def save_output(path: Path, data: bytes) -> None:
    """Write a file that the user asked for, whole or not at all.

    Raises
    ------
    EcgModelError
        Where it cannot be written.
    """
    try:
        write_atomically(path, data)
    except OSError as error:
        raise EcgModelError(
            "{path} could not be written ({reason}); nothing of it was kept. Choose another place, or make room there.",
            path=path,
            reason=error.strerror or error,
        ) from error
