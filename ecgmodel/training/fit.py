"""Fit a network to segments, epoch by epoch: buckets of similar lengths, AdamW with cosine decay, averaged weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.network.build import Weights, initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.batches import (
    bucket_lengths,
    choose_bucket,
    count_epoch,
    deal_batches,
    draw_epoch,
    fill_batch,
    fill_up,
    shift_of_shares,
    weigh_classes,
)
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import Checkpoint, EpochResult, RunFolder
from ecgmodel.training.schedule import MovingAverage, learning_rate
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep

COMPILED_FROM = 50_000
"""Number of segments, over all epochs, from which the step is compiled with XLA. The first epoch took 17 to 28 s with
it and 8 to 12 s without, and each segment after it took 0.25 to 0.4 ms less: at about this number the compilation has
paid for itself."""


class TrainingDivergedError(EcgModelError):
    """The loss has become infinite or NaN."""


@dataclass(frozen=True, slots=True, eq=False)
class FitResult:
    """What training leaves: weights, epochs, and whether it ran to its end."""

    weights: Weights
    epochs: tuple[EpochResult, ...]
    finished: bool


def is_compiled(settings: TrainSettings, n_epoch: int) -> bool:
    """Return whether XLA compiles the step of a training whose epochs see `n_epoch` segments."""
    return settings.epochs * n_epoch >= COMPILED_FROM


def prepare_step(config: NetworkConfig, settings: TrainSettings, train: Segments) -> TrainStep:
    """Return the step with which `fit` trains on such segments, at its start."""
    return TrainStep(
        config,
        initialise_weights(config, settings.seed, settings.chrono_max_steps),
        label_smoothing=settings.label_smoothing,
        weight_decay=settings.weight_decay,
        clip_norm=settings.clip_norm,
        seed=settings.seed,
        jit_compile=is_compiled(settings, count_epoch(train, settings)),
    )


def fit(
    config: NetworkConfig,
    settings: TrainSettings,
    train: Segments,
    validation: Segments | None = None,
    folder: RunFolder | None = None,
    on_epoch: Callable[[EpochResult], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    step: TrainStep | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    taught: np.ndarray | None = None,
) -> FitResult:
    """Train a network; go on from the folder's checkpoint where there is one.

    Parameters
    ----------
    config : NetworkConfig
    settings : TrainSettings
    train, validation : Segments
        Labelled.
    folder : RunFolder or None
        Where every epoch is kept.
    on_epoch, on_batch : callable or None
        Called after each epoch with its result, and after each batch with its number (from 1) and their count.
    should_stop : callable
        Asked after each batch; where it says so, the epoch that has begun is given up, and the run can be resumed.
    step : TrainStep or None
        Of the same network and settings (`prepare_step`), to be used again: tracing it takes as long as some epochs.
    on_progress : callable or None
        Called before TensorFlow is loaded, before each new length of segments is compiled, and after each batch.
    taught : ndarray of shape (n_train, 5), float32, or None
        What teachers say of the training segments, see `train_teachers`; it has `settings.taught_share` of the loss.

    Raises
    ------
    ConfigError
        Where there is nothing to train on, teachers' answers and their share do not go together, or the checkpoint is
        damaged or of another network.
    TrainingDivergedError
        Where the loss is no longer finite; the folder keeps the last good epoch.
    """
    if len(train) == 0 or (train.label < 0).any():
        raise ConfigError("Training needs segments, each with one of the five classes. This split leaves none.")
    if (taught is not None) != (settings.taught_share > 0):
        raise ConfigError(
            "The settings give teachers {share:.0%} of the loss: give their answers with a share, or neither.",
            share=settings.taught_share,
        )
    tell = on_progress or (lambda _progress: None)
    if step is None:
        tell(Progress("tensorflow"))
        step = prepare_step(config, settings, train)
    else:
        step.restart(initialise_weights(config, settings.seed, settings.chrono_max_steps))
    average = MovingAverage(step.weights(), settings.ema_decay)
    epochs: tuple[EpochResult, ...] = ()
    if folder is not None and (checkpoint := folder.read_checkpoint()) is not None:
        weights, epochs = _resume(step, checkpoint.state, config), checkpoint.epochs
        average = MovingAverage(weights, settings.ema_decay, int(step.counter.numpy()))
        folder.write_events(epochs)
    lengths = bucket_lengths(train.length, config)
    bucket = choose_bucket(train.length, lengths, config)
    class_weight = weigh_classes(train.label, settings.class_weighting)
    shift = shift_of_shares(train, settings, class_weight) if settings.natural_shares else 0.0
    compiled: set[int] = set()

    for epoch in range(len(epochs) + 1, settings.epochs + 1):
        began = time.perf_counter()
        # Every epoch draws from its own stream, so a resumed run deals the same batches as one that never stopped.
        random = np.random.default_rng([settings.seed, epoch])
        loss = n_correct = n_seen = weight_sum = rate = batch_s = 0.0
        norms: dict[str, float] = {}
        batches = deal_batches(bucket, draw_epoch(train, settings, random), settings.batch, random)
        n_batches = len(batches)
        buckets = {int(bucket[index[0]]) for index in batches} | compiled
        for number, index in enumerate(batches, start=1):
            rate = learning_rate(settings, (epoch - 1 + number / n_batches) / settings.epochs)
            batch = fill_batch(train, index, int(lengths[bucket[index[0]]]), settings, class_weight, random)
            is_new = int(bucket[index[0]]) not in compiled
            if is_new:
                tell(Progress("compiling", len(compiled), len(buckets), epoch, _mean(loss, weight_sum), batch_s))
                compiled.add(int(bucket[index[0]]))
            batch_began = time.perf_counter()
            of_teachers = None if taught is None else taught[fill_up(index, settings.batch)]
            result = step(*batch, rate, of_teachers, settings.taught_share)
            batch_s += 0.0 if is_new else time.perf_counter() - batch_began
            weight_sum += float(batch[3].sum())
            loss += result.loss
            n_seen += len(index)
            n_correct += result.n_correct
            for layer, norm in result.gradient_norms.items():
                norms[layer] = norms.get(layer, 0.0) + norm / n_batches
            average.follow(step, at_once=number == n_batches)
            if on_batch is not None:
                on_batch(number, n_batches)
            tell(Progress("batches", number, n_batches, epoch, _mean(loss, weight_sum), batch_s))
            if should_stop():
                return FitResult(_shifted(average.weights, shift), epochs, finished=False)
        if not np.isfinite(loss):
            raise TrainingDivergedError(
                "In epoch {epoch} the loss became infinite or NaN. Train with a learning rate below {rate:g}.",
                epoch=epoch,
                rate=settings.learning_rate,
            )
        judged = _validate(config, _shifted(average.weights, shift), validation)
        seconds = time.perf_counter() - began
        event = EpochResult(epoch, rate, loss / weight_sum, n_correct / n_seen, *judged, seconds, norms)
        epochs = (*epochs, event)
        if folder is not None:
            state = step.state() | {f"average/{name}": value for name, value in average.weights.items()}
            folder.save_checkpoint(Checkpoint(state, epochs))
        if on_epoch is not None:
            on_epoch(event)
    return FitResult(_shifted(average.weights, shift), epochs, finished=True)


def _mean(loss: float, weight_sum: float) -> float:
    return loss / weight_sum if weight_sum else float("nan")


def _resume(step: TrainStep, state: dict[str, np.ndarray], config: NetworkConfig) -> Weights:
    """Put a checkpoint's state into the step, and return the averaged weights."""
    try:
        shapes = {name: state[name].shape for name in config.weight_shapes()}
        if shapes != config.weight_shapes():
            raise KeyError
        step.restore(state)
        average = {name: state[f"average/{name}"] for name in config.weight_shapes()}
    except KeyError as error:
        raise ConfigError(
            "The checkpoint in the folder belongs to another network. Train into a new folder."
        ) from error
    return average


def _shifted(weights: Weights, shift: np.ndarray | float) -> Weights:
    return weights | {"output/bias": weights["output/bias"] + np.float32(shift)}


def _validate(config: NetworkConfig, weights: Weights, validation: Segments | None) -> tuple[float, float, float]:
    """Judge the weights as they would be served: loss, accuracy, mean sensitivity."""
    if validation is None or len(validation) == 0:
        return (float("nan"),) * 3
    probabilities = Classifier(Model(config, weights, ModelCard("", "runs"))).predict(validation).probabilities
    label = validation.label
    right = probabilities.argmax(1) == label
    loss = -np.log(probabilities[np.arange(len(label)), label].clip(1e-12)).mean()
    sensitivity = np.mean([right[label == value].mean() for value in np.unique(label)])
    return float(loss), float(right.mean()), float(sensitivity)
