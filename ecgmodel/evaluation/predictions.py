"""Every tested segment with its truth and the model's answer, in one small file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError
from ecgmodel.labels import CLASSES, nearest_class
from ecgmodel.scores.metrics import confusion


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One row a segment that was tested.

    Attributes
    ----------
    record : ndarray of shape (n,), str
    symbol : ndarray of shape (n,), str
        The experts'.
    truth : ndarray of shape (n,), int8
        Index into `labels.CLASSES`; -1 for beats that none of the five classes can stand for.
    start_sample, r_sample : ndarray of shape (n,), int32
        Of the segment and of its first R peak, in samples of the record at `dataset.MODEL_FS`.
    length, n_beats : ndarray of shape (n,), int32
    fold : ndarray of shape (n,), int8
        That held the segment out.
    label : ndarray of shape (n,), int8
        The most probable class; -1 for a beat that the detector missed.
    probabilities : ndarray of shape (n, 5), float32
        Kept with half precision.
    """

    record: np.ndarray
    symbol: np.ndarray
    truth: np.ndarray
    start_sample: np.ndarray
    r_sample: np.ndarray
    length: np.ndarray
    n_beats: np.ndarray
    fold: np.ndarray
    label: np.ndarray
    probabilities: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def is_judged(self) -> np.ndarray:
        """ndarray of shape (n,), bool: which rows have a class and an answer."""
        return (self.truth >= 0) & (self.label >= 0)

    def take(self, index: np.ndarray) -> Predictions:
        """Return the rows at `index` (positions or a mask)."""
        return Predictions(*(getattr(self, field.name)[index] for field in fields(self)))

    def matrix(self) -> np.ndarray:
        """Return truth against prediction of the rows with a class, (5, 5) int64."""
        known = self.is_judged
        return confusion(self.truth[known].astype(np.int64), self.label[known].astype(np.int64))

    def record_matrices(self) -> dict[str, np.ndarray]:
        """Return the matrix of every record."""
        return {str(name): self.take(self.record == name).matrix() for name in np.unique(self.record)}


def truth_of_symbols(symbol: np.ndarray) -> np.ndarray:
    """Return the class that stands for each symbol, -1 where none does: (n,), int8."""
    return np.array([nearest_class(mark) for mark in symbol], dtype=np.int8)


def join_predictions(parts: Sequence[Predictions]) -> Predictions:
    """Put rows behind one another; `parts` must not be empty."""
    return Predictions(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Predictions))
    )


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write a `.npz` atomically.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    columns = {field.name: getattr(predictions, field.name) for field in fields(Predictions)}
    for name in ("record", "symbol"):
        words, columns[name] = np.unique(columns[name], return_inverse=True)
        columns[name] = columns[name].astype(np.uint8)
        columns[f"{name}_names"] = words.astype(str)
    columns["probabilities"] = predictions.probabilities.astype(np.float16)
    sink = io.BytesIO()
    np.savez_compressed(sink, **columns)
    write_atomically(path, sink.getvalue())


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote.

    Raises
    ------
    ConfigError
        Where the file is damaged or something else.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as columns:
            found = {field.name: columns[field.name] for field in fields(Predictions)}
            for name in ("record", "symbol"):
                found[name] = columns[f"{name}_names"][found[name]]
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(
            "{path} no longer holds predictions. Delete it and evaluate again with --resume.", path=path.name
        ) from error
    found["probabilities"] = found["probabilities"].astype(np.float32)
    n = len(found["truth"])
    classes = (found["truth"] >= -1) & (found["truth"] < len(CLASSES)) if found["truth"].ndim == 1 else np.zeros(1)
    if any(len(column) != n for column in found.values()) or not np.all(classes):
        raise ConfigError(
            "{path} no longer holds predictions. Delete it and evaluate again with --resume.", path=path.name
        )
    return Predictions(**found)
