"""The groups of ANSI/AAMI EC57, from a model of five classes.

No class stands for fusion (F) or unclassifiable (Q) beats, so they have rows but no columns: every F beat counts as
missed. Q beats have no right answer and are left out of every score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import AAMI_GROUPS, AAMI_OF_SYMBOL, CLASSES

PREDICTED_GROUPS = ("N", "S", "V")
"""Columns of the matrix."""


@dataclass(frozen=True, slots=True)
class AamiScores:
    """What the matrix of groups says; fractions, NaN where nothing was there to judge.

    Attributes
    ----------
    accuracy : float
        Over N, S, V and F beats.
    sensitivity, positive_predictivity : dict of str to float
        Of S and of V. Every beat of another group that is named S or V counts against the positive predictivity.
    ec57_positive_predictivity : dict of str to float
        By EC57, as de Chazal et al. 2004 report it: F beats that are named V do not count.
    """

    accuracy: float
    sensitivity: dict[str, float]
    positive_predictivity: dict[str, float]
    ec57_positive_predictivity: dict[str, float]

    def to_dict(self) -> dict[str, float]:
        """Return the figures by names as `sensitivity/S`."""
        figures = {"accuracy": self.accuracy}
        for kind in ("sensitivity", "positive_predictivity", "ec57_positive_predictivity"):
            figures |= {f"{kind}/{group}": value for group, value in getattr(self, kind).items()}
        return figures


def count_groups(symbol: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Count the groups of experts' symbols against those of predicted classes.

    Parameters
    ----------
    symbol : ndarray of shape (n,), str
        Of beats.
    label : ndarray of shape (n,), int64
        Index into `labels.CLASSES`; beats with -1, which the detector missed, are not counted.

    Returns
    -------
    ndarray of shape (5, 3), int64
        Rows are the truth in the order of `labels.AAMI_GROUPS`, columns the prediction: N, S, V.
    """
    column_of_class = np.array([PREDICTED_GROUPS.index(AAMI_OF_SYMBOL[name]) for name in CLASSES])
    known = np.isin(symbol, list(AAMI_OF_SYMBOL)) & (label >= 0)
    row = np.array([AAMI_GROUPS.index(AAMI_OF_SYMBOL[mark]) for mark in symbol[known]], dtype=np.int64)
    matrix = np.zeros((len(AAMI_GROUPS), len(PREDICTED_GROUPS)), dtype=np.int64)
    np.add.at(matrix, (row, column_of_class[label[known]]), 1)
    return matrix


def score_groups(matrix: np.ndarray) -> AamiScores:
    """Return the scores of a matrix of `count_groups`; of many, all figures have their axes in front."""
    judged = matrix[..., :4, :]  # N, S, V, F
    right = {group: judged[..., k, k] for k, group in enumerate(PREDICTED_GROUPS)}
    true = {group: judged[..., k, :].sum(axis=-1) for k, group in enumerate(PREDICTED_GROUPS)}
    named = {group: judged[..., k].sum(axis=-1) for k, group in enumerate(PREDICTED_GROUPS)}
    fusion_named_v = judged[..., AAMI_GROUPS.index("F"), PREDICTED_GROUPS.index("V")]
    return AamiScores(
        accuracy=_ratio(sum(right.values()), judged.sum(axis=(-2, -1))),
        sensitivity={group: _ratio(right[group], true[group]) for group in "SV"},
        positive_predictivity={group: _ratio(right[group], named[group]) for group in "SV"},
        ec57_positive_predictivity={
            "S": _ratio(right["S"], named["S"]),
            "V": _ratio(right["V"], named["V"] - fusion_named_v),
        },
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> float:
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    ratio = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return float(ratio) if ratio.ndim == 0 else ratio
