"""What a step sees: buckets of similar lengths, the segments that an epoch draws, batches, and class weights."""

from __future__ import annotations

import numpy as np

from ecgmodel.labels import CLASSES, UNTOLD_NORMAL
from ecgmodel.network.config import NetworkConfig
from ecgmodel.records.sources.databases import find_database
from ecgmodel.segments.beats import BEFORE_SAMPLES, CHANNELS
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.settings import TrainSettings

N_BUCKETS = 5

EARLY = -0.15
"""Prematurity (`segments.beats`) below which a beat comes early."""

_NOT_PREMATURE = [CLASSES.index(name) for name in "NLR"]


def bucket_lengths(length: np.ndarray, config: NetworkConfig, n_buckets: int = N_BUCKETS) -> np.ndarray:
    """Return the padded lengths into which segments are sorted for training, ascending.

    A bucket holds every step that a read-out may use: the convolutions only look back, so the steps up to the last one
    that sees the signal are the same however much padding follows.
    """
    need = np.minimum(length + config.receptive_field, config.n_samples)
    quantum = 8 * config.step_stride
    edges = np.quantile(need, np.linspace(0, 1, n_buckets + 1)[1:])
    edges = np.minimum(np.ceil(edges / quantum).astype(int) * quantum, config.n_samples)
    return np.unique(np.r_[edges, min(int(-(-need.max() // quantum)) * quantum, config.n_samples)])


def choose_bucket(length: np.ndarray, edges: np.ndarray, config: NetworkConfig) -> np.ndarray:
    """Return which of the `edges`, see `bucket_lengths`, each segment is padded to: (n,), int."""
    return np.searchsorted(edges, np.minimum(length + config.receptive_field, config.n_samples))


def count_epoch(train: Segments, settings: TrainSettings) -> int:
    """Return how many segments an epoch sees that takes at most `most_per_record` of one class and one record."""
    if settings.most_per_record == 0 or len(train) == 0:
        return len(train)
    counts = np.unique(_group(train, settings), return_counts=True)[1]
    return int(np.minimum(counts, settings.most_per_record).sum())


def _group(train: Segments, settings: TrainSettings) -> np.ndarray:
    """Return the number of each segment's group, of which an epoch sees no more than `most_per_record`: (n,)."""
    group = np.unique(np.char.add(train.record, train.label.astype(str)), return_inverse=True)[1]
    if settings.early_apart and train.signal.shape[1] > BEFORE_SAMPLES and train.signal.shape[2] > 2:
        early = train.signal[:, BEFORE_SAMPLES, CHANNELS.index("prematurity")] < EARLY
        group = 2 * group + (early & np.isin(train.label, _NOT_PREMATURE))
    return group


def draw_epoch(train: Segments, settings: TrainSettings, random: np.random.Generator) -> np.ndarray:
    """Return the positions that an epoch sees: at most `most_per_record` of one class and one record."""
    most = settings.most_per_record
    if most == 0:
        return np.arange(len(train))
    order = random.permutation(len(train))
    group = _group(train, settings)[order]
    by_group = np.argsort(group, kind="stable")
    first = np.searchsorted(group[by_group], group[by_group])
    return order[by_group[np.arange(len(order)) - first < most]]


def deal_batches(bucket: np.ndarray, drawn: np.ndarray, size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Shuffle within buckets, cut into batches, and shuffle the batches."""
    batches = []
    for value in np.unique(bucket[drawn]):
        members = random.permutation(drawn[bucket[drawn] == value])
        batches += [members[start : start + size] for start in range(0, len(members), size)]
    return [batches[index] for index in random.permutation(len(batches))]


def fill_up(index: np.ndarray, size: int) -> np.ndarray:
    """Return the positions of a batch, filled up to its size with copies of the first: (size,)."""
    return np.r_[index, np.full(size - len(index), index[0])]


def fill_batch(
    train: Segments,
    index: np.ndarray,
    length: int,
    settings: TrainSettings,
    class_weight: np.ndarray,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return signal, length, target and weight of one batch, filled up to its size with copies of weight zero."""
    weight = class_weight[train.label[index]]
    weight = np.r_[weight, np.zeros(settings.batch - len(index))].astype(np.float32)
    index = fill_up(index, settings.batch)
    signal = train.signal[index, :length].astype(np.float32, copy=False)
    if settings.inverted:
        # The lead and its residual change sign; the channels of the rhythm have none.
        signal[:, :, :2] *= np.where(random.random((len(index), 1, 1)) < settings.inverted, -1, 1).astype(np.float32)
    if settings.noise_sd or settings.amplitude_jitter:
        real = np.arange(length) < train.length[index, np.newaxis]
        lead = signal[:, :, 0]
        scale = 1 + settings.amplitude_jitter * random.uniform(-1, 1, (len(index), 1))
        noise = settings.noise_sd * random.random((len(index), 1)) * random.standard_normal(lead.shape)
        signal[:, :, 0] = (lead * scale + noise) * real
    return signal, train.length[index], find_targets(train.label[index], train.record[index]), weight


def find_targets(label: np.ndarray, record: np.ndarray) -> np.ndarray:
    """Return the targets of segments with these labels, as indices into `labels.POSSIBLE`: (n,)."""
    names, place = np.unique(record, return_inverse=True)
    databases = [find_database(str(name)) for name in names]
    untold = np.array([database is not None and not database.tells_blocks for database in databases], dtype=bool)
    return np.where(untold[place] & (label == CLASSES.index("N")), UNTOLD_NORMAL, label)


def weigh_classes(label: np.ndarray, weighting: str) -> np.ndarray:
    """Return the weight of each class, scaled so that the mean over segments is one."""
    counts = np.bincount(label, minlength=len(CLASSES)).astype(float)
    power = {"none": 0.0, "root": 0.5, "balanced": 1.0}[weighting]
    weight = np.where(counts > 0, counts.clip(min=1) ** -power, 0.0)
    return weight * counts.sum() / (weight * counts).sum()


def shift_of_shares(train: Segments, settings: TrainSettings, class_weight: np.ndarray) -> np.ndarray:
    """Return what to add to the logits: log of each class's share in the records over that in the loss; (5,)."""
    natural, trained = np.zeros(len(CLASSES)), np.zeros(len(CLASSES))
    groups = _group(train, settings)
    for record in np.unique(train.record):
        label, lead = train.label[train.record == record], train.lead[train.record == record]
        group = groups[train.record == record]
        _, first, n_of_group = np.unique(group, return_index=True, return_counts=True)
        drawn = np.minimum(n_of_group, settings.most_per_record or len(label))
        np.add.at(trained, label[first], class_weight[label[first]] * drawn)
        # With several leads, each shows the same beats.
        leads, n_of_lead = np.unique(lead, return_counts=True)
        natural += np.bincount(label[lead == leads[n_of_lead.argmax()]], minlength=len(CLASSES))
    there = natural > 0
    ratio = np.where(there, natural, 1) / np.where(there, trained, 1)
    return np.where(there, np.log(ratio) - np.log(ratio[there]).mean(), 0).astype(np.float32)
