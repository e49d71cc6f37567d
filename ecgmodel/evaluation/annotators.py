"""People's labels beside each other: which beats two of them have, Cohen's kappa of their symbols, Fleiss' of many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, match_beats


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatorAgreement:
    """How far two annotators of one record agree.

    Attributes
    ----------
    symbols : tuple of str
        Every symbol that one of them gave to a beat both have: classes first.
    matrix : ndarray of shape (n_symbols, n_symbols), int64
        Beats that both have; rows are the first annotator, columns the second.
    kappa : float
        Cohen's kappa of the matrix: 1 is full agreement, 0 what chance gives; NaN where chance alone agrees fully or no
        beat is shared.
    only_first, only_second : ndarray of shape (n,), int64
        R peaks that the other one does not have within 150 ms.
    differ : ndarray of shape (n,), int64
        R peaks of the first where the symbols differ.
    differ_first, differ_second : ndarray of shape (n,), str
        The two symbols there.
    """

    symbols: tuple[str, ...]
    matrix: np.ndarray
    kappa: float
    only_first: np.ndarray
    only_second: np.ndarray
    differ: np.ndarray
    differ_first: np.ndarray
    differ_second: np.ndarray

    @property
    def n_shared(self) -> int:
        """Beats that both have."""
        return int(self.matrix.sum())

    @property
    def n_agreed(self) -> int:
        """Beats to which both gave the same symbol."""
        return int(np.trace(self.matrix))


def cohen_kappa(matrix: np.ndarray) -> float:
    """Return Cohen's kappa of a square table of counts (Cohen 1960, doi 10.1177/001316446002000104).

    NaN where both always gave one and the same symbol, or there is nothing in the table.
    """
    total = matrix.sum()
    if total == 0:
        return float("nan")
    agreed = np.trace(matrix) / total
    chance = float((matrix.sum(axis=0) / total) @ (matrix.sum(axis=1) / total))
    return float("nan") if chance >= 1.0 else float((agreed - chance) / (1.0 - chance))


def fleiss_kappa(counts: np.ndarray) -> float:
    """Return Fleiss' kappa of many readers (Fleiss 1971, doi 10.1037/h0031619).

    Parameters
    ----------
    counts : ndarray of shape (n_items, n_options), int
        How many readers chose each option. Items may have different numbers of readers, as where some left one out:
        the agreement on an item is that of its own pairs, and chance that of all answers. An item with fewer than two
        readers has no pairs and is left out. With equal numbers this is Fleiss' own formula.

    Returns
    -------
    float
        NaN where no item has two readers, or all of them always chose one and the same option.
    """
    counts = counts[counts.sum(axis=1) >= 2]
    if len(counts) == 0:
        return float("nan")
    readers = counts.sum(axis=1)
    agreed = float(((counts * (counts - 1)).sum(axis=1) / (readers * (readers - 1))).mean())
    shares = counts.sum(axis=0) / counts.sum()
    chance = float(shares @ shares)
    return float("nan") if chance >= 1.0 else (agreed - chance) / (1.0 - chance)


def compare_annotators(first: Annotations, second: Annotations, fs: float) -> AnnotatorAgreement:
    """Compare the beats of two annotators of the same record.

    Parameters
    ----------
    first, second : Annotations
        Marks that are no beats are left out.
    fs : float
        In Hz.
    """
    one, two = first.beats(), second.beats()
    partner = match_beats(one.sample, two.sample, MATCH_WINDOW_S * fs)
    shared = partner >= 0
    ours, theirs = one.symbol[shared], two.symbol[partner[shared]]
    found = set(ours.tolist()) | set(theirs.tolist())
    symbols = tuple(sorted(found, key=lambda s: (CLASSES.index(s) if s in CLASSES else len(CLASSES), s)))
    place = {symbol: i for i, symbol in enumerate(symbols)}
    matrix = np.zeros((len(symbols), len(symbols)), dtype=np.int64)
    np.add.at(matrix, ([place[s] for s in ours.tolist()], [place[s] for s in theirs.tolist()]), 1)
    differs = ours != theirs
    return AnnotatorAgreement(
        symbols=symbols,
        matrix=matrix,
        kappa=cohen_kappa(matrix),
        only_first=one.sample[~shared],
        only_second=np.delete(two.sample, partner[shared]),
        differ=one.sample[shared][differs],
        differ_first=ours[differs],
        differ_second=theirs[differs],
    )
