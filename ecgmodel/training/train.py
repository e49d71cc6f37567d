"""From a preset to a model file: cut, split, fit, judge on held-out segments, and write the result."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.former_names import rename_in_description
from ecgmodel.network.model_file import Model, ModelCard, write_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import default_lead
from ecgmodel.records.sources.databases import MITDB
from ecgmodel.scores.metrics import confusion, score
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.mitdb_segments import cut_mitdb
from ecgmodel.segments.people import NOBODY, PEOPLE_RECORDS
from ecgmodel.segments.splits import DS1, Split, count_folds, split_segments
from ecgmodel.training.fit import FitResult, fit, prepare_step
from ecgmodel.training.presets import PRESETS, Preset
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep
from ecgmodel.training.teachers import train_teachers

TRAINING_LEAD = "MLII"

SPLIT_SEED = 0
"""Deals people and segments to folds; the same for every training, so that all are judged on the same folds."""


def train_preset(
    preset: Preset,
    segments: Segments,
    fold: int,
    out: Path,
    resume: bool = False,
    on_epoch: Callable[[EpochResult], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    step: TrainStep | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_teacher: Callable[[int | None], None] = lambda number: None,
) -> Model | None:
    """Train a preset on one fold, in a run folder.

    Parameters
    ----------
    preset : Preset
        Its `protocol` says how the segments are divided.
    segments : Segments
        Of all records, labelled.
    fold : int
        The fold that is held out, from 0.
    out : Path
        Of the run folder.
    resume : bool
        Go on with the run that is in the folder.
    on_epoch, on_batch, should_stop : callable
        As in `fit`, for the teachers, too.
    step : TrainStep or None
        As in `fit`.
    on_progress : callable or None
        As in `fit`.
    on_teacher : callable
        As in `train_teachers`, and with `None` before the network that they teach.

    Returns
    -------
    Model or None
        As written to the folder's `model.safetensors`; `None` where it was stopped before its end.

    Raises
    ------
    ConfigError
        Where the folder holds another run, or a run and `resume` is false, or none and `resume` is true; as `fit`.
    """
    folder = RunFolder(out)
    with folder.hold():
        _claim_folder(folder, describe_run(preset, fold), resume)
        split = split_for(preset, segments, fold)
        train, config, settings = segments.take(split.train), preset.config, preset.settings
        taught = None
        if settings.teachers:
            if step is None:
                if on_progress is not None:
                    on_progress(Progress("tensorflow"))
                step = prepare_step(config, settings, train)
            callbacks = on_epoch, on_batch, should_stop, on_progress, on_teacher
            taught = train_teachers(config, settings, train, folder, step, *callbacks)
            if taught is None:
                return None
            on_teacher(None)
        result = fit(
            config,
            settings,
            train,
            segments.take(split.validation),
            folder,
            on_epoch,
            on_batch,
            should_stop,
            step,
            on_progress,
            taught,
        )
        del train, taught  # the held-out part takes their room
        if not result.finished:
            return None
        # DS2 is opened once, by `evaluate`; until then a card can only report on the people of the validation part.
        held_out = split.validation if preset.protocol == "ds1-ds2" else split.test
        model = _describe_model(preset, fold, segments, split.train, held_out, result)
        write_model(model, folder.model_path)
        return model


def cut_training_segments(preset: Preset, on_record: Callable[[int, int], None] | None = None) -> Segments:
    """Cut what a preset trains and validates on, and what it tests on unless that is DS2, which stays closed.

    Raises
    ------
    RecordError
        Where a record is not available.
    """
    # The test of `people` cuts its own beats, so the default lead may be thinned: all of it would fill gigabytes.
    thin = preset.protocol == "people"
    return cut_mitdb(preset.segments, training_records(preset), preset.all_leads, on_record, thin)


def training_records(preset: Preset) -> tuple[str, ...]:
    """Return the records whose segments `cut_training_segments` cuts."""
    if preset.records:
        return preset.records
    return {"ds1-ds2": DS1, "people": PEOPLE_RECORDS}.get(preset.protocol, MITDB.record_names)


def split_for(preset: Preset, segments: Segments, fold: int) -> Split:
    """Divide segments as the preset trains on them."""
    split = split_segments(segments, preset.protocol, fold, SPLIT_SEED)
    if not preset.validate:
        everything = np.sort(np.concatenate([split.train, split.validation]))
        split = Split(everything, everything[:0], split.test)
    return keep_default_lead(split, segments) if preset.all_leads else split


def keep_default_lead(split: Split, segments: Segments) -> Split:
    """Leave all but each record's default lead out of validation and test, where each beat is to count once."""
    default = np.zeros(len(segments), dtype=bool)
    for record in np.unique(segments.record):
        rows = np.flatnonzero(segments.record == record)
        leads, first = np.unique(segments.lead[rows], return_index=True)
        in_order = [str(lead) for lead in leads[np.argsort(first)]]
        default[rows] = segments.lead[rows] == default_lead(in_order)
    return Split(split.train, split.validation[default[split.validation]], split.test[default[split.test]])


def describe_run(preset: Preset, fold: int) -> dict[str, object]:
    """Return what distinguishes one run from another, as JSON can hold it."""
    description: dict[str, object] = {
        "preset": preset.name,
        "segments": preset.segments,
        "protocol": preset.protocol,
        "fold": fold,
        "network": preset.config.to_dict(),
        "training": preset.settings.to_dict(),
    }
    # Defaults are not named.
    if not preset.validate:
        description["validate"] = False
    if preset.all_leads and preset.name not in PRESETS:
        description["all_leads"] = True
    if preset.records:
        description["records"] = list(preset.records)
    return description


