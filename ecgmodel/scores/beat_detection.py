"""How many beats a detector finds, and how many it invents, by ANSI/AAMI EC57."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Annotations
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, in_flutter


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


def match_beats(true: np.ndarray, found: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Pair beats and detections one to one, in the order of time.

    Of two detections within reach the nearer one is taken, unless the next beat is nearer to it.

    Parameters
    ----------
    true, found : ndarray of shape (n,), int64
        Samples, ascending.
    tolerance : float
        In samples; a pair as far apart as this still is one.

    Returns
    -------
    tuple of (ndarray of shape (n_true,), ndarray of shape (n_found,)), bool
        Which are in a pair.
    """
    is_found, is_true = np.zeros(len(true), dtype=bool), np.zeros(len(found), dtype=bool)
    beats, detections = true.tolist(), found.tolist()
    beat = detection = 0
    while beat < len(beats) and detection < len(detections):
        away = detections[detection] - beats[beat]
        if away < -tolerance:
            detection += 1
        elif away > tolerance:
            beat += 1
        elif _next_fits_better(beats[beat : beat + 2], detections[detection : detection + 2]):
            detection += 1
        else:
            is_found[beat] = is_true[detection] = True
            beat, detection = beat + 1, detection + 1
    return is_found, is_true


def _next_fits_better(beats: list[int], detections: list[int]) -> bool:
    """Whether the second detection is nearer to the first beat than the first is, and has no nearer beat."""
    if len(detections) < 2:
        return False
    away = abs(detections[1] - beats[0])
    return away < abs(detections[0] - beats[0]) and (len(beats) < 2 or away < abs(detections[1] - beats[1]))


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
    is_found, is_true = match_beats(true, found, MATCH_WINDOW_S * fs)
    return DetectionCounts(len(true), int((~is_found).sum()), int((~is_true).sum()))
