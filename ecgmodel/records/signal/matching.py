"""Two lists of R peaks of the same signal, paired as ANSI/AAMI EC57 does it."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.record import Annotations

MATCH_WINDOW_S = 0.15
"""How far apart an expert's and a detected R peak may be (ANSI/AAMI EC57)."""


def match_beats(reference: np.ndarray, detected: np.ndarray, tolerance: float) -> np.ndarray:
    """Pair two ascending lists of R peaks one to one, the closest first.

    Parameters
    ----------
    reference, detected : ndarray of shape (n_reference,) and (n_detected,)
        In samples.
    tolerance : float
        Largest distance of a pair, in samples.

    Returns
    -------
    ndarray of shape (n_reference,), int64
        Position among `detected`, or -1 without a partner.
    """
    partner = np.full(len(reference), -1, dtype=np.int64)
    free = np.arange(len(reference))
    left = np.arange(len(detected))
    while len(free) and len(left):
        to_detected = _nearest(reference[free], detected[left])
        to_reference = _nearest(detected[left], reference[free])
        close = np.abs(reference[free] - detected[left][to_detected]) <= tolerance
        mutual = close & (to_reference[to_detected] == np.arange(len(free)))
        if not mutual.any():
            break
        partner[free[mutual]] = left[to_detected[mutual]]
        left = np.delete(left, to_detected[mutual])
        free = free[~mutual]
    return partner


def _nearest(places: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return for each place the position of the nearest of some ascending samples, the left one of two equally near."""
    right = np.clip(np.searchsorted(among, places), 0, len(among) - 1)
    left = np.clip(right - 1, 0, None)
    return np.where(np.abs(places - among[left]) <= np.abs(among[right] - places), left, right)


def in_flutter(annotations: Annotations, samples: np.ndarray) -> np.ndarray:
    """Return which samples lie between a mark `[` and the next `]`, or the end of the record where none follows."""
    starts = annotations.sample[annotations.symbol == "["]
    stops = annotations.sample[annotations.symbol == "]"]
    started = np.searchsorted(starts, samples, side="right")
    stopped = np.searchsorted(stops, samples, side="left")
    return started > stopped
