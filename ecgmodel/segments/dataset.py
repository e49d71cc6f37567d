"""What the network reads: standardised, zero-padded stretches of one lead, with their truth beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from ecgmodel.labels import CLASSES

SEGMENT_SAMPLES = 1000
"""Length of every segment after padding (Oh et al. 2018)."""

MODEL_FS = 360.0
"""Sampling frequency of every segment, in Hz: that of MIT-BIH."""

FLAT = 1e-6
"""A signal whose spread is at most this fraction of its largest value is flat."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments in the order in which they were cut.

    Attributes
    ----------
    signal : ndarray of shape (n, n_samples, n_channels), float32
        Standardised and zero-padded on the right; the first channel is the lead.
    length : ndarray of shape (n,), int32
        Samples before the padding begins.
    label : ndarray of shape (n,), int64
        Index into `labels.CLASSES`; -1 where the truth is unknown or none of the five.
    record : ndarray of shape (n,), str
        Record that each was cut from.
    lead : ndarray of shape (n,), str
        Lead that each was cut from.
    start_sample : ndarray of shape (n,), int64
        First sample of each in its record; negative where the window begins before the record does.
    r_sample : ndarray of shape (n,), int64
        R peak of the (first) beat, in samples from the start of the *record*.
    n_beats : ndarray of shape (n,), int32
        Beats that the label stands for.
    """

    signal: np.ndarray
    length: np.ndarray
    label: np.ndarray
    record: np.ndarray
    lead: np.ndarray
    start_sample: np.ndarray
    r_sample: np.ndarray
    n_beats: np.ndarray

    def __len__(self) -> int:
        return len(self.length)

    def take(self, index: np.ndarray) -> Segments:
        """Return the segments at `index` (positions or a mask)."""
        return Segments(*(getattr(self, field.name)[index] for field in fields(self)))

    def class_counts(self) -> dict[str, int]:
        """Return the number of segments of each class, in class order."""
        return {name: int(np.sum(self.label == index)) for index, name in enumerate(CLASSES)}


def join_segments(parts: Sequence[Segments]) -> Segments:
    """Concatenate the segments of several records; `parts` must not be empty."""
    return Segments(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Segments)))


def standardise(signal: np.ndarray) -> np.ndarray:
    """Return `signal` with zero mean and unit variance as float32; a flat one becomes zeros."""
    level = np.abs(signal).max()
    signal = signal - np.mean(signal, dtype=np.float64)
    spread = np.std(signal)
    if spread <= FLAT * level:
        return np.zeros(len(signal), dtype=np.float32)
    return (signal / spread).astype(np.float32)
