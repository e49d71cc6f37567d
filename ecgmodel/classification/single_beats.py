"""Naming heartbeats that were cut out of their recording, with a model that reads segments of a single lead.

There is no rhythm in them: nothing tells whether a beat came early, so that supraventricular premature beats
look normal. The rows begin at the R peak and were scaled to 0 to 1 (Kachuee et al. 2018), as none in training was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES
from ecgmodel.network.serving import Classifier
from ecgmodel.records.imports.text.beat_rows import BeatRows
from ecgmodel.segments.dataset import Segments, standardise
from ecgmodel.segments.resampling import resample_lead

ROW_CLASSES = ("N", "S", "V", "F", "Q")
"""What the numbers 0 to 4 of the label column mean: the groups of the AAMI."""

GROUPS = {"N": "N", "L": "N", "R": "N", "A": "S", "V": "V"}
"""The AAMI group of each class of the model."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatRowNames:
    """What a model says of each row.

    Attributes
    ----------
    predicted : ndarray of shape (n,), str
    probabilities : ndarray of shape (n, 5), float32
    label : ndarray of shape (n,), str
        The AAMI group that the label column says; "" where there is none.
    """

    predicted: np.ndarray
    probabilities: np.ndarray
    label: np.ndarray

    @property
    def group(self) -> np.ndarray:
        """The AAMI group of each prediction: ndarray of shape (n,), str."""
        return np.array([GROUPS[str(symbol)] for symbol in self.predicted], dtype="U1")

    @property
    def n_labelled(self) -> int:
        """Rows with a label."""
        return int(np.count_nonzero(self.label != ""))

    @property
    def n_agreed(self) -> int:
        """Rows whose label and prediction are of one group."""
        return int(np.count_nonzero((self.label != "") & (self.group == self.label)))


def name_beat_rows(beats: BeatRows, classifier: Classifier) -> BeatRowNames:
    """Name each row by itself.

    Raises
    ------
    SegmentError
        Where the model reads beats in their rhythm.
    """
    model = classifier.model
    if model.card.segments != "runs" or model.config.n_channels != 1:
        raise SegmentError(
            "The file holds single heartbeats without their rhythm, and the model {model} reads beats in their rhythm. "
            "Choose a model that reads single segments, as gru.",
            model=model.card.name,
        )
    n, width = len(beats.signal), model.config.n_samples
    signal = np.zeros((n, width, 1), dtype=np.float32)
    length = np.zeros(n, dtype=np.int32)
    for i, row in enumerate(beats.signal):
        samples = np.trim_zeros(np.nan_to_num(row), "b")
        beat = resample_lead(samples if len(samples) > 1 else row, beats.fs)[:width]
        signal[i, : len(beat), 0] = standardise(beat)
        length[i] = len(beat)
    nothing = np.zeros(n, dtype=np.int64)
    names = np.full(n, "")
    segments = Segments(signal, length, nothing - 1, names, names, nothing, nothing, nothing.astype(np.int32) + 1)
    prediction = classifier.predict(segments)
    known = [ROW_CLASSES[label] if 0 <= label < len(ROW_CLASSES) else "" for label in beats.label]
    return BeatRowNames(np.array(CLASSES)[prediction.label], prediction.probabilities, np.array(known, dtype="U1"))
