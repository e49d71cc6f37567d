"""Tables in which every row is one heartbeat, as Kaggle's: 187 samples from 0 to 1 at 125 Hz, then the class.

The rows were cut, scaled and padded by Kachuee, Fazeli & Sarrafzadeh (2018, doi 10.1109/ICHI.2018.00092); the voltage
and what was around each beat are gone, so they are no recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.evidence import Vote, say
from ecgmodel.records.imports.text.layout import Trial
from ecgmodel.records.imports.text.numbers import parse_number

KAGGLE_SAMPLES = 187
KAGGLE_FS = 125.0

MIN_SAMPLES = 60
"""A row of fewer cells is one sample of several channels."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatRows:
    """Heartbeats without their recording.

    Attributes
    ----------
    signal : ndarray of shape (n_beats, n_samples), float32
        No unit; usually 0 to 1, with zeros after the end of a beat.
    label : ndarray of shape (n_beats,), int64
        The number of the class as the file has it; -1 where it has none.
    fs : float
        In Hz.
    """

    signal: np.ndarray
    label: np.ndarray
    fs: float


def vote_row_length(trial: Trial) -> Iterator[Vote]:
    """187 samples, alone or with a class; more columns than any device has channels; or few columns."""
    width = len(trial.pattern)
    if width in (KAGGLE_SAMPLES, KAGGLE_SAMPLES + 1):
        yield Vote("beats", say("every row has {width} cells, as in Kaggle's table of heartbeats", width=width))
    elif width < MIN_SAMPLES:
        yield Vote("signal", say("a row has {width} cells, so that it is a moment of time", width=width))
    else:
        yield Vote("signal", say("a row has {width} cells, so that it is a moment of time", width=width), 0.4)


def vote_unit_range(trial: Trial) -> Iterator[Vote]:
    """Every row goes from 0 to 1 on its own, and ends in zeros."""
    if len(trial.pattern) < MIN_SAMPLES:
        return
    table = _first_rows(trial)
    samples = table[:, :-1] if has_labels(table) else table
    if (
        samples.size
        and np.nanmin(samples) >= 0
        and np.nanmax(samples) <= 1
        and np.all(np.nanmax(samples, axis=1) > 0.5)
    ):
        yield Vote("beats", say("every row goes from 0 to 1"), 0.7)
        if np.mean(samples[:, -3:] == 0) > 0.5:
            yield Vote("beats", say("rows end in zeros"), 0.3)


def has_labels(table: np.ndarray) -> bool:
    """Whether the last column holds the number of a class.

    Parameters
    ----------
    table : ndarray of shape (n_rows, n_columns)
    """
    last = table[:, -1]
    if table.shape[1] == KAGGLE_SAMPLES:
        return False
    return len(last) > 0 and bool(np.all((last == np.round(last)) & (last >= 0) & (last <= 16)))


def make_beat_rows(table: np.ndarray, fs: float) -> BeatRows:
    """Return the rows of a table as beats."""
    if has_labels(table):
        return BeatRows(table[:, :-1].astype(np.float32), table[:, -1].astype(np.int64), fs)
    return BeatRows(table.astype(np.float32), np.full(len(table), -1, dtype=np.int64), fs)


def _first_rows(trial: Trial) -> np.ndarray:
    rows = []
    for row in trial.read_rows(50):
        try:
            rows.append([parse_number(cell, trial.decimal) for cell in row])
        except ValueError:
            continue
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(trial.pattern))
