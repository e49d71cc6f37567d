"""Fit a network to segments: buckets of like lengths, Adam under a cosine, averaged weights, an epoch at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

import numpy as np

from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import Weights, initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.former_names import rename_settings
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.run_folder import Checkpoint, EpochResult, RunFolder
from ecgmodel.training.step import TrainStep

CLASS_WEIGHTINGS = ("none", "root", "balanced")
N_BUCKETS = 5
COMPILED_FROM = 50_000
"""Segments, over all epochs, from which XLA is waited for. The first epoch took 17 to 28 s with it and 8 to 12 s
without, and each segment after it 0.25 to 0.4 ms less: about there it has won its time back."""


class TrainingDivergedError(EcgModelError):
    """The loss is no number any more."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How to train.

    Attributes
    ----------
    epochs, batch : int
    learning_rate : float
        At its highest: it climbs over the first epoch and falls to a hundredth as a half cosine.
    weight_decay : float
        Decoupled, on kernels (AdamW).
    label_smoothing : float
    class_weighting : {"none", "root", "balanced"}
        Weight of a segment in the loss: 1, or by the inverse (root of the) frequency of its class.
    ema_decay : float
        Decay, a step, of the running average of the weights that is validated and shipped; 0 ships the last weights.
    noise_sd, amplitude_jitter : float
        Augmentation, drawn anew each epoch: standard deviation of white noise added to the standardised signal, and
        largest relative change of its amplitude.
    chrono_max_steps : int
        Longest time, in steps of the recurrent layer, for which its units keep their state at the start, see
        `initialise_weights`; 0 starts as Keras does.
    most_per_record : int
        Segments of one class and one record that an epoch sees at most, drawn anew each epoch; 0 sees all.
    natural_shares : bool
        Take back from the answers what `class_weighting` and `most_per_record` made of the classes' shares, so that
        probabilities mean what they say (Saerens et al. 2002, doi 10.1162/089976602753284446).
    seed : int

    Raises
    ------
    ConfigError
        Where a setting is out of range.
    """

    epochs: int = 40
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    class_weighting: str = "none"
    ema_decay: float = 0.0
    noise_sd: float = 0.0
    amplitude_jitter: float = 0.0
    chrono_max_steps: int = 0
    most_per_record: int = 0
    natural_shares: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 1000),
            ("batch", 1, 1024),
            ("chrono_max_steps", 0, 1000),
            ("most_per_record", 0, 100_000),
            ("seed", 0, 2**31 - 1),
            ("learning_rate", 1e-6, 1.0),
            ("weight_decay", 0.0, 1.0),
            ("label_smoothing", 0.0, 0.5),
            ("ema_decay", 0.0, 0.9999),
            ("noise_sd", 0.0, 10.0),
            ("amplitude_jitter", 0.0, 0.9),
        ):
            value = getattr(self, name)
            if not isinstance(value, type(low) if isinstance(low, int) else (int, float)) or not low <= value <= high:
                raise ConfigError(
                    "{name} is {value!r}; it must be from {low} to {high}.", name=name, value=value, low=low, high=high
                )
        if self.class_weighting not in CLASS_WEIGHTINGS:
            raise ConfigError(
                "The {name} is {value!r}. Choose one of {allowed}.",
                name="class_weighting",
                value=self.class_weighting,
                allowed=", ".join(CLASS_WEIGHTINGS),
            )

    def to_dict(self) -> dict[str, object]:
        """Return the settings for JSON; `natural_shares` goes unnamed where it is off, as in older files."""
        settings = asdict(self)
        if not self.natural_shares:
            del settings["natural_shares"]
        return settings

    @classmethod
    def from_dict(cls, settings: dict[str, object]) -> TrainSettings:
        """Return the settings that `to_dict` described, today or under former names.

        Raises
        ------
        ConfigError
            Where one is unknown or out of range.
        """
        settings = rename_settings(settings)
        unknown = sorted(settings.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError("There is no setting of training called {unknown}.", unknown=", ".join(unknown))
        return cls(**settings)


@dataclass(frozen=True, slots=True, eq=False)
class FitResult:
    """What training leaves: weights, epochs, and whether it ran to its end."""

    weights: Weights
    epochs: tuple[EpochResult, ...]
    finished: bool


def bucket_lengths(length: np.ndarray, config: NetworkConfig, n_buckets: int = N_BUCKETS) -> np.ndarray:
    """Return the padded lengths into which segments are sorted for training, ascending.

    A bucket holds every step that a read-out may take: convolutions look back alone, so the steps up to the last one
    that sees the signal are the same however much padding follows them.
    """
    need = np.minimum(length + config.receptive_field, config.n_samples)
    quantum = 8 * config.step_stride
    edges = np.quantile(need, np.linspace(0, 1, n_buckets + 1)[1:])
    edges = np.minimum(np.ceil(edges / quantum).astype(int) * quantum, config.n_samples)
    return np.unique(np.r_[edges, min(int(-(-need.max() // quantum)) * quantum, config.n_samples)])


def count_epoch(train: Segments, most: int) -> int:
    """Return how many segments an epoch sees that takes at most `most` of one class and one record (0: all)."""
    if most == 0 or len(train) == 0:
        return len(train)
    counts = np.unique(np.char.add(train.record, train.label.astype(str)), return_counts=True)[1]
    return int(np.minimum(counts, most).sum())


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
        seed=settings.seed,
        jit_compile=is_compiled(settings, count_epoch(train, settings.most_per_record)),
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
        Asked after each batch; a started epoch is then given up and the run can be resumed.
    step : TrainStep or None
        Of the same network and settings (`prepare_step`), to be used again: tracing it takes as long as some epochs.

    Raises
    ------
    ConfigError
        Where there is nothing to train on, or the checkpoint is damaged or of another network.
    TrainingDivergedError
        Where the loss is not finite any more; the folder keeps the last good epoch.
    """
    if len(train) == 0 or (train.label < 0).any():
        raise ConfigError("Training needs segments, each with one of the five classes. This split leaves none.")
    if step is None:
        step = prepare_step(config, settings, train)
    else:
        step.restart(initialise_weights(config, settings.seed, settings.chrono_max_steps))
    average = step.weights()
    epochs: tuple[EpochResult, ...] = ()
    if folder is not None and (checkpoint := folder.read_checkpoint()) is not None:
        average, epochs = _resume(step, checkpoint.state, config), checkpoint.epochs
        folder.write_events(epochs)
    lengths = bucket_lengths(train.length, config)
    bucket = np.searchsorted(lengths, np.minimum(train.length + config.receptive_field, config.n_samples))
    class_weight = _class_weights(train.label, settings.class_weighting)
    shift = _shift_of_shares(train, settings, class_weight) if settings.natural_shares else 0.0

    for epoch in range(len(epochs) + 1, settings.epochs + 1):
        began = time.perf_counter()
        # Every epoch draws from its own stream, so a resumed run deals the same batches as one that never stopped.
        random = np.random.default_rng([settings.seed, epoch])
        loss = n_correct = n_seen = weight_sum = rate = 0.0
        batches = _deal_batches(bucket, _draw(train, settings.most_per_record, random), settings.batch, random)
        n_batches = len(batches)
        for number, index in enumerate(batches, start=1):
            rate = _learning_rate(settings, (epoch - 1 + number / n_batches) / settings.epochs)
            batch = _fill_batch(train, index, int(lengths[bucket[index[0]]]), settings, class_weight, random)
            result = step(*batch, rate)
            weight_sum += float(batch[3].sum())
            loss += result.loss
            n_seen += len(index)
            n_correct += result.n_correct
            average = _averaged(average, step, settings.ema_decay, number == n_batches)
            if on_batch is not None:
                on_batch(number, n_batches)
            if should_stop():
                return FitResult(_shifted(average, shift), epochs, finished=False)
        if not np.isfinite(loss):
            raise TrainingDivergedError(
                "In epoch {epoch} the loss is no number any more. Train with a smaller learning rate than {rate:g}.",
                epoch=epoch,
                rate=settings.learning_rate,
            )
        judged = _validate(config, _shifted(average, shift), validation)
        event = EpochResult(epoch, rate, loss / weight_sum, n_correct / n_seen, *judged, time.perf_counter() - began)
        epochs = (*epochs, event)
        if folder is not None:
            state = step.state() | {f"average/{name}": value for name, value in average.items()}
            folder.save_checkpoint(Checkpoint(state, epochs))
        if on_epoch is not None:
            on_epoch(event)
    return FitResult(_shifted(average, shift), epochs, finished=True)


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


