"""Which units answer to a stretch of the signal, and where else they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments


@dataclass(frozen=True, slots=True, eq=False)
class UnitContrasts:
    """How differently each unit behaves inside a stretch of steps and outside of it; one row a unit, strongest first.

    Attributes
    ----------
    unit : ndarray of shape (units,), int64
    inside, outside : ndarray of shape (units,), float32
        Mean state h within the stretch, and in the other steps that see the signal.
    contrast : ndarray of shape (units,), float32
        (inside - outside) / spread, the spread being the standard deviation of h over all steps that see the signal;
        0 for a unit that never moves. Above 1 in size, the unit does there what it does hardly anywhere else.
    """

    unit: np.ndarray
    inside: np.ndarray
    outside: np.ndarray
    contrast: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class SimilarBeats:
    """Beats by how alike the units behave, most alike first.

    Attributes
    ----------
    index : ndarray of shape (n,), int64
        Positions among the beats that were compared.
    correlation : ndarray of shape (n,), float32
        Pearson's, of the chosen units' states over the stretch; -1 to 1.
    """

    index: np.ndarray
    correlation: np.ndarray


def contrast_units(states: np.ndarray, first: int, last: int, last_real: int) -> UnitContrasts:
    """Rank the units by how much their state in a stretch differs from elsewhere.

    Parameters
    ----------
    states : ndarray of shape (n_steps, units)
        h(t).
    first, last : int
        The stretch, both inclusive.
    last_real : int
        The last step that sees the signal; the padding behind it is left out.

    Raises
    ------
    SegmentError
        Where the stretch is empty, out of range, or leaves no step to compare with.
    """
    if not 0 <= first <= last <= last_real:
        raise SegmentError(
            "Steps {first} to {last} are not a stretch of the signal, which has steps 0 to {real}.",
            first=first,
            last=last,
            real=last_real,
        )
    real = states[: last_real + 1].astype(np.float64)
    within = np.zeros(len(real), dtype=bool)
    within[first : last + 1] = True
    if within.all():
        raise SegmentError(
            "The stretch covers the whole segment, so nothing is left to compare it with. Choose a shorter one."
        )
    inside, outside = real[within].mean(axis=0), real[~within].mean(axis=0)
    spread = real.std(axis=0)
    moves = spread > 0
    contrast = np.where(moves, (inside - outside) / np.where(moves, spread, 1), 0)
    order = np.argsort(-np.abs(contrast), kind="stable")
    return UnitContrasts(
        unit=order,
        inside=inside[order].astype(np.float32),
        outside=outside[order].astype(np.float32),
        contrast=contrast[order].astype(np.float32),
    )


def find_similar(pattern: np.ndarray, states: np.ndarray) -> SimilarBeats:
    """Rank beats by how alike the same units behave over the same steps.

    Parameters
    ----------
    pattern : ndarray of shape (n_steps, n_units)
        States of the chosen units over the stretch, of the beat that is looked at.
    states : ndarray of shape (n, n_steps, n_units)
        The same of the beats to compare.

    Returns
    -------
    SimilarBeats
        Beats whose units do not move at all have the correlation 0.
    """
    wanted = pattern.reshape(-1).astype(np.float64)
    rows = states.reshape(len(states), -1).astype(np.float64)
    wanted = wanted - wanted.mean()
    rows = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(rows, axis=1) * np.linalg.norm(wanted)
    correlation = np.where(size > 0, rows @ wanted / np.where(size > 0, size, 1), 0)
    order = np.argsort(-correlation, kind="stable")
    return SimilarBeats(order, correlation[order].astype(np.float32))


def hunt_beats(
    classifier: Classifier, pieces: Iterable[Segments], units: np.ndarray, first: int, last: int, pattern: np.ndarray
) -> SimilarBeats:
    """Serve many segments and rank them by how alike some units behave in a stretch of steps.

    Parameters
    ----------
    classifier : Classifier
    pieces : iterable of Segments
        Served one after the other; only the stretch is kept of each.
    units : ndarray of int
    first, last : int
        The stretch, both inclusive.
    pattern : ndarray of shape (last - first + 1, len(units))
        What to look for.
    """
    found = [classifier.predict(piece, with_states=True).states[:, first : last + 1][..., units] for piece in pieces]
    if not found:
        return SimilarBeats(np.empty(0, np.int64), np.empty(0, np.float32))
    return find_similar(pattern, np.concatenate(found))
