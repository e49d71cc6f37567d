"""Scores from a confusion matrix. Rows are the truth, columns the prediction, everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES


@dataclass(frozen=True, slots=True, eq=False)
class BinaryScores:
    """What a confusion matrix says of the question whether a beat is abnormal; fractions, NaN where nothing was judged.

    All classes but the first are abnormal, and an abnormal beat that is named as another abnormal class is right. Of
    many matrices at once, every attribute has their axes.

    Attributes
    ----------
    accuracy : float
        Of all, how many are told right.
    sensitivity : float
        Of the abnormal ones.
    specificity : float
        Of the normal ones.
    """

    accuracy: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a confusion matrix says; fractions, NaN where nothing was there to judge.

    Of many matrices at once, as the bootstrap draws them, every attribute has their axes in front.

    Attributes
    ----------
    n : ndarray of shape (n_classes,), int64
        True members of each class.
    sensitivity, specificity, positive_predictivity, f1 : ndarray of shape (n_classes,), float64
        One class against all others.
    accuracy : float
    abnormal : BinaryScores
        Of the same matrix, see `score_binary`.
    """

    n: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray
    positive_predictivity: np.ndarray
    f1: np.ndarray
    accuracy: float
    abnormal: BinaryScores

    @property
    def mean_sensitivity(self) -> float:
        """Mean over the classes that occur."""
        return _mean(self.sensitivity)

    @property
    def mean_specificity(self) -> float:
        """Mean over the classes for which it is defined."""
        return _mean(self.specificity)

    @property
    def mean_positive_predictivity(self) -> float:
        """Mean over the classes that were ever predicted."""
        return _mean(self.positive_predictivity)

    @property
    def mean_f1(self) -> float:
        """Mean over the classes that occur or were predicted."""
        return _mean(self.f1)

    def figures(self) -> dict[str, float]:
        """Return every figure by its name, NaN where it is undefined: of a class as `sensitivity/V`, else of all."""
        figures = {
            "accuracy": self.accuracy,
            "sensitivity": self.mean_sensitivity,
            "specificity": self.mean_specificity,
            "positive_predictivity": self.mean_positive_predictivity,
            "f1": self.mean_f1,
            "abnormal_accuracy": self.abnormal.accuracy,
            "abnormal_sensitivity": self.abnormal.sensitivity,
            "abnormal_specificity": self.abnormal.specificity,
        }
        names = CLASSES if self.n.shape[-1] == len(CLASSES) else ()
        for kind in ("sensitivity", "positive_predictivity", "specificity", "f1"):
            figures |= {f"{kind}/{name}": getattr(self, kind)[..., k] for k, name in enumerate(names)}
        return figures

    def all_figures(self) -> dict[str, float]:
        """Return the figures that are defined, as a file keeps them."""
        return {name: round(float(value), 6) for name, value in self.figures().items() if np.isfinite(value)}

    def to_dict(self) -> dict[str, float]:
        """Return those that a model card keeps: all but the binary ones and a class's specificity and F1."""
        left_out = ("abnormal_", "specificity/", "f1/")
        return {name: value for name, value in self.all_figures().items() if not name.startswith(left_out)}


def confusion(truth: np.ndarray, predicted: np.ndarray, n_classes: int = len(CLASSES)) -> np.ndarray:
    """Count truth against prediction.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,), int
        Class indices from 0 to `n_classes` - 1.

    Returns
    -------
    ndarray of shape (n_classes, n_classes), int64
        Rows are the truth.

    Examples
    --------
    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), n_classes=2).tolist()
    [[1, 1], [0, 1]]
    """
    flat = np.bincount(np.asarray(truth) * n_classes + np.asarray(predicted), minlength=n_classes**2)
    return flat.reshape(n_classes, n_classes).astype(np.int64)


def score(matrix: np.ndarray) -> Scores:
    """Return the scores of a confusion matrix of shape (..., n_classes, n_classes), rows the truth.

    Examples
    --------
    >>> scores = score(np.array([[8, 2], [1, 9]]))
    >>> scores.sensitivity.tolist(), scores.accuracy, scores.abnormal.sensitivity
    ([0.8, 0.9], 0.85, 0.9)
    """
    matrix = np.asarray(matrix, dtype=np.int64)
    total = matrix.sum(axis=(-2, -1))
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    true, predicted = matrix.sum(axis=-1), matrix.sum(axis=-2)
    others = total[..., np.newaxis] - true
    return Scores(
        n=true,
        sensitivity=_ratio(right, true),
        specificity=_ratio(others - predicted + right, others),
        positive_predictivity=_ratio(right, predicted),
        f1=_ratio(2 * right, true + predicted),
        accuracy=_plain(_ratio(right.sum(axis=-1), total)),
        abnormal=score_binary(matrix),
    )


def score_binary(matrix: np.ndarray) -> BinaryScores:
    """Return the scores of the question whether a beat is abnormal.

    Parameters
    ----------
    matrix : ndarray of shape (..., n_classes, n_classes)
        Rows the truth, the first class normal.

    Returns
    -------
    BinaryScores

    Examples
    --------
    >>> found = score_binary([[90, 10, 0], [5, 40, 5], [0, 20, 30]])
    >>> found.accuracy, found.sensitivity, found.specificity
    (0.925, 0.95, 0.9)
    """
    matrix = np.asarray(matrix, dtype=np.int64)
    found = matrix[..., 1:, 1:].sum(axis=(-2, -1))
    left_alone = matrix[..., 0, 0]
    abnormal, normal = matrix[..., 1:, :].sum(axis=(-2, -1)), matrix[..., 0, :].sum(axis=-1)
    return BinaryScores(
        accuracy=_plain(_ratio(found + left_alone, abnormal + normal)),
        sensitivity=_plain(_ratio(found, abnormal)),
        specificity=_plain(_ratio(left_alone, normal)),
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _mean(values: np.ndarray) -> float:
    defined = np.isfinite(values)
    return _plain(_ratio(np.where(defined, values, 0).sum(axis=-1), defined.sum(axis=-1)))


def _plain(value: np.ndarray) -> float:
    """Return the number in an array without axes; others as they are."""
    return float(value) if np.ndim(value) == 0 else value
