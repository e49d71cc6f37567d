"""The wander of the baseline within a segment, without a look at what comes after it."""

from __future__ import annotations

from functools import cache

import numpy as np

from ecgmodel.segments.dataset import SEGMENT_SAMPLES

WANDER_WAVES = 7
"""The constant and the slowest cosines of a segment, up to 1.08 Hz. Chosen on people of mitdb and svdb whom the network
never saw: of 4, 5 and 7 waves, 7 gave the highest mean F1 of S and V, in clean records and in wander."""

AT_ONCE = 32
"""Segments of which it is found at a time: larger products wake threads of the linear algebra, which wait busily."""


def find_wander(windows: np.ndarray, place: slice = slice(None)) -> np.ndarray:
    """Return the sum of the slowest cosines that comes nearest to each segment.

    Of a segment that the record holds in part, fewer waves are taken, so that they stay as slow.

    Parameters
    ----------
    windows : ndarray of shape (n, SEGMENT_SAMPLES)
        NaN where there is no sample.
    place : slice
        Where the wander is wanted.

    Returns
    -------
    ndarray of shape (n, n_samples of `place`), float64
        In double precision a segment has the same wander whatever others it is cut with.
    """
    waves = _slow_waves()  # (n_samples, n_waves), orthonormal
    gaps = np.flatnonzero(~np.isfinite(windows).all(axis=1))
    if len(gaps) == 0:
        wander = np.empty((len(windows), len(waves[place])))
        for first in range(0, len(windows), AT_ONCE):
            few = slice(first, first + AT_ONCE)
            wander[few] = (windows[few].astype(np.float64) @ waves) @ waves[place].T
        return wander
    values = windows.astype(np.float64)
    present = np.isfinite(windows[gaps])
    values[gaps] = np.where(present, values[gaps], 0)
    weights = values @ waves
    n_waves = np.maximum(WANDER_WAVES * present.mean(axis=1), 1).astype(int)
    taken = np.arange(WANDER_WAVES) < n_waves[:, np.newaxis]
    products = np.einsum("is,sj,sk->ijk", present.astype(np.float64), waves, waves, optimize=True)
    both = taken[:, :, np.newaxis] & taken[:, np.newaxis, :]
    equations = np.where(both, products, 0) + np.eye(WANDER_WAVES) * (1e-9 + ~taken[:, np.newaxis, :])
    weights[gaps] = np.linalg.solve(equations, np.where(taken, weights[gaps], 0)[..., np.newaxis])[..., 0]
    return weights @ waves[place].T


@cache
def _slow_waves() -> np.ndarray:
    phase = np.pi * (np.arange(SEGMENT_SAMPLES) + 0.5) / SEGMENT_SAMPLES
    waves = np.cos(np.outer(phase, np.arange(WANDER_WAVES))) * np.sqrt(2 / SEGMENT_SAMPLES)
    waves[:, 0] /= np.sqrt(2)
    return waves
