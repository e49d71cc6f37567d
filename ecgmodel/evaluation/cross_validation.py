"""A preset under a protocol: every fold trained, its test part predicted, and what comes of it put together.

The work lies in a folder that any kill leaves resumable: `fold-K` is the run folder of fold K, with the predictions of
its test part beside the model.
"""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.aami import count_groups
from ecgmodel.evaluation.baselines import BASELINES
from ecgmodel.evaluation.operating_curves import draw_class_curves, measure_reliability
from ecgmodel.evaluation.predictions import (
    Predictions,
    join_predictions,
    read_predictions,
    truth_of_symbols,
    write_predictions,
)
from ecgmodel.evaluation.results import FoldSummary, Result, read_result, result_path
from ecgmodel.labels import CLASSES
from ecgmodel.network.model_file import Model, read_model, write_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Record
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.scores.metrics import confusion, score
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.mitdb_segments import cut_record
from ecgmodel.segments.runs import cut_runs
from ecgmodel.segments.splits import DS2, Split, count_folds
from ecgmodel.training.fit import prepare_step
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.train import (
    SPLIT_SEED,
    cut_training_segments,
    describe_run,
    name_strangers,
    read_preset,
    split_for,
    train_preset,
    training_records,
)


@dataclass(frozen=True, slots=True)
class Watch:
    """Callbacks of an evaluation; each may be left out.

    Attributes
    ----------
    on_record : callable
        After each record that is cut, with its number (from 1) and their count.
    on_fold : callable
        Before each fold's training, with the fold.
    on_epoch, on_batch : callable
        As in `fit`.
    """

    on_record: Callable[[int, int], None] = lambda number, total: None
    on_fold: Callable[[int], None] = lambda fold: None
    on_epoch: Callable[[EpochResult], None] = lambda result: None
    on_batch: Callable[[int, int], None] = lambda number, total: None


def claim_evaluation(preset: Preset, out: Path, resume: bool) -> None:
    """Make `out` the folder of this evaluation.

    Raises
    ------
    ConfigError
        Where it holds another one, or this one and `resume` is false.
    """
    folder = RunFolder(out)
    description = {name: value for name, value in describe_run(preset, 0).items() if name != "fold"}
    there = folder.read_config()
    if there is None:
        folder.write_config(description)
    elif there != description:
        changed = sorted(key for key in there.keys() | description.keys() if there.get(key) != description.get(key))
        raise ConfigError(
            "{path} holds a run with another {changed}. Go on with the same settings, or train into a new folder.",
            path=out,
            changed=", ".join(changed),
        )
    elif not resume:
        raise ConfigError(
            "{path} already holds a run. Go on with it by --resume, or train into a new folder.", path=out
        )


def fold_folder(out: Path, fold: int) -> Path:
    """Return the run folder of a fold."""
    return out / f"fold-{fold}"


def train_folds(
    preset: Preset,
    out: Path,
    folds: Sequence[int],
    watch: Watch = Watch(),
    should_stop: Callable[[], bool] = lambda: False,
    segments: Segments | None = None,
) -> bool:
    """Train folds that have no model yet, and predict test parts that were not predicted yet.

    Parameters
    ----------
    preset : Preset
    out : Path
        Claimed by `claim_evaluation`.
    folds : sequence of int
    watch : Watch
    should_stop : callable
        As in `fit`.
    segments : Segments or None
        As `cut_training_segments` gives them; `None` cuts them where they are needed.

    Returns
    -------
    bool
        Whether every fold came to its end.

    Raises
    ------
    ConfigError
        Where a fold's folder holds another run; as `train_preset`.
    """
    step = None
    for fold in folds:
        path = fold_folder(out, fold)
        if _read_fold_predictions(preset, out, fold) is not None:
            continue
        if segments is None:
            segments = cut_training_segments(preset, watch.on_record)
        watch.on_fold(fold)
        folder = RunFolder(path)
        if not folder.model_path.exists():
            resume = folder.read_config() is not None
            if step is None:
                step = prepare_step(preset.config, preset.settings, segments)
            callbacks = watch.on_epoch, watch.on_batch, should_stop
            model = train_preset(preset, segments, fold, path, resume, *callbacks, step)
            if model is None:
                return False
        model = read_model(folder.model_path)
        predictions = _predict_fold(preset, segments, fold, model, watch)
        if preset.protocol == "ds1-ds2":
            write_model(_note_test(model, predictions), folder.model_path)
        _write_parts(folder, split_for(preset, segments, fold), segments)
        write_predictions(predictions, path / "predictions.npz")  # last: it says that the fold is done
    return True


def missing_folds(preset: Preset, out: Path) -> tuple[int, ...]:
    """Return the folds whose predictions are not there yet."""
    folds = range(count_folds(preset.protocol))
    return tuple(fold for fold in folds if _read_fold_predictions(preset, out, fold) is None)


