"""Occlusion against a network whose answer can be written down."""

import numpy as np
import pytest

from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.saliency import STRIDE_SAMPLES, WINDOW_SAMPLES, occlude
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from tests.unit.network.conftest import make_segments

CONFIG = NetworkConfig(filters=(1,), kernels=(1,), units=1, dense=(), n_samples=200)


def level_model():
    """A network that looks at the last two samples alone: its V-logit is 4 tanh(their maximum).

    The convolution passes the signal on; z is 1 at every step, so that the state is the candidate.
    """
    weights = {name: np.zeros(shape, np.float32) for name, shape in CONFIG.weight_shapes().items()}
    weights["conv1/kernel"][:] = 1
    weights["gru/bias"][0] = -50  # Keras' z weighs the old: 0
    weights["gru/kernel"][0, 2] = 1
    weights["output/kernel"][0, 4] = 4
    return Model(CONFIG, weights, ModelCard("made", "runs"))


def one_segment(signal, length=200):
    segment = make_segments(CONFIG, 3).take(np.array([0]))
    segment.signal[0, :, 0] = 0
    segment.signal[0, : len(signal), 0] = signal
    segment.length[0] = length
    return segment


def probability(level):
    return np.exp(4 * np.tanh(level)) / (np.exp(4 * np.tanh(level)) + 4)


def test_only_what_the_decision_rests_on():
    """A step at the end: hiding any window that lies before it changes nothing, one over it bends it to a line."""
    signal = np.zeros(200)
    signal[198:] = 1
    saliency = occlude(Classifier(level_model()), one_segment(signal))
    assert saliency.label == 4
    untouched = 198 - WINDOW_SAMPLES
    np.testing.assert_allclose(saliency.fall[:untouched], 0, atol=1e-6)
    # Every window that reaches the end replaces the last samples by the 0 in front of it; others leave them alone.
    last = range(1 - WINDOW_SAMPLES + STRIDE_SAMPLES, 200, STRIDE_SAMPLES)
    over_last = [start for start in last if start <= 199 < start + WINDOW_SAMPLES]
    hidden = [start for start in over_last if start <= 198]
    expected = (probability(1) - probability(0)) * len(hidden) / len(over_last)
    assert saliency.fall[199] == pytest.approx(expected, abs=1e-5)
    assert saliency.without_rhythm == 0


def test_a_straight_line_hides_nothing():
    """A slope bridged by a slope is the same signal."""
    saliency = occlude(Classifier(level_model()), one_segment(np.linspace(0, 1, 200)))
    inner = saliency.fall[: 200 - 2 * WINDOW_SAMPLES]
    np.testing.assert_allclose(inner, 0, atol=1e-6)


def test_another_class_and_padding():
    """The fall of a class that is not named has the other sign; the padding has none."""
    signal = np.zeros(200)
    signal[100:120] = 1
    segment = one_segment(signal, length=150)
    saliency = occlude(Classifier(level_model()), segment, label=0)
    assert saliency.label == 0
    assert not saliency.fall[150:].any()
