"""Results of evaluations that nobody trained for: real segments of a simulated record, and answers by chance."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ecgmodel.evaluation.aami import count_groups
from ecgmodel.evaluation.operating_curves import draw_class_curves, measure_reliability
from ecgmodel.evaluation.predictions import Predictions, truth_of_symbols, write_predictions
from ecgmodel.evaluation.results import FoldSummary, Result, predictions_path, result_path, write_result
from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.scores.metrics import confusion
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.mitdb_segments import cut_labelled_beats
from ecgmodel.segments.runs import cut_runs
from ecgmodel.segments.splits import count_folds
from ecgmodel.training.presets import find_preset
from ecgmodel.training.run_folder import EpochResult
from ecgmodel.training.train import adapt_preset

RECORDS = ("simulated-mixed", "simulated-ventricular", "simulated-atrial")
"""Whose segments they are: the app can open them on every machine."""


@lru_cache
def _cut(name: str, kind: str) -> Segments:
    """Return the segments of a record without their signals; simulating half an hour takes a while."""
    record = open_record(name)
    cut = cut_runs(record) if kind == "runs" else cut_labelled_beats(record, record.default_lead)
    return replace(cut, signal=cut.signal[:, :1].copy())


def make_predictions(kind: str, n_folds: int, right: float, seed: int = 0) -> Predictions:
    """Return answers of which a share of about `right` is right."""
    random = np.random.default_rng(seed)
    parts = []
    for name in RECORDS:
        cut = _cut(name, kind)
        symbol = np.array(CLASSES)[cut.label]
        truth = truth_of_symbols(symbol)
        label = np.where(random.random(len(cut)) < right, truth, random.integers(0, 5, len(cut))).astype(np.int8)
        probabilities = random.dirichlet(np.ones(5), len(cut)).astype(np.float32) / 2
        probabilities[np.arange(len(cut)), label] += 0.5
        parts.append(
            Predictions(
                record=cut.record,
                symbol=symbol,
                truth=truth,
                start_sample=cut.start_sample.astype(np.int32),
                r_sample=cut.r_sample.astype(np.int32),
                length=cut.length,
                n_beats=cut.n_beats,
                fold=(np.arange(len(cut)) % n_folds).astype(np.int8),
                label=label,
                probabilities=probabilities,
            )
        )
    return Predictions(*(np.concatenate([getattr(part, name) for part in parts]) for name in Predictions.__slots__))


def ship_result(folder: Path, preset_name: str, protocol: str, right: float = 0.9, seed: int = 0) -> Result:
    """Write a result and its segments as `evaluate` would, and return it."""
    preset = adapt_preset(find_preset(preset_name), protocol)
    n_folds = count_folds(protocol)
    rows = make_predictions(preset.segments, n_folds, right, seed)
    random = np.random.default_rng(seed)
    of_record = {name: rows.take(rows.record == name) for name in RECORDS}
    both_sides = RECORDS if protocol == "segments-10fold" else ()
    folds = tuple(
        FoldSummary(
            fold=fold,
            n_train=len(rows) - int(np.sum(rows.fold == fold)),
            n_validation=0,
            n_test=int(np.sum(rows.fold == fold)),
            train_records=both_sides or ("another",),
            test_records=RECORDS,
            matrix=rows.take(rows.fold == fold).matrix(),
            epochs=tuple(EpochResult(k, 1e-3, 1 / k, 1 - 0.5 / k, 1.2 / k, 1 - 0.6 / k, 0.5, 2.0) for k in (1, 2, 3)),
            seconds=6.0,
        )
        for fold in range(n_folds)
    )
    guesses = {"majority": np.zeros(len(rows), np.int64)}
    for name in ("length", "nearest", "logistic"):
        guesses[name] = np.where(random.random(len(rows)) < 0.6, rows.truth, random.integers(0, 5, len(rows)))
    result = Result(
        preset=preset.name,
        protocol=protocol,
        segments=preset.segments,
        network=preset.config,
        training=preset.settings.to_dict(),
        validate=preset.validate,
        folds=folds,
        records={name: part.matrix() for name, part in of_record.items()},
        groups={name: count_groups(part.symbol, part.label) for name, part in of_record.items()},
        baselines={
            rule: {name: confusion(rows.truth[rows.record == name], guess[rows.record == name]) for name in RECORDS}
            for rule, guess in guesses.items()
        },
        class_curves=draw_class_curves(rows.truth, rows.probabilities),
        reliability=measure_reliability(rows.truth, rows.probabilities),
        seed=0,
        split_seed=0,
        versions={"python": "3.12"},
        seconds=6.0 * n_folds,
        command=f"python -m ecgmodel evaluate --preset {preset.name} --protocol {protocol}",
        created="2026-01-01",
    )
    write_result(result, result_path(preset.name, protocol, folder))
    write_predictions(rows, predictions_path(preset.name, protocol, folder))
    return result