def gather_predictions(preset: Preset, out: Path) -> Predictions:
    """Return the predictions of all folds.

    Raises
    ------
    ConfigError
        Where a fold is missing.
    """
    missing = missing_folds(preset, out)
    if missing:
        raise ConfigError(
            "{path} lacks the folds {folds}. Train them first.", path=out, folds=", ".join(map(str, missing))
        )
    return join_predictions(
        [read_predictions(fold_folder(out, fold) / "predictions.npz") for fold in range(count_folds(preset.protocol))]
    )


def gather_result(preset: Preset, out: Path, predictions: Predictions, baselines: dict[str, dict]) -> Result:
    """Put everything that the folds left together.

    Parameters
    ----------
    preset : Preset
    out : Path
    predictions : Predictions
        Of all folds, see `gather_predictions`.
    baselines : dict
        See `judge_baselines`.
    """
    folds = tuple(_summarise_fold(out, fold, predictions) for fold in range(count_folds(preset.protocol)))
    judged = predictions.take(predictions.truth >= 0)
    names = [str(name) for name in np.unique(predictions.record)]
    of_record = {name: predictions.take(predictions.record == name) for name in names}
    return Result(
        preset=preset.name,
        protocol=preset.protocol,
        segments=preset.segments,
        network=preset.config,
        training=preset.settings.to_dict(),
        validate=preset.validate,
        folds=folds,
        records={name: rows.matrix() for name, rows in of_record.items()},
        groups={name: count_groups(rows.symbol, rows.label) for name, rows in of_record.items()},
        baselines=baselines,
        class_curves=draw_class_curves(judged.truth, judged.probabilities),
        reliability=measure_reliability(judged.truth, judged.probabilities),
        seed=preset.settings.seed,
        split_seed=SPLIT_SEED,
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("tensorflow", "keras", "numpy", "onnxruntime", "scikit-learn")},
        seconds=sum(fold.seconds for fold in folds),
        command=_command(preset),
        created=datetime.date.today().isoformat(),
    )


def find_result(preset: Preset, folder: Path) -> Result | None:
    """Return the result of exactly this training that lies in a folder; `None` where there is none, or another's.

    Raises
    ------
    ConfigError
        Where the file is damaged.
    """
    path = result_path(preset.name, preset.protocol, folder)
    if not path.exists():
        return None
    found = read_result(path)
    same = (
        found.network == preset.config
        and found.segments == preset.segments
        and found.validate == preset.validate
        and found.training == preset.settings.to_dict()
    )
    return found if same else None


def predict_run(path: Path, watch: Watch = Watch()) -> Predictions:
    """Predict what a finished training held out, once: the answers are kept beside its model.

    Under `ds1-ds2` these are the people of DS1 that validated: DS2 is for `evaluate`. One record at a time is in
    memory.

    Parameters
    ----------
    path : Path
        A run folder, see `training.jobs`.
    watch : Watch
        Its `on_record` is called.

    Raises
    ------
    ConfigError
        Where the config was edited, or nothing was held out.
    ModelFileError
        Where the run has no model, or a damaged one.
    RecordError
        Where a record is not on this machine.
    """
    kept = path / "predictions.npz"
    folder = RunFolder(path)
    if kept.exists() and kept.stat().st_mtime_ns >= folder.model_path.stat().st_mtime_ns:
        return read_predictions(kept)
    description = folder.read_config()
    preset = read_preset(description or {})
    classifier = Classifier(read_model(folder.model_path))
    names = training_records(preset)
    cut, answers = [], []
    for number, name in enumerate(names, start=1):
        record = open_record(name, allow_download=False)
        for part in cut_record(preset.segments, record, preset.all_leads):
            answers.append(_answer(classifier, part, np.array(CLASSES)[part.label], description["fold"]))
            cut.append(replace(part, signal=part.signal[:, :1].copy()))
        watch.on_record(number, len(names))
    split = split_for(preset, join_segments(cut), description["fold"])
    held_out = split.validation if preset.protocol == "ds1-ds2" else split.test
    if len(held_out) == 0:
        raise ConfigError("This training held nothing out, so there is nothing to judge it by.")
    predictions = join_predictions(answers).take(held_out)
    write_predictions(predictions, kept)
    return predictions


def judge_baselines(
    preset: Preset,
    watch: Watch = Watch(),
    segments: Segments | None = None,
) -> dict[str, dict[str, np.ndarray]]:
    """Return, for every baseline, the matrix of every tested record on the folds of the network.

    One lead of each record gives the same deal as all of them, see `split_segments`.

    Parameters
    ----------
    preset : Preset
    watch : Watch
    segments : Segments or None
        Of every record that trains or tests, in the training lead; `None` cuts them.
    """
    if segments is None:
        segments = _cut_plain(preset, watch)
    truth, predicted = [], {name: [] for name in BASELINES}
    single_lead = replace(preset, all_leads=False)
    for fold in range(count_folds(preset.protocol)):
        split = split_for(single_lead, segments, fold)
        train, test = segments.take(split.train), segments.take(split.test)
        truth.append(split.test)
        for name, rule in BASELINES.items():
            predicted[name].append(rule(train, test))
    tested = segments.take(np.concatenate(truth))
    return {
        name: {
            str(record): confusion(tested.label[tested.record == record], labels[tested.record == record])
            for record in np.unique(tested.record)
        }
        for name, labels in ((name, np.concatenate(parts)) for name, parts in predicted.items())
    }


