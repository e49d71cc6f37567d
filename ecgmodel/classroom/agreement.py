"""How far a class agrees with itself, with the experts, and beside it the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.classroom.rooms import NO_ANSWER
from ecgmodel.evaluation.annotators import cohen_kappa, fleiss_kappa


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One reader's answers against the experts'.

    Attributes
    ----------
    matrix : ndarray of shape (n_options, n_options), int64
        Rows are the experts, columns the reader; items without an answer are left out.
    kappa : float
        Cohen's; NaN where it is not defined.
    """

    matrix: np.ndarray
    kappa: float

    @property
    def n_answers(self) -> int:
        """Items that were answered."""
        return int(self.matrix.sum())

    @property
    def share_right(self) -> float:
        """Of the answered items, those that the experts answer alike; NaN without any."""
        return float(np.trace(self.matrix) / self.n_answers) if self.n_answers else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class ClassAgreement:
    """What a class made of its items.

    Attributes
    ----------
    whole : Reading
        All answers of all students in one table; its kappa takes each answer as one reading.
    majority : Reading
        Of the option that most chose, where one was chosen more often than any other.
    chosen : ndarray of shape (n_items,), int64
        That option, `NO_ANSWER` where two were chosen equally often or nobody answered.
    fleiss : float
        Fleiss' kappa among the students; NaN where it is not defined.
    students : tuple of float
        Each student's Cohen's kappa against the experts, NaN where it is not defined.
    """

    whole: Reading
    majority: Reading
    chosen: np.ndarray
    fleiss: float
    students: tuple[float, ...]

    @property
    def median_student(self) -> float:
        """The median of the students' kappas; NaN where none is defined."""
        known = [kappa for kappa in self.students if np.isfinite(kappa)]
        return float(np.median(known)) if known else float("nan")


def read_against(truth: np.ndarray, answers: np.ndarray, n_options: int) -> Reading:
    """Return one reader's answers against the experts'.

    Parameters
    ----------
    truth, answers : ndarray of shape (n_items,), int
        `NO_ANSWER` in `answers` leaves an item out.
    n_options : int
    """
    matrix = np.zeros((n_options, n_options), dtype=np.int64)
    given = answers != NO_ANSWER
    np.add.at(matrix, (truth[given], answers[given]), 1)
    return Reading(matrix, cohen_kappa(matrix))


def agree(truth: np.ndarray, answers: np.ndarray, n_options: int) -> ClassAgreement:
    """Return how far a class agrees.

    Parameters
    ----------
    truth : ndarray of shape (n_items,), int
        The experts'.
    answers : ndarray of shape (n_students, n_items), int
        `NO_ANSWER` where there is none.
    n_options : int
    """
    n_items = len(truth)
    counts = np.stack([(answers == option).sum(axis=0) for option in range(n_options)], axis=1)
    most = counts.max(axis=1, initial=0)
    alone = (most > 0) & ((counts == most[:, None]).sum(axis=1) == 1)
    chosen = np.where(alone, counts.argmax(axis=1), NO_ANSWER).reshape(n_items)
    repeated = np.broadcast_to(truth, answers.shape).reshape(-1)
    return ClassAgreement(
        whole=read_against(repeated, answers.reshape(-1), n_options),
        majority=read_against(truth, chosen, n_options),
        chosen=chosen,
        fleiss=fleiss_kappa(counts),
        students=tuple(read_against(truth, row, n_options).kappa for row in answers),
    )
