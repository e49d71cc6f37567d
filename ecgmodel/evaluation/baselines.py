"""What simple rules reach on the same folds: a network that does no better has learned nothing that they lack.

- `majority`: the most frequent class of the training part.
- `length`: a decision tree that sees nothing but how long the segment is before its padding. Runs are cut by their
  labels, so their length tells much of their class.
- `nearest`: the class of the nearest training segment, by the Euclidean distance of the padded lead.
- `logistic`: logistic regression on the padded lead.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ecgmodel.records.sources.catalogue import open_record, read_outline
from ecgmodel.scores.metrics import confusion
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.mitdb_segments import cut_record, place_segments
from ecgmodel.segments.splits import DS2, count_folds
from ecgmodel.training.presets import Preset
from ecgmodel.training.train import split_for, training_records

LEAF = 20
"""Fewest training segments in a leaf of the length tree."""

BLOCK = 1024
"""Segments whose distances are computed at a time."""

ITERATIONS = 100


def predict_majority(train: Segments, test: Segments) -> np.ndarray:
    """Return the most frequent class of `train` for every segment of `test`: (n,), int64."""
    return np.full(len(test), np.bincount(train.label).argmax(), dtype=np.int64)


def predict_by_length(train: Segments, test: Segments) -> np.ndarray:
    """Return the class that the length of each segment speaks for: (n,), int64."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(min_samples_leaf=LEAF, random_state=0)
    tree.fit(train.length[:, np.newaxis], train.label)
    return tree.predict(test.length[:, np.newaxis])


def predict_nearest(train: Segments, test: Segments) -> np.ndarray:
    """Return the class of the nearest training segment: (n,), int64."""
    known = train.signal[:, :, 0]
    half_square = np.einsum("ij,ij->i", known, known) / 2
    label = np.empty(len(test), dtype=np.int64)
    for start in range(0, len(test), BLOCK):
        asked = test.signal[start : start + BLOCK, :, 0]
        # |a - b|^2 / 2 without |a|^2, which is the same for all b.
        label[start : start + BLOCK] = train.label[np.argmin(half_square - asked @ known.T, axis=1)]
    return label


def predict_logistic(train: Segments, test: Segments) -> np.ndarray:
    """Return the class that a linear rule gives: (n,), int64."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        # A baseline may stop early; its score on the test part tells what it is worth.
        warnings.simplefilter("ignore", ConvergenceWarning)
        rule = LogisticRegression(max_iter=ITERATIONS, C=0.1).fit(train.signal[:, :, 0], train.label)
    return rule.predict(test.signal[:, :, 0])


BASELINES: dict[str, Callable[[Segments, Segments], np.ndarray]] = {
    "majority": predict_majority,
    "length": predict_by_length,
    "nearest": predict_nearest,
    "logistic": predict_logistic,
}
"""By name, in the order in which they are shown."""


def judge_baselines(
    preset: Preset,
    on_record: Callable[[int, int], None] = lambda number, total: None,
    segments: Segments | None = None,
) -> dict[str, dict[str, np.ndarray]]:
    """Return, for every baseline, the matrix of every tested record on the folds of the network.

    One lead of each record gives the same deal as all of them, see `split_segments`.

    Parameters
    ----------
    preset : Preset
    on_record : callable
        Called after each record that is cut, with its number (from 1) and their count.
    segments : Segments or None
        Of every record that trains or tests, in the training lead; `None` cuts them.
    """
    rules = BASELINES
    if preset.protocol == "people":
        # The others compare every beat of two databases with every other, which takes hours.
        rules = {"majority": predict_majority}
        segments = place_segments(preset.segments, [read_outline(name) for name in training_records(preset)])
    elif segments is None:
        segments = _cut_plain(preset, on_record)
    truth, predicted = [], {name: [] for name in rules}
    single_lead = replace(preset, all_leads=False)
    for fold in range(count_folds(preset.protocol)):
        split = split_for(single_lead, segments, fold)
        train, test = segments.take(split.train), segments.take(split.test)
        truth.append(split.test)
        for name, rule in rules.items():
            predicted[name].append(rule(train, test))
    tested = segments.take(np.concatenate(truth))
    return {
        name: {
            str(record): confusion(tested.label[tested.record == record], labels[tested.record == record])
            for record in np.unique(tested.record)
        }
        for name, labels in ((name, np.concatenate(parts)) for name, parts in predicted.items())
    }


def _cut_plain(preset: Preset, on_record: Callable[[int, int], None]) -> Segments:
    """Cut the segments of all people of the protocol: one lead each, and of their channels the lead alone."""
    names = (*training_records(preset), *(DS2 if preset.protocol == "ds1-ds2" else ()))
    parts = []
    for number, name in enumerate(names, start=1):
        (cut,) = cut_record(preset.segments, open_record(name))
        parts.append(replace(cut, signal=cut.signal[:, :, :1].copy()))
        on_record(number, len(names))
    return join_segments(parts)
