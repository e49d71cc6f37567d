"""Names by thresholds that the user sets, in place of the most probable class.

Which premature beats to report is a choice, not a property of the network: a low threshold finds more of them, and
names more beats so that are none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES

_A, _V = CLASSES.index("A"), CLASSES.index("V")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a beat is named premature.

    Attributes
    ----------
    a, v : float
        Of the classes A and V, more than 0 and less than 1.
    """

    a: float
    v: float

    def name(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the class of each beat.

        A beat at or above a threshold has that name; at or above both, that of the one which it exceeds by the larger
        ratio; below both, that of the most probable of the other classes.

        Parameters
        ----------
        probabilities : ndarray of shape (n, 5), float

        Returns
        -------
        ndarray of shape (n,), int64
        """
        ratio = np.stack([probabilities[:, _A] / self.a, probabilities[:, _V] / self.v], axis=1)
        others = probabilities.copy()
        others[:, [_A, _V]] = -1.0
        premature = np.where(ratio[:, 1] > ratio[:, 0], _V, _A)
        return np.where(ratio.max(axis=1) >= 1, premature, others.argmax(axis=1))


def find_unsure(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Return for which beats even the most probable class is less probable than `threshold`: (n,), bool."""
    return probabilities.max(axis=1) < threshold