def read_preset(description: dict[str, object]) -> Preset:
    """Return the preset that `describe_run` described, under today's names or former ones.

    Raises
    ------
    ConfigError
        Where something is missing, unknown or out of range.
    """
    try:
        description = rename_in_description(description)
        preset = Preset(
            name=str(description["preset"]),
            segments=str(description["segments"]),
            protocol=str(description["protocol"]),
            config=NetworkConfig.from_dict(description["network"]),
            settings=TrainSettings.from_dict(description["training"]),
            all_leads=_trains_on_all_leads(description),
            validate=description.get("validate") is not False,
            records=tuple(map(str, description.get("records", ()))),
        )
        folds = [*range(count_folds(preset.protocol)), *([NOBODY] if preset.protocol == "people" else [])]
        if describe_run(preset, description["fold"]) != description or description["fold"] not in folds:
            raise ValueError(description)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            "The configuration of this run was edited and no longer describes a training. Start a new run."
        ) from error
    return preset


def _trains_on_all_leads(description: dict[str, object]) -> bool:
    name = description["preset"]
    return PRESETS[name].all_leads if name in PRESETS else description.get("all_leads") is True


def adapt_preset(
    preset: Preset,
    protocol: str | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    validate: bool | None = None,
) -> Preset:
    """Return the preset with another protocol, number of epochs or seed, or with its validation part in training.

    `None` keeps what it has. Teachers have no more epochs than the network that they teach.

    Raises
    ------
    ConfigError
        Where one of them is not allowed.
    """
    changes = {name: value for name, value in (("epochs", epochs), ("seed", seed)) if value is not None}
    if epochs is not None:
        changes["teacher_epochs"] = min(preset.settings.teacher_epochs, epochs)
    protocol = preset.protocol if protocol is None else protocol
    count_folds(protocol)  # raises where there is no such protocol
    validate = preset.validate if validate is None else validate
    return replace(preset, protocol=protocol, settings=replace(preset.settings, **changes), validate=validate)


def _claim_folder(folder: RunFolder, description: dict[str, object], resume: bool) -> None:
    """Check that the folder is ours to write to, and put the description there."""
    there = folder.read_config()
    if there is None:
        if resume:
            raise ConfigError("{path} holds no run to resume. Leave out --resume.", path=folder.path)
        folder.write_config(description)
    elif not resume:
        raise ConfigError(
            "{path} already holds a run. Resume it with --resume, or train into a new folder.", path=folder.path
        )
    elif there != description:
        changed = sorted(key for key in description if there.get(key) != description[key])
        raise ConfigError(
            "{path} holds a run with a different {changed}. Use the same settings, or train into a new folder.",
            path=folder.path,
            changed=", ".join(changed),
        )


def _describe_model(
    preset: Preset, fold: int, segments: Segments, trained: np.ndarray, held_out: np.ndarray, result: FitResult
) -> Model:
    card = ModelCard(
        name=preset.name,
        segments=preset.segments,
        lead=TRAINING_LEAD,
        protocol=preset.protocol,
        fold=fold,
        train_records=_records(segments, trained),
        held_out=_name_held_out(preset.protocol, fold, segments, held_out),
        held_out_records=() if preset.protocol == "segments-10fold" else _records(segments, held_out),
        seed=preset.settings.seed,
        epochs=len(result.epochs),
        training=preset.settings.to_dict(),
        versions={name: version(name) for name in ("tensorflow", "keras", "numpy")},
        command=_command(preset, fold),
        created=datetime.date.today().isoformat(),
    )
    judged = segments.take(held_out)
    scores = {}
    if len(judged):
        prediction = Classifier(Model(preset.config, result.weights, card)).predict(judged)
        scores = score(confusion(judged.label, prediction.label)).to_dict()
    return Model(preset.config, result.weights, replace(card, scores=scores))


def _name_held_out(protocol: str, fold: int, segments: Segments, held_out: np.ndarray) -> str:
    if protocol == "segments-10fold":
        return f"fold {fold} of {protocol}: {len(held_out)} segments; the same people trained it"
    return name_strangers(len(held_out), _records(segments, held_out)) if len(held_out) else ""


def name_strangers(n_segments: int, records: Sequence[str]) -> str:
    """Return what a card says of scores on people who did not train the model."""
    return f"{n_segments} segments of records {', '.join(records)}, who did not train it"


def _records(segments: Segments, index: np.ndarray) -> tuple[str, ...]:
    return tuple(str(name) for name in np.unique(segments.record[index]))


def _command(preset: Preset, fold: int) -> str:
    """Return the command that trains this again: by a preset's name, else by the `config.json` of the run."""
    settings = preset.settings
    usual = PRESETS.get(preset.name)
    if usual is None or preset != adapt_preset(usual, preset.protocol, settings.epochs, settings.seed, preset.validate):
        return f"python -m ecgmodel train --config config.json --out runs/{preset.name}"
    validation = "" if preset.validate else "--no-validation "
    return (
        f"python -m ecgmodel train --preset {preset.name} --protocol {preset.protocol} --fold {fold} "
        f"--epochs {preset.settings.epochs} --seed {preset.settings.seed} {validation}--out runs/{preset.name}"
    )
