"""What an epoch draws and what the loss asks for, by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.labels import POSSIBLE, UNTOLD_NORMAL
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments.beats import BEFORE_SAMPLES, CHANNELS
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.batches import EARLY, count_epoch, draw_epoch, fill_batch, find_targets, shift_of_shares
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep, forward


def make_beats(label: list[int], record: str, early: list[bool]) -> Segments:
    n = len(label)
    signal = np.zeros((n, 1000, len(CHANNELS)), np.float16)
    signal[:, BEFORE_SAMPLES, 2] = np.where(early, 2 * EARLY, 0)
    signal[:, :, :2] = 1
    signal[:, :, 4] = 0.5
    names = np.full(n, record)
    whole = np.arange(n)
    return Segments(
        signal, np.full(n, 1000, np.int32), np.array(label), names, names, whole, whole, np.ones(n, np.int32)
    )


def test_early_normal_beats_are_drawn_apart():
    """Of 50 N in time, 6 early N and 9 A, with at most 5 of a kind: 5, 5 and 5; without the setting 5 and 5."""
    beats = make_beats([0] * 56 + [3] * 9, "100", [False] * 50 + [True] * 15)
    for apart, expected in ((True, {(0, False): 5, (0, True): 5, (3, True): 5}), (False, None)):
        settings = TrainSettings(most_per_record=5, early_apart=apart)
        drawn = draw_epoch(beats, settings, np.random.default_rng(0))
        assert count_epoch(beats, settings) == len(drawn) == (15 if apart else 10)
        if expected is not None:
            early = beats.signal[drawn, BEFORE_SAMPLES, 2] < EARLY
            assert Counter(zip(beats.label[drawn].tolist(), early.tolist(), strict=True)) == expected


def test_shares_count_what_is_drawn_apart():
    """N is 56 of 65 beats and 10 of 15 drawn; the logits get the ratio of these odds against those of A."""
    beats = make_beats([0] * 56 + [3] * 9, "100", [False] * 50 + [True] * 15)
    shift = shift_of_shares(beats, TrainSettings(most_per_record=5, early_apart=True), np.ones(5))
    assert shift[0] - shift[3] == pytest.approx(np.log((56 / 9) / (10 / 5)), abs=1e-5)


def test_normal_of_svdb_may_be_a_block():
    """N of svdb asks for N, L or R; every other label, and every label of mitdb or of nobody known, for itself."""
    label = np.array([0, 3, 0, 3, 0])
    record = np.array(["svdb/800", "svdb/800", "100", "100", "mine"])
    assert find_targets(label, record).tolist() == [UNTOLD_NORMAL, 3, 0, 3, 0]
    assert POSSIBLE[UNTOLD_NORMAL] == (1, 1, 1, 0, 0)
    assert POSSIBLE[3] == (0, 0, 0, 1, 0)


@pytest.mark.tensorflow
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_asks_for_the_sum(smoothing: float):
    """Minus the logarithm of the summed probability of what may be; of a told class, Keras' cross entropy."""
    import tensorflow as tf

    config = NetworkConfig(filters=(2, 2, 2), units=3, dense=())
    weights = initialise_weights(config, 1)
    random = np.random.default_rng(0)
    signal = random.standard_normal((6, 1000, 1)).astype(np.float32)
    length, label = np.full(6, 1000, np.int32), np.array([0, 3, UNTOLD_NORMAL, 4, UNTOLD_NORMAL, 1])
    step = TrainStep(config, weights, label_smoothing=smoothing, jit_compile=False)
    p = tf.nn.softmax(forward(config, {name: tf.constant(value) for name, value in weights.items()}, signal, length))
    p = p.numpy().astype(np.float64)
    asked = -np.log((p * np.array(POSSIBLE)[label]).sum(axis=1))
    expected = ((1 - smoothing) * asked - smoothing * np.log(p).mean(axis=1)).sum()
    result = step(signal, length, label, np.ones(6, np.float32), 1e-9)
    assert result.loss == pytest.approx(expected, rel=1e-4)
    assert result.n_correct == np.array(POSSIBLE)[label, p.argmax(axis=1)].sum()


def test_upside_down_is_the_lead_and_its_residual():
    """Of a thousand segments about a third has both channels turned, together, and the rhythm never."""
    beats = make_beats([0] * 1000, "100", [False] * 1000)
    settings = TrainSettings(batch=1000, inverted=0.3)
    signal = fill_batch(beats, np.arange(1000), 1000, settings, np.ones(5), np.random.default_rng(0))[0]
    assert signal.dtype == np.float32
    assert (signal[:, :, 0] == signal[:, :, 1]).all()
    assert 0.25 < (signal[:, 0, 0] == -1).mean() < 0.35
    assert (signal[:, :, 4] == 0.5).all()
    upright = replace(settings, inverted=0.0)
    signal = fill_batch(beats, np.arange(1000), 1000, upright, np.ones(5), np.random.default_rng(0))[0]
    assert (signal[:, :, 0] == 1).all()
