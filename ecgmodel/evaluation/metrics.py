"""Scores from a confusion matrix. Rows are the truth, columns the prediction, everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a confusion matrix says; fractions, NaN where nothing was there to judge.

    Attributes
    ----------
    n : ndarray of shape (n_classes,), int64
        True members of each class.
    sensitivity, specificity, positive_predictivity, f1 : ndarray of shape (n_classes,), float64
        One class against all others.
    accuracy : float
    abnormal_sensitivity, abnormal_specificity : float
        Of the binary question: abnormal (any class but the first) is what is to be found.
    """

    n: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray
    positive_predictivity: np.ndarray
    f1: np.ndarray
    accuracy: float
    abnormal_sensitivity: float
    abnormal_specificity: float

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

    def to_dict(self) -> dict[str, float]:
        """Return the figures that a model card keeps, without those that are undefined."""
        figures = {
            "accuracy": self.accuracy,
            "sensitivity": self.mean_sensitivity,
            "specificity": self.mean_specificity,
            "positive_predictivity": self.mean_positive_predictivity,
            "f1": self.mean_f1,
        }
        names = CLASSES if len(self.n) == len(CLASSES) else ()
        for kind in ("sensitivity", "positive_predictivity"):
            figures |= {f"{kind}/{name}": value for name, value in zip(names, getattr(self, kind), strict=False)}
        return {name: round(float(value), 6) for name, value in figures.items() if np.isfinite(value)}


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
    """
    flat = np.bincount(np.asarray(truth) * n_classes + np.asarray(predicted), minlength=n_classes**2)
    return flat.reshape(n_classes, n_classes).astype(np.int64)


def score(matrix: np.ndarray) -> Scores:
    """Return the scores of a confusion matrix of shape (n_classes, n_classes), rows the truth."""
    matrix = np.asarray(matrix, dtype=np.int64)
    total = matrix.sum()
    right = np.diag(matrix)
    true, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    abnormal = matrix[1:].sum()
    return Scores(
        n=true,
        sensitivity=_ratio(right, true),
        specificity=_ratio(total - true - predicted + right, total - true),
        positive_predictivity=_ratio(right, predicted),
        f1=_ratio(2 * right, true + predicted),
        accuracy=float(_ratio(right.sum(), total)),
        abnormal_sensitivity=float(_ratio(matrix[1:, 1:].sum(), abnormal)),
        abnormal_specificity=float(_ratio(matrix[0, 0], total - abnormal)),
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _mean(values: np.ndarray) -> float:
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
