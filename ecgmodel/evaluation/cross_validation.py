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
from ecgmodel.evaluation.calibration import calibrate_folds, choose_fold_calibrations
from ecgmodel.evaluation.detected import count_detected
from ecgmodel.evaluation.held_out import predict_fold
from ecgmodel.evaluation.operating_curves import draw_class_curves, measure_reliability
from ecgmodel.evaluation.predictions import (
    Predictions,
    join_predictions,
    read_predictions,
    write_predictions,
)
from ecgmodel.evaluation.results import FoldSummary, Result, read_result, result_path
from ecgmodel.network.model_file import Model, read_model, write_model
from ecgmodel.scores.metrics import score
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.splits import Split, count_folds
from ecgmodel.training.fit import prepare_step
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.train import (
    SPLIT_SEED,
    cut_training_segments,
    describe_run,
    name_strangers,
    split_for,
    train_preset,
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
    on_teacher : callable
        As in `train_preset`.
    on_epoch, on_batch : callable
        As in `fit`.
    """

    on_record: Callable[[int, int], None] = lambda number, total: None
    on_fold: Callable[[int], None] = lambda fold: None
    on_teacher: Callable[[int | None], None] = lambda number: None
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
            "{path} holds a run with a different {changed}. Use the same settings, or train into a new folder.",
            path=out,
            changed=", ".join(changed),
        )
    elif not resume:
        raise ConfigError("{path} already holds a run. Resume it with --resume, or train into a new folder.", path=out)


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
            model = train_preset(preset, segments, fold, path, resume, *callbacks, step, on_teacher=watch.on_teacher)
            if model is None:
                return False
        model = read_model(folder.model_path)
        predictions = predict_fold(preset, segments, fold, model, watch.on_record)
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
    """Return the predictions of all folds; under `people`, as the calibrated networks give them.

    Raises
    ------
    ConfigError
        Where a fold is missing.
    """
    joined = read_fold_answers(preset, out)
    return calibrate_folds(joined, choose_fold_calibrations(joined)) if preset.protocol == "people" else joined


def read_fold_answers(preset: Preset, out: Path) -> Predictions:
    """Return the predictions of all folds as their networks gave them; raises as `gather_predictions`."""
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
    judged = predictions.take(predictions.is_judged)
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
        detected=count_detected(predictions) if preset.protocol == "people" else {},
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
            "{path} holds a run with a different {changed}. Use the same settings, or train into a new folder.",
            path=path,
            changed="config",
        )
    return read_predictions(path / "predictions.npz")


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
    rows = predictions.take(predictions.fold == fold)
    return FoldSummary(
        fold=fold,
        n_train=parts["n_train"],
        n_validation=parts["n_validation"],
        n_test=len(rows),
        train_records=tuple(parts["train_records"]),
        test_records=tuple(str(name) for name in np.unique(rows.record)),
        matrix=rows.matrix(),
        epochs=folder.read_events(),
        seconds=sum(epoch.seconds for epoch in folder.read_all_events()),
    )


def _command(preset: Preset) -> str:
    validation = "" if preset.validate else " --no-validation"
    return (
        f"python -m ecgmodel evaluate --preset {preset.name} --protocol {preset.protocol} "
        f"--epochs {preset.settings.epochs} --seed {preset.settings.seed}{validation}"
    )