def _draw(train: Segments, most: int, random: np.random.Generator) -> np.ndarray:
    """Return the positions that an epoch sees: at most `most` of one class and one record."""
    if most == 0:
        return np.arange(len(train))
    order = random.permutation(len(train))
    group = np.unique(np.char.add(train.record, train.label.astype(str)), return_inverse=True)[1][order]
    by_group = np.argsort(group, kind="stable")
    first = np.searchsorted(group[by_group], group[by_group])
    return order[by_group[np.arange(len(order)) - first < most]]


def _deal_batches(bucket: np.ndarray, drawn: np.ndarray, size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Shuffle within buckets, cut into batches, and shuffle the batches."""
    batches = []
    for value in np.unique(bucket[drawn]):
        members = random.permutation(drawn[bucket[drawn] == value])
        batches += [members[start : start + size] for start in range(0, len(members), size)]
    return [batches[index] for index in random.permutation(len(batches))]


def _fill_batch(
    train: Segments,
    index: np.ndarray,
    length: int,
    settings: TrainSettings,
    class_weight: np.ndarray,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return signal, length, label and weight of one batch, filled up to its size with copies of weight zero."""
    weight = class_weight[train.label[index]]
    missing = settings.batch - len(index)
    index = np.r_[index, np.full(missing, index[0])]
    weight = np.r_[weight, np.zeros(missing)].astype(np.float32)
    signal = train.signal[index, :length]
    if settings.noise_sd or settings.amplitude_jitter:
        real = np.arange(length) < train.length[index, np.newaxis]
        lead = signal[:, :, 0]
        scale = 1 + settings.amplitude_jitter * random.uniform(-1, 1, (len(index), 1))
        noise = settings.noise_sd * random.random((len(index), 1)) * random.standard_normal(lead.shape)
        signal[:, :, 0] = (lead * scale + noise) * real
    return signal, train.length[index], train.label[index], weight


def _class_weights(label: np.ndarray, weighting: str) -> np.ndarray:
    """Return the weight of each class, scaled so that the mean over segments is one."""
    counts = np.bincount(label, minlength=len(CLASSES)).astype(float)
    power = {"none": 0.0, "root": 0.5, "balanced": 1.0}[weighting]
    weight = np.where(counts > 0, counts.clip(min=1) ** -power, 0.0)
    return weight * counts.sum() / (weight * counts).sum()


def _shift_of_shares(train: Segments, settings: TrainSettings, class_weight: np.ndarray) -> np.ndarray:
    """Return what to add to the logits: log of each class's share in the records over that in the loss; (5,)."""
    natural, trained = np.zeros(len(CLASSES)), np.zeros(len(CLASSES))
    for record in np.unique(train.record):
        label, lead = train.label[train.record == record], train.lead[train.record == record]
        counts = np.bincount(label, minlength=len(CLASSES))
        trained += class_weight * np.minimum(counts, settings.most_per_record or len(label))
        # Of several leads each shows the same beats.
        leads, n_of_lead = np.unique(lead, return_counts=True)
        natural += np.bincount(label[lead == leads[n_of_lead.argmax()]], minlength=len(CLASSES))
    there = natural > 0
    ratio = np.where(there, natural, 1) / np.where(there, trained, 1)
    return np.where(there, np.log(ratio) - np.log(ratio[there]).mean(), 0).astype(np.float32)


def _shifted(weights: Weights, shift: np.ndarray | float) -> Weights:
    return weights | {"output/bias": weights["output/bias"] + np.float32(shift)}


def _learning_rate(settings: TrainSettings, progress: float) -> float:
    warm = min(1.0, progress * settings.epochs)
    return settings.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


AVERAGE_EVERY = 10


def _averaged(average: Weights, step: TrainStep, decay: float, last: bool) -> Weights:
    """Move the average towards the weights, every `AVERAGE_EVERY` steps, since reading them out costs time."""
    number = int(step.counter.numpy())
    if decay == 0:
        return step.weights() if last else average
    if number % AVERAGE_EVERY and not last:
        return average
    # Early on the average follows quickly, or it would remember the random start.
    decay = min(decay, (1 + number) / (10 + number)) ** AVERAGE_EVERY
    return {name: decay * average[name] + (1 - decay) * value for name, value in step.weights().items()}


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
