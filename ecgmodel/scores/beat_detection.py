"""How many beats a detector finds, and how many it invents, by ANSI/AAMI EC57."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Annotations
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, in_flutter, match_beats


@dataclass(frozen=True, slots=True)
class DetectionCounts:
    """What a detector did.

    Attributes
    ----------
    n_beats : int
        Annotated.
    n_missed : int
        Annotated beats without a detection.
    n_invented : int
        Detections without an annotated beat.
    """

    n_beats: int
    n_missed: int
    n_invented: int

    def __add__(self, other: DetectionCounts) -> DetectionCounts:
        return DetectionCounts(
            self.n_beats + other.n_beats, self.n_missed + other.n_missed, self.n_invented + other.n_invented
        )

    @property
    def sensitivity(self) -> float:
        """Share of the annotated beats that were found; NaN without any."""
        return self.n_found / self.n_beats if self.n_beats else float("nan")

    @property
    def positive_predictivity(self) -> float:
        """Share of the detections that are beats; NaN without any."""
        n_detected = self.n_found + self.n_invented
        return self.n_found / n_detected if n_detected else float("nan")

    @property
    def n_found(self) -> int:
        """Annotated beats with a detection."""
        return self.n_beats - self.n_missed


def count_detections(annotations: Annotations, found: np.ndarray, fs: float) -> DetectionCounts:
    """Count what a detector found of an annotated record, outside of ventricular flutter.

    In flutter there are no beats: annotators mark where it begins and ends, and waves in it as they like.

    Parameters
    ----------
    annotations : Annotations
    found : ndarray of shape (n_found,), int64
        R peaks of the detector, ascending.
    fs : float
        Sampling frequency in Hz.
    """
    true = annotations.beats().sample
    true, found = (sample[~in_flutter(annotations, sample)] for sample in (true, found))
    n_pairs = int(np.count_nonzero(match_beats(true, found, MATCH_WINDOW_S * fs) >= 0))
    return DetectionCounts(len(true), len(true) - n_pairs, len(found) - n_pairs)
