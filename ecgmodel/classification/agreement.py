"""A model's beats beside the experts' beats of the same record.

Beats are paired as ANSI/AAMI EC57 does it, at most 150 ms apart. Only a pair whose expert symbol is one of the five
classes enters the matrix: what the model could not have named (fusion, paced ...) is counted beside it, and so are
beats that the detector missed or added. During ventricular flutter the experts mark no beats, so what is detected there
is neither right nor wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.labels import CLASSES, class_index
from ecgmodel.records.record import Annotations, Record
from ecgmodel.scores.metrics import confusion

if TYPE_CHECKING:
    from ecgmodel.classification.classify import RecordPrediction
    from ecgmodel.network.model_file import ModelCard

MATCH_WINDOW_S = 0.15
"""How far apart an expert's and a detected R peak may be (ANSI/AAMI EC57)."""


@dataclass(frozen=True, slots=True, eq=False)
class OtherSymbol:
    """Beats that the experts gave a symbol outside the five classes.

    Attributes
    ----------
    symbol : str
    n : int
        Beats of the record with it, paired with a prediction or not.
    named : ndarray of shape (5,), int64
        As which class the model named those that it judged, in the order of `CLASSES`.
    """

    symbol: str
    n: int
    named: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Disagreements:
    """Pairs in which the model names another of the five classes than the experts, in the order of time.

    Attributes
    ----------
    sample : ndarray of shape (n,), int64
        The experts' R peak.
    expert, model : ndarray of shape (n,), str
        Class symbols.
    probability : ndarray of shape (n,), float32
        What the model gave to its own choice.
    """

    sample: np.ndarray
    expert: np.ndarray
    model: np.ndarray
    probability: np.ndarray

    def __len__(self) -> int:
        return len(self.sample)


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """One record, judged by the model and by the experts.

    Attributes
    ----------
    matrix : ndarray of shape (5, 5), int64
        Rows are the truth, columns the prediction.
    others : tuple of OtherSymbol
        The most frequent first.
    disagreements : Disagreements
    missed : ndarray of shape (n_missed,), int64
        R peaks of the experts' beats, of any symbol, that the detector did not find.
    extra : ndarray of shape (n_extra,), int64
        R peaks of predictions without an expert's beat.
    in_flutter : ndarray of shape (n_in_flutter,), int64
        R peaks of predictions where the experts mark ventricular flutter.
    n_paired : int
        Predictions with an expert's beat of any symbol.
    """

    matrix: np.ndarray
    others: tuple[OtherSymbol, ...]
    disagreements: Disagreements
    missed: np.ndarray
    extra: np.ndarray
    in_flutter: np.ndarray
    n_paired: int

    @property
    def n_judged(self) -> int:
        """Pairs in the matrix."""
        return int(self.matrix.sum())

    @property
    def n_agreed(self) -> int:
        """Pairs on the diagonal of the matrix."""
        return int(np.trace(self.matrix))

    @property
    def n_other(self) -> int:
        """Beats of the experts outside the five classes."""
        return sum(other.n for other in self.others)


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


def compare_beats(prediction: RecordPrediction, annotations: Annotations) -> Agreement:
    """Compare a prediction with the experts' annotations of the same record.

    A model that reads runs names all beats of a run alike, and each of them counts.
    """
    beats = annotations.beats()
    partner = match_beats(beats.sample, prediction.r_sample, MATCH_WINDOW_S * prediction.fs)
    paired = partner >= 0
    truth = np.asarray([class_index(symbol) for symbol in beats.symbol], dtype=np.int64)
    named = np.where(paired, prediction.label[partner] if len(prediction.label) else -1, -1)

    judged = paired & (truth >= 0)
    differs = judged & (truth != named)
    classes = np.asarray(CLASSES)
    alone = np.setdiff1d(np.arange(len(prediction.r_sample)), partner[paired])
    in_flutter = _in_flutter(annotations, prediction.r_sample[alone])
    return Agreement(
        matrix=confusion(truth[judged], named[judged]),
        others=_count_others(beats.symbol, truth, named),
        disagreements=Disagreements(
            sample=beats.sample[differs],
            expert=beats.symbol[differs],
            model=classes[named[differs]],
            probability=prediction.probabilities[partner[differs], named[differs]],
        ),
        # Where the experts' R peaks are given, a model that reads runs leaves beats out, but misses none.
        missed=beats.sample[~paired & (prediction.beats == "detected")],
        extra=prediction.r_sample[alone[~in_flutter]],
        in_flutter=prediction.r_sample[alone[in_flutter]],
        n_paired=int(paired.sum()),
    )


def saw_person(card: ModelCard, record: Record) -> bool | None:
    """Tell whether a model learned from the person of a record.

    Returns
    -------
    bool or None
        `None` for a record that belongs to nobody known: a simulated or an uploaded one.
    """
    from ecgmodel.segments.splits import person

    if record.source not in ("mitdb", "excerpt"):
        return None
    # The excerpt is named after the record that it comes from.
    name = record.name.partition("-")[0]
    return person(name) in {person(trained) for trained in card.train_records}


def _nearest(places: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return for each place the position of the nearest of some ascending samples, the left one of two equally near."""
    right = np.clip(np.searchsorted(among, places), 0, len(among) - 1)
    left = np.clip(right - 1, 0, None)
    return np.where(np.abs(places - among[left]) <= np.abs(among[right] - places), left, right)


def _count_others(symbols: np.ndarray, truth: np.ndarray, named: np.ndarray) -> tuple[OtherSymbol, ...]:
    others = []
    for symbol in np.unique(symbols[truth < 0]).tolist():
        of_symbol = symbols == symbol
        judged = named[of_symbol & (named >= 0)]
        others.append(OtherSymbol(symbol, int(of_symbol.sum()), np.bincount(judged, minlength=len(CLASSES))))
    return tuple(sorted(others, key=lambda other: -other.n))


def _in_flutter(annotations: Annotations, samples: np.ndarray) -> np.ndarray:
    """Return which samples lie between a mark `[` and the next `]`, or the end of the record where none follows."""
    starts = annotations.sample[annotations.symbol == "["]
    stops = annotations.sample[annotations.symbol == "]"]
    started = np.searchsorted(starts, samples, side="right")
    stopped = np.searchsorted(stops, samples, side="left")
    return started > stopped
