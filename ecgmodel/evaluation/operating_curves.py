"""What thresholds would make of the probabilities, and whether the probabilities can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES

MAX_POINTS = 160
N_BINS = 10
N_RISKS = 200


@dataclass(frozen=True, slots=True)
class ClassCurve:
    """One class against all others.

    Attributes
    ----------
    roc : tuple of (float, float)
        (1 - specificity, sensitivity) at falling thresholds, thinned out.
    precision_recall : tuple of (float, float)
        (sensitivity, positive predictivity), thinned out.
    auc, average_precision : float
        Areas under them, of all points.
    """

    roc: tuple[tuple[float, float], ...]
    precision_recall: tuple[tuple[float, float], ...]
    auc: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions whose probability lies in one tenth.

    Attributes
    ----------
    n : int
    confidence : float
        Mean probability of the class that was chosen.
    accuracy : float
        How many of them were right.
    """

    n: int
    confidence: float
    accuracy: float


def draw_class_curves(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, ClassCurve]:
    """Return the curves of every class that has beats on both sides.

    Parameters
    ----------
    truth : ndarray of shape (n,), int64
        Class indices.
    probabilities : ndarray of shape (n, 5), float32
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    curves = {}
    for index, name in enumerate(CLASSES):
        member = truth == index
        if not member.any() or member.all():
            continue
        score = probabilities[:, index]
        false_positive, sensitivity, _ = roc_curve(member, score)
        precision, recall, _ = precision_recall_curve(member, score)
        curves[name] = ClassCurve(
            roc=_thin(false_positive, sensitivity),
            precision_recall=_thin(recall[::-1], precision[::-1]),
            auc=float(roc_auc_score(member, score)),
            average_precision=float(average_precision_score(member, score)),
        )
    return curves


def measure_reliability(truth: np.ndarray, probabilities: np.ndarray) -> tuple[ReliabilityBin, ...]:
    """Return the tenths of probability that occur, the least sure first."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    tenth = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    bins = [(tenth == number) for number in np.unique(tenth)]
    return tuple(ReliabilityBin(int(m.sum()), float(confidence[m].mean()), float(right[m].mean())) for m in bins)


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Return the expected calibration error: how far probability and share of right answers lie apart, on average.

    Over the tenths of `measure_reliability`, weighted by their predictions (Naeini et al. 2015, AAAI 29:2901).
    """
    n = sum(tenth.n for tenth in bins)
    return sum(tenth.n * abs(tenth.confidence - tenth.accuracy) for tenth in bins) / n if n else float("nan")


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """What errors remain where the least sure answers are withheld.

    Attributes
    ----------
    withheld, errors : tuple of float
        Share of the answers that is withheld, rising, and the share of wrong ones among the others.
    threshold : tuple of float
        Probability of the named class below which an answer is withheld.
    """

    withheld: tuple[float, ...]
    errors: tuple[float, ...]
    threshold: tuple[float, ...]

    def at(self, share: float) -> tuple[float, float]:
        """Return the errors that remain and the threshold where a share of at most `share` is withheld."""
        place = max(int(np.searchsorted(self.withheld, share, side="right")) - 1, 0)
        return self.errors[place], self.threshold[place]


def draw_risk_curve(truth: np.ndarray, probabilities: np.ndarray) -> RiskCurve:
    """Return the risk-coverage curve, at most at every 200th of the answers (El-Yaniv & Wiener 2010, JMLR 11:1605).

    Answers of one probability are withheld together, so no order among them is made up.

    Parameters
    ----------
    truth : ndarray of shape (n,), int64
        Class indices; n is 1 or more.
    probabilities : ndarray of shape (n, 5), float32
    """
    sureness = probabilities.max(axis=1)
    order = np.argsort(sureness, kind="stable")
    sureness, wrong = sureness[order], (probabilities.argmax(axis=1) != truth)[order]
    n = len(wrong)
    wanted = np.unique((np.arange(N_RISKS) * n) // N_RISKS)
    place = np.unique(np.searchsorted(sureness, sureness[wanted]))  # the first answer of this probability
    left = n - place
    errors = np.cumsum(wrong[::-1])[::-1][place] / left
    return RiskCurve(tuple((place / n).tolist()), tuple(errors.tolist()), tuple(sureness[place].astype(float).tolist()))


def _thin(x: np.ndarray, y: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Keep at most `MAX_POINTS` points, evenly along the curve's length, and always the ends."""
    along = np.r_[0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
    if len(x) > MAX_POINTS:
        keep = np.unique(np.searchsorted(along, np.linspace(0, along[-1], MAX_POINTS)).clip(max=len(x) - 1))
        keep = np.unique(np.r_[0, keep, len(x) - 1])
        x, y = x[keep], y[keep]
    return tuple((round(float(a), 5), round(float(b), 5)) for a, b in zip(x, y, strict=True))
