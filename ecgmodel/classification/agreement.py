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
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, in_flutter, match_beats
from ecgmodel.records.sources import simulated
from ecgmodel.records.sources.databases import person
from ecgmodel.scores.metrics import confusion

if TYPE_CHECKING:
    from ecgmodel.classification.classify import RecordPrediction
    from ecgmodel.network.model_file import ModelCard


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
class Pairs:
    """Beats of the five classes that the experts and the model named, in the order of time.

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

    def take(self, wanted: np.ndarray) -> Pairs:
        """Return some of them; `wanted` is an ndarray of shape (n,), bool."""
        return Pairs(self.sample[wanted], self.expert[wanted], self.model[wanted], self.probability[wanted])

    def of_cell(self, truth: str, named: str) -> Pairs:
        """Return those of one cell of the matrix: `truth` to the experts, `named` so by the model."""
        return self.take((self.expert == truth) & (self.model == named))


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """One record, judged by the model and by the experts.

    Attributes
    ----------
    matrix : ndarray of shape (5, 5), int64
        Rows are the truth, columns the prediction.
    others : tuple of OtherSymbol
        The most frequent first.
    pairs : Pairs
        Those in the matrix.
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
    pairs: Pairs
    missed: np.ndarray
    extra: np.ndarray
    in_flutter: np.ndarray
    n_paired: int

    @property
    def disagreements(self) -> Pairs:
        """Pairs in which the model names another class than the experts."""
        return self.pairs.take(self.pairs.expert != self.pairs.model)

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
    classes = np.asarray(CLASSES)
    alone = np.setdiff1d(np.arange(len(prediction.r_sample)), partner[paired])
    fluttering = in_flutter(annotations, prediction.r_sample[alone])
    return Agreement(
        matrix=confusion(truth[judged], named[judged]),
        others=_count_others(beats.symbol, truth, named),
        pairs=Pairs(
            sample=beats.sample[judged],
            expert=beats.symbol[judged],
            model=classes[named[judged]],
            probability=prediction.probabilities[partner[judged], named[judged]],
        ),
        # Where the experts' R peaks are given, a model that reads runs leaves beats out, but misses none.
        missed=beats.sample[~paired & (prediction.beats == "detected")],
        extra=prediction.r_sample[alone[~fluttering]],
        in_flutter=prediction.r_sample[alone[fluttering]],
        n_paired=int(paired.sum()),
    )


def saw_person(card: ModelCard, record: Record) -> bool | None:
    """Tell whether a model learned from the person of a record.

    Returns
    -------
    bool or None
        `None` for a record that belongs to nobody known: a simulated or an uploaded one.
    """
    if record.source in ("simulated", "upload"):
        return None
    return person(record.name) in {person(trained) for trained in card.train_records}


def learned_from_simulation(card: ModelCard) -> bool:
    """Tell whether a model was trained on simulated records alone, so that it has never seen a heart."""
    return bool(card.train_records) and set(card.train_records) <= set(simulated.NAMES)


def _count_others(symbols: np.ndarray, truth: np.ndarray, named: np.ndarray) -> tuple[OtherSymbol, ...]:
    others = []
    for symbol in np.unique(symbols[truth < 0]).tolist():
        of_symbol = symbols == symbol
        judged = named[of_symbol & (named >= 0)]
        others.append(OtherSymbol(symbol, int(of_symbol.sum()), np.bincount(judged, minlength=len(CLASSES))))
    return tuple(sorted(others, key=lambda other: -other.n))
