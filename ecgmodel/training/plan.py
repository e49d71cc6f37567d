"""What a training would be, before anything starts: whose segments, how many of each class, and how long it takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.cost import count_recurrent_multiply_adds
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.batches import bucket_lengths, choose_bucket, count_epoch
from ecgmodel.training.fit import is_compiled
from ecgmodel.training.jobs.jobs import Run
from ecgmodel.training.presets import Preset
from ecgmodel.training.train import describe_run, split_for

TRAINING_OVER_FORWARD = 5.0
"""Time of a training step divided by that of a forward pass of the served network on as many samples. Measured in
processor time: 4.2 for `paper-gru`, 6.1 for `gru`, 5.9 for `beats-gru`."""

NOT_COMPILED = 1.5
"""Time of an epoch without XLA divided by that of one with it. Measured on simulated records: 1.2 for `gru`, 1.6 for
`paper-lstm`, 1.8 for `paper-gru`."""

UNSURE = 1.6
"""An estimate from a forward pass may be off by this factor, either way."""

N_TIMED = 64
"""Most segments that are timed."""

WORK_TIMED = 1_000_000_000
"""Most multiply-adds that are timed, so that nobody waits for the estimate of a large network."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPlan:
    """The parts into which a training divides its segments.

    Attributes
    ----------
    train, validation, test : ndarray of shape (5,), int64
        Segments of each class. `test` is empty where it stays closed until an evaluation.
    n_epoch : int
        Segments that an epoch sees.
    work : float
        Work of an epoch, in full-length segments; a shorter bucket counts in proportion.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    n_epoch: int
    work: float

    @property
    def never_trained(self) -> tuple[str, ...]:
        """Classes of which no segment trains."""
        return tuple(name for name, n in zip(CLASSES, self.train, strict=True) if n == 0)

    @property
    def never_judged(self) -> tuple[str, ...]:
        """Classes of which no segment is held out to judge the model."""
        judged = self.test if self.test.any() else self.validation
        return tuple(name for name, n in zip(CLASSES, judged, strict=True) if n == 0)


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """How long an epoch may take on this machine, in seconds.

    Attributes
    ----------
    low, high : float
        Equal where a run of the same network was timed before.
    like : str or None
        The title of that run; `None` where a forward pass was timed.
    """

    low: float
    high: float
    like: str | None


def plan_training(preset: Preset, fold: int, segments: Segments) -> TrainingPlan:
    """Divide segments as `train_preset` does.

    Parameters
    ----------
    preset : Preset
    fold : int
    segments : Segments
        As of `cut_training_segments`; their signals are not looked at.
    """
    split = split_for(preset, segments, fold)
    train = segments.take(split.train)
    parts = (train.label, segments.label[split.validation], segments.label[split.test])
    counts = [np.bincount(label, minlength=len(CLASSES)) for label in parts]
    n_epoch = count_epoch(train, preset.settings)
    work = n_epoch * _relative_cost(preset.config, train.length) if len(train) else 0.0
    return TrainingPlan(*counts, n_epoch=n_epoch, work=work)


def estimate_epoch(preset: Preset, plan: TrainingPlan, forward_s: float, runs: Sequence[Run] = ()) -> TimeEstimate:
    """Estimate the time of an epoch from a run with the same work, or else from a forward pass.

    Parameters
    ----------
    preset : Preset
    plan : TrainingPlan
    forward_s : float
        Of `time_forward`.
    runs : sequence of Run
        Of this machine.
    """
    compiled = is_compiled(preset.settings, plan.n_epoch)
    for run in runs:
        seconds = [epoch.seconds for epoch in run.epochs[1:]]  # in the first one each bucket is traced
        if not seconds or run.preset is None or _load_of(run.preset) != _load_of(preset):
            continue
        if is_compiled(run.preset.settings, plan.n_epoch) == compiled:
            typical = statistics.median(seconds)
            return TimeEstimate(typical, typical, run.title)
    step_s = forward_s * TRAINING_OVER_FORWARD * (1 if compiled else NOT_COMPILED)
    seconds = step_s * plan.work + forward_s * int(plan.validation.sum())
    return TimeEstimate(seconds / UNSURE, seconds * UNSURE, None)


def time_forward(config: NetworkConfig, clock: Callable[[], float] = time.perf_counter) -> float:
    """Measure now how many seconds the served network takes for a segment of full length."""
    random = np.random.default_rng(0)
    n = int(np.clip(WORK_TIMED // config.n_multiply_adds(), 1, N_TIMED))
    counts, names = np.arange(n), np.full(n, "")
    segments = Segments(
        signal=random.standard_normal((n, config.n_samples, config.n_channels), dtype=np.float32),
        length=np.full(n, config.n_samples, np.int32),
        label=np.full(n, -1),
        record=names,
        lead=names,
        start_sample=counts,
        r_sample=counts,
        n_beats=np.ones(n, np.int32),
    )
    kind = "runs" if config.n_channels == 1 else "beats"
    classifier = Classifier(Model(config, initialise_weights(config, 0), ModelCard("", kind)))
    classifier.predict(segments)
    seconds = []
    for _ in range(3):
        start = clock()
        classifier.predict(segments)
        seconds.append(clock() - start)
    return min(seconds) / n


def _load_of(preset: Preset) -> dict[str, object]:
    """Return the settings that decide how long an epoch takes."""
    description = describe_run(preset, 0)
    training = {name: description["training"][name] for name in ("batch", "most_per_record")}
    kept = ("segments", "protocol", "network", "validate", "records", "all_leads")
    return training | {name: description[name] for name in kept if name in description}


def _relative_cost(config: NetworkConfig, length: np.ndarray) -> float:
    """Return the mean cost of segments in their buckets over that of segments of full length."""
    edges = bucket_lengths(length, config)
    padded = edges[choose_bucket(length, edges, config)]
    share = float(padded.mean()) / config.n_samples
    if config.readout == "last":  # the recurrent layer then walks through the padding as well
        recurrent = count_recurrent_multiply_adds(config) / config.n_multiply_adds()
        return recurrent + (1 - recurrent) * share
    return share
