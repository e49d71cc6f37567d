"""Which samples moved the decision, by occlusion of the served model (Zeiler & Fergus 2014, arXiv 1311.2901).

A short window of the lead is replaced by a straight line between its ends, the segment is served again, and the fall of
the probability is written down at the window's samples. Nothing is assumed of the network but that it can be run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments

WINDOW_SAMPLES = 24
"""67 ms at 360 Hz: narrower than a QRS complex, wider than its slopes."""

STRIDE_SAMPLES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """What each sample of one segment was worth to one class.

    Attributes
    ----------
    label : int
        The class, an index into `labels.CLASSES`.
    fall : ndarray of shape (n_samples,), float32
        By how much the class's probability falls when the lead around a sample is hidden, the mean over all windows
        that hold it; negative where hiding it makes the class more probable. 0 in the padding.
    without_rhythm : float
        By how much it falls when the channels of prematurity say that every beat came in time; 0 for models that read
        the lead alone.
    """

    label: int
    fall: np.ndarray
    without_rhythm: float


def occlude(classifier: Classifier, segment: Segments, label: int | None = None) -> Saliency:
    """Hide one stretch of the lead after another, and see what that does to the answer.

    Parameters
    ----------
    classifier : Classifier
    segment : Segments
        A single one.
    label : int or None
        The class to watch; `None` takes the one that the model names.

    Returns
    -------
    Saliency
    """
    signal, length = segment.signal[0], int(segment.length[0])
    starts = np.arange(1 - WINDOW_SAMPLES + STRIDE_SAMPLES, length, STRIDE_SAMPLES)
    first, stop = np.maximum(starts, 0), np.minimum(starts + WINDOW_SAMPLES, length)
    copies = np.repeat(signal[np.newaxis], len(starts) + 2, axis=0)
    for copy, begin, end in zip(copies, first, stop, strict=False):
        _bridge(copy[:, 0], begin, end, length)
    if signal.shape[1] > 1:
        # The residual of the lead is hidden with it, and every beat is in time by both of the prematurities.
        near = np.flatnonzero(signal[:, 1])
        copies[:, near, 1] += copies[:, near, 0] - signal[near, 0]
        copies[-2, :, 2:4] = 0
    index = np.zeros(len(copies), dtype=np.int64)
    many = segment.take(index)
    probabilities = classifier.predict(
        Segments(
            signal=copies,
            length=many.length,
            label=many.label,
            record=many.record,
            lead=many.lead,
            start_sample=many.start_sample,
            r_sample=many.r_sample,
            n_beats=many.n_beats,
        )
    ).probabilities
    whole = probabilities[-1]
    label = int(whole.argmax()) if label is None else label
    fall = whole[label] - probabilities[:, label]
    total, count = np.zeros(len(signal) + 1), np.zeros(len(signal) + 1)
    for add, to in ((fall[:-2], total), (1.0, count)):
        np.add.at(to, first, add)
        np.subtract.at(to, stop, add)
    mean = np.cumsum(total)[:-1] / np.cumsum(count)[:-1].clip(min=1)
    mean[length:] = 0
    return Saliency(label, mean.astype(np.float32), float(fall[-2]))


def _bridge(lead: np.ndarray, begin: int, end: int, length: int) -> None:
    """Replace [begin, end) by a straight line between its neighbours; at the segment's ends, by the one there is."""
    left = lead[begin - 1] if begin > 0 else lead[min(end, length - 1)]
    right = lead[end] if end < length else left
    lead[begin:end] = np.linspace(left, right, end - begin + 2)[1:-1]