def _cut_plain(preset: Preset, watch: Watch) -> Segments:
    """Cut the segments of all people of the protocol: one lead each, and of their channels the lead alone."""
    names = (*training_records(preset), *(DS2 if preset.protocol == "ds1-ds2" else ()))
    parts = []
    for number, name in enumerate(names, start=1):
        (cut,) = cut_record(preset.segments, open_record(name))
        parts.append(replace(cut, signal=cut.signal[:, :, :1].copy()))
        watch.on_record(number, len(names))
    return join_segments(parts)


def _read_fold_predictions(preset: Preset, out: Path, fold: int) -> Predictions | None:
    """Return a fold's predictions, `None` where there are none.

    Raises
    ------
    ConfigError
        Where they belong to another run, or are damaged.
    """
    path = fold_folder(out, fold)
    if not (path / "predictions.npz").exists():
        return None
    if RunFolder(path).read_config() != describe_run(preset, fold):
        raise ConfigError(
            "{path} holds a run with another {changed}. Go on with the same settings, or train into a new folder.",
            path=path,
            changed="config",
        )
    return read_predictions(path / "predictions.npz")


def _predict_fold(preset: Preset, segments: Segments, fold: int, model: Model, watch: Watch) -> Predictions:
    classifier = Classifier(model)
    if preset.protocol != "ds1-ds2":
        test = segments.take(split_for(preset, segments, fold).test)
        return _answer(classifier, test, np.array(CLASSES)[test.label], fold)
    parts = []
    for number, name in enumerate(DS2, start=1):
        record = open_record(name)
        test, symbol = _cut_every_beat(record, preset.segments)
        parts.append(_answer(classifier, test, symbol, fold))
        watch.on_record(number, len(DS2))
    return join_predictions(parts)


def _cut_every_beat(record: Record, kind: str) -> tuple[Segments, np.ndarray]:
    """Cut all beats of a record, also those outside the five classes, or its runs; with the experts' symbols."""
    if kind == "runs":
        runs = cut_runs(record)
        return runs, np.array(CLASSES)[runs.label]
    lead, marks = record.default_lead, record.annotations.beats()
    return cut_beats(record.lead(lead), marks.sample, record.fs, marks.symbol, record.name, lead), marks.symbol


def _note_test(model: Model, predictions: Predictions) -> Model:
    """Return the model with a card that speaks of DS2, which was closed to its training."""
    judged = predictions.take(predictions.truth >= 0)
    names = tuple(str(name) for name in np.unique(judged.record))
    card = replace(
        model.card,
        held_out=name_strangers(len(judged), names),
        held_out_records=names,
        scores=score(judged.matrix()).to_dict(),
    )
    return replace(model, card=card)


def _answer(classifier: Classifier, test: Segments, symbol: np.ndarray, fold: int) -> Predictions:
    probabilities = classifier.predict(test).probabilities
    return Predictions(
        record=test.record,
        symbol=symbol,
        truth=truth_of_symbols(symbol),
        start_sample=test.start_sample.astype(np.int32),
        r_sample=test.r_sample.astype(np.int32),
        length=test.length,
        n_beats=test.n_beats,
        fold=np.full(len(test), fold, dtype=np.int8),
        label=probabilities.argmax(axis=1).astype(np.int8),
        probabilities=probabilities,
    )


def _write_parts(folder: RunFolder, split: Split, segments: Segments) -> None:
    """Keep how many segments, and whose, trained and validated; it costs a cut of the database to find out again."""
    folder.write_parts(
        {
            "n_train": len(split.train),
            "n_validation": len(split.validation),
            "train_records": sorted({str(name) for name in segments.record[split.train]}),
        }
    )


def _summarise_fold(out: Path, fold: int, predictions: Predictions) -> FoldSummary:
    folder = RunFolder(fold_folder(out, fold))
    parts = folder.read_parts()
    epochs = folder.read_events()
    rows = predictions.take(predictions.fold == fold)
    return FoldSummary(
        fold=fold,
        n_train=parts["n_train"],
        n_validation=parts["n_validation"],
        n_test=len(rows),
        train_records=tuple(parts["train_records"]),
        test_records=tuple(str(name) for name in np.unique(rows.record)),
        matrix=rows.matrix(),
        epochs=epochs,
        seconds=sum(epoch.seconds for epoch in epochs),
    )


def _command(preset: Preset) -> str:
    validation = "" if preset.validate else " --no-validation"
    return (
        f"python -m ecgmodel evaluate --preset {preset.name} --protocol {preset.protocol} "
        f"--epochs {preset.settings.epochs} --seed {preset.settings.seed}{validation}"
    )
