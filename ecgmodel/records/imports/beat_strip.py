"""Heartbeats without their recording, laid side by side so that they can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.text.beat_rows import BeatRows
from ecgmodel.records.record import Header, Record

MAX_BEATS = 500
GAP_S = 0.2

KACHUEE_CLASSES = ("N", "S", "V", "F", "Q")
"""What 0 to 4 mean in Kaggle's table: the AAMI groups (Kachuee et al. 2018, doi 10.1109/ICHI.2018.00092)."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatStrip:
    """The first beats of a table.

    Attributes
    ----------
    record : Record
        The beats one behind the other with gaps between, the file's own values in place of millivolts.
    start_sample : ndarray of shape (n,), int64
        Where each begins.
    symbol : ndarray of shape (n,), str
        AAMI group by the file's class; "?" where it has none that is known.
    n_beats : int
        In the whole table.
    """

    record: Record
    start_sample: np.ndarray
    symbol: np.ndarray
    n_beats: int


def lay_out_beats(beats: BeatRows, name: str) -> BeatStrip:
    """Lay the first `MAX_BEATS` beats of a table side by side."""
    shown = beats.signal[:MAX_BEATS]
    n_beats, width = shown.shape
    gap = round(GAP_S * beats.fs)
    strip = np.full((n_beats, width + gap), np.nan, dtype=np.float32)
    strip[:, :width] = shown
    classes = dict(enumerate(KACHUEE_CLASSES))
    return BeatStrip(
        record=Record(name, strip.reshape(-1, 1), ("beats",), beats.fs, None, Header(), "upload"),
        start_sample=np.arange(n_beats, dtype=np.int64) * (width + gap),
        symbol=np.array([classes.get(int(label), "?") for label in beats.label[:MAX_BEATS]]),
        n_beats=len(beats.signal),
    )
