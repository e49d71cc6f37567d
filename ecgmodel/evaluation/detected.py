"""Detected beats of an annotated record, judged: what a stranger with a recording gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgmodel.classification.classify import classify_record
from ecgmodel.evaluation.detected_scores import COLUMNS, ROWS
from ecgmodel.evaluation.predictions import Predictions, truth_of_symbols
from ecgmodel.labels import AAMI_OF_SYMBOL, CLASSES
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Record
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, in_flutter, match_beats
from ecgmodel.records.sources.databases import find_database
from ecgmodel.segments.beats import BEFORE_SAMPLES
from ecgmodel.segments.dataset import SEGMENT_SAMPLES
from ecgmodel.segments.resampling import to_model_samples

SPURIOUS = "-"
"""Stands for the expert's symbol of a detected beat that no expert marked."""


def predict_detected(classifier: Classifier, record: Record, fold: int) -> Predictions:
    """Predict a record as a stranger's is: R peaks are found, and the experts' beats paired with them.

    Returns
    -------
    Predictions
        The detected beats, with the symbol of the expert's beat that EC57 pairs with each, `SPURIOUS` where there is
        none (but for ventricular flutter, in which experts mark no beats: these are left out); then the experts' beats
        that were not found, with label -1.
    """
    named = classify_record(record, classifier, beats="detected")
    marks = record.annotations.beats()
    partner = match_beats(marks.sample, named.r_sample, MATCH_WINDOW_S * record.fs)
    symbol = np.full(len(named), SPURIOUS, dtype="<U1")
    symbol[partner[partner >= 0]] = marks.symbol[partner >= 0]
    kept = (symbol != SPURIOUS) | ~in_flutter(record.annotations, named.r_sample)
    probabilities, missed = named.probabilities[kept], partner < 0
    n_missed, n_samples = int(missed.sum()), record.n_samples
    r_sample = np.r_[named.r_sample[kept], marks.sample[missed]]
    r_sample = to_model_samples(r_sample, record.fs, n_samples).astype(np.int32)
    symbol = np.r_[symbol[kept], marks.symbol[missed]]
    n = len(symbol)
    return Predictions(
        record=np.full(n, record.name),
        symbol=symbol,
        truth=truth_of_symbols(symbol),
        start_sample=r_sample - BEFORE_SAMPLES,
        r_sample=r_sample,
        length=np.full(n, SEGMENT_SAMPLES, dtype=np.int32),
        n_beats=np.ones(n, dtype=np.int32),
        fold=np.full(n, fold, dtype=np.int8),
        label=np.r_[probabilities.argmax(axis=1), np.full(n_missed, -1)].astype(np.int8),
        probabilities=np.vstack([probabilities, np.zeros((n_missed, len(CLASSES)))]).astype(np.float32),
    )


def merge_untold(predictions: Predictions) -> Predictions:
    """Add L and R to N in records of databases that do not tell them apart, as their truth does."""
    names, record = np.unique(predictions.record, return_inverse=True)
    databases = [find_database(str(name)) for name in names]
    untold = np.array([database is not None and not database.tells_blocks for database in databases], dtype=bool)[
        record
    ]
    probabilities, label = predictions.probabilities.copy(), predictions.label.copy()
    probabilities[untold, 0] = probabilities[untold, :3].sum(axis=1)
    probabilities[untold, 1:3] = 0
    found = untold & (label >= 0)
    label[found] = probabilities[found].argmax(axis=1)
    return replace(predictions, probabilities=probabilities, label=label)


def count_detected(predictions: Predictions) -> dict[str, np.ndarray]:
    """Count what `predict_detected` found, record by record: matrices of `detected_scores`, (6, 4) int64 each."""
    row_of = {symbol: ROWS.index(group) for symbol, group in AAMI_OF_SYMBOL.items()} | {SPURIOUS: ROWS.index("none")}
    column_of = [COLUMNS.index(AAMI_OF_SYMBOL[name]) for name in CLASSES] + [COLUMNS.index("missed")]
    symbols, symbol = np.unique(predictions.symbol, return_inverse=True)
    names, record = np.unique(predictions.record, return_inverse=True)
    row = np.array([row_of.get(str(mark), ROWS.index("Q")) for mark in symbols], dtype=np.int64)[symbol]
    column = np.array(column_of)[predictions.label.astype(int)]  # -1, a missed beat, takes the last one
    counts = np.zeros((len(names), len(ROWS), len(COLUMNS)), dtype=np.int64)
    np.add.at(counts, (record, row, column), 1)
    return dict(zip(names.tolist(), counts, strict=True))
