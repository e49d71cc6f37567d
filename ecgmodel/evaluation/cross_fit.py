"""A cross-fitted model out of the folds of an evaluation: nobody is read by a network that trained on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.calibration import (
    calibrate_folds,
    choose_calibration,
    choose_fold_calibrations,
    choose_unsure,
)
from ecgmodel.evaluation.cross_validation import Watch, fold_folder, read_fold_answers
from ecgmodel.evaluation.detected import count_detected
from ecgmodel.evaluation.detected_scores import leave_out_paced, score_detected
from ecgmodel.network.model_file import FoldNetwork, Model, read_model
from ecgmodel.records.sources.databases import person
from ecgmodel.scores.metrics import score
from ecgmodel.segments.people import N_PEOPLE_FOLDS, NOBODY, people_folds
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.train import cut_training_segments, train_preset


def train_for_strangers(
    preset: Preset, out: Path, watch: Watch, should_stop: Callable[[], bool] = lambda: False
) -> bool:
    """Train the network that holds nobody out, beside the folds; go on where it stopped.

    Returns
    -------
    bool
        Whether it came to its end.
    """
    path = fold_folder(out, NOBODY)
    folder = RunFolder(path)
    if folder.model_path.exists():
        return True
    segments = cut_training_segments(preset, watch.on_record)
    watch.on_fold(NOBODY)
    resume = folder.read_config() is not None
    callbacks = watch.on_epoch, watch.on_batch, should_stop
    model = train_preset(preset, segments, NOBODY, path, resume, *callbacks, on_teacher=watch.on_teacher)
    return model is not None


def assemble_model(preset: Preset, out: Path) -> Model:
    """Put the networks of all folds and the one for strangers into one model, calibrated on the folds' answers.

    The network of a fold is calibrated on the people of the other folds, that for strangers on everyone.

    Parameters
    ----------
    preset : Preset
        Of the protocol `people`.
    out : Path
        Folder of the evaluation, with every fold and the network of `train_for_strangers`.

    Raises
    ------
    ConfigError
        Where the protocol is another one, a fold is missing, or the network of a fold was trained on whom it holds out.
    ModelFileError
        Where a network is missing or damaged.
    """
    if preset.protocol != "people":
        raise ConfigError(
            "A cross-fitted model needs the folds of protocol people; this is {protocol}.", protocol=preset.protocol
        )
    answers = read_fold_answers(preset, out)
    calibration = choose_calibration(answers)
    of_fold = choose_fold_calibrations(answers)
    predictions = calibrate_folds(answers, of_fold)
    held_out = [
        tuple(record for record, held_out_by in people_folds().items() if held_out_by == fold)
        for fold in range(N_PEOPLE_FOLDS)
    ]
    folds = tuple(
        FoldNetwork(of_fold[fold].put_into(_read_fold(out, fold, records).weights), records)
        for fold, records in enumerate(held_out)
    )
    everyone = read_model(RunFolder(fold_folder(out, NOBODY)).model_path)
    found = leave_out_paced(count_detected(predictions))
    card = replace(
        everyone.card,
        fold=0,
        held_out=f"{len(predictions)} beats of {len(people_folds())} records, each named by a network that never saw "
        "its person",
        held_out_records=tuple(people_folds()),
        scores=score(predictions.matrix()).to_dict()
        | {f"detected/{name}": value for name, value in score_detected(sum(found.values())).items()},
        temperature=calibration.temperature,
        naming=calibration.naming,
        unsure=choose_unsure(predictions),
        command=f"python -m ecgmodel evaluate --preset {preset.name} --protocol people --seed {preset.settings.seed} "
        f"--epochs {preset.settings.epochs} --model {preset.name}.safetensors",
    )
    return Model(everyone.config, calibration.put_into(everyone.weights), card, folds)


def _read_fold(out: Path, fold: int, held_out: Sequence[str]) -> Model:
    """Read the network of a fold, and check by its own card that nobody whom the fold holds out trained it."""
    model = read_model(RunFolder(fold_folder(out, fold)).model_path)
    both = {person(name) for name in model.card.train_records} & {person(name) for name in held_out}
    if both or not model.card.train_records:
        raise ConfigError(
            "The network of fold {fold} was trained on {people}, whom the fold holds out. Train the fold anew.",
            fold=fold,
            people=", ".join(sorted(both)) or "?",
        )
    return model
