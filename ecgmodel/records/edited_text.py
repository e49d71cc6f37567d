"""Beats edited by hand as text, for a place that keeps nothing else: what a browser stores and gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.labels import BEAT_SYMBOLS
from ecgmodel.records.editing import Edit, EditedBeats
from ecgmodel.records.record import Record

VERSION = 1
MAX_CHARACTERS = 5_000_000
"""A browser keeps no more under one address; a day of beats takes a tenth."""

FINGERPRINT_SAMPLES = 4096
FINGERPRINT_STEP_MV = 0.01


def write_edited(beats: EditedBeats) -> str:
    """Return beats with their changes as one line of JSON, which `read_edited` reads.

    R peaks are written as the distance from the one before; changes that were taken back are left out.
    """
    return json.dumps(
        {
            "version": VERSION,
            "steps": np.diff(beats.sample, prepend=0).tolist(),
            "symbols": "".join(beats.symbol.tolist()),
            "done": [[_write_side(edit.before), _write_side(edit.after)] for edit in beats.done],
        },
        separators=(",", ":"),
    )


def read_edited(text: str, n_samples: int, fs: float) -> EditedBeats:
    """Return the beats that `write_edited` wrote of a record of `n_samples` at `fs` Hz.

    Raises
    ------
    RecordError
        Where the text is nothing that `write_edited` writes, or its beats do not fit the record.
    """
    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError
        kept = json.loads(text)
        if kept["version"] != VERSION:
            raise ValueError
        sample = np.cumsum(np.array(kept["steps"], dtype=np.int64))
        symbol = np.array([_read_symbol(symbol) for symbol in kept["symbols"]], dtype="U2")
        done = tuple(
            Edit(_read_side(before, n_samples), _read_side(after, n_samples)) for before, after in kept["done"]
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise RecordError(
            "What this browser kept of your labels cannot be read. Start again from the record's beats."
        ) from error
    if len(sample) != len(symbol) or np.any(np.diff(sample) <= 0) or np.any((sample < 0) | (sample >= n_samples)):
        raise RecordError("The labels that this browser kept do not fit this record. Start again from its beats.")
    return EditedBeats(sample, symbol, n_samples, fs, done)


def fingerprint(record: Record) -> str:
    """Return by what a recording is known again, whatever it is called: a digest of its form and of some samples."""
    step = max(1, record.n_samples // FINGERPRINT_SAMPLES)
    some = np.nan_to_num(record.signals[::step, 0].astype(np.float64), nan=-1e3) / FINGERPRINT_STEP_MV
    form = f"{record.n_samples} {record.fs:.6g} {len(record.leads)}".encode()
    return hashlib.blake2b(form + np.rint(some).astype(np.int32).tobytes(), digest_size=9).hexdigest()


def _write_side(side: tuple[int, str] | None) -> list | None:
    return None if side is None else [int(side[0]), side[1]]


def _read_side(side: Sequence | None, n_samples: int) -> tuple[int, str] | None:
    if side is None:
        return None
    sample, symbol = side
    if not isinstance(sample, int) or not 0 <= sample < n_samples:
        raise ValueError(sample)
    return sample, _read_symbol(symbol)


def _read_symbol(symbol: object) -> str:
    if symbol not in BEAT_SYMBOLS:
        raise ValueError(symbol)
    return symbol
