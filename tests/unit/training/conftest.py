"""A small set that a small network can learn: each class is a sine of its own frequency."""

import numpy as np
import pytest

from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.fit import prepare_step
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep

SMALL = NetworkConfig(
    filters=(4, 4), kernels=(9, 5), units=8, dense=(8,), dropout=0.1, n_samples=200, readout="last_real"
)


def make_sines(n: int, seed: int) -> Segments:
    """Return noisy sines; of 120 or 200 of 200 samples."""
    random = np.random.default_rng(seed)
    label = random.integers(0, 5, n)
    length = random.choice([120, SMALL.n_samples], n).astype(np.int32)
    time = np.arange(SMALL.n_samples)
    phase = random.uniform(0, 2 * np.pi, (n, 1))
    signal = np.sin(2 * np.pi * time * (0.01 * 2.0 ** label[:, np.newaxis]) + phase) * np.sqrt(2)
    signal += 0.1 * random.standard_normal(signal.shape)
    signal[time >= length[:, np.newaxis]] = 0
    return Segments(
        signal=signal[..., np.newaxis].astype(np.float32),
        length=length,
        label=label,
        record=np.array([f"person {k:02}" for k in range(24)])[random.integers(0, 24, n)],
        lead=np.full(n, "MLII"),
        start_sample=np.zeros(n, np.int64),
        r_sample=np.arange(n),
        n_beats=np.ones(n, np.int32),
    )


QUICK = TrainSettings(epochs=3, batch=32, learning_rate=1e-2, seed=4)
"""With which `SMALL` learns them."""


@pytest.fixture(scope="session")
def step(sines: Segments) -> TrainStep:
    """Traced once for all tests of the process; `fit` starts it anew each time."""
    return prepare_step(SMALL, QUICK, sines)


@pytest.fixture(scope="session")
def sines() -> Segments:
    """For training."""
    return make_sines(400, seed=0)


@pytest.fixture(scope="session")
def other_sines() -> Segments:
    """For validation."""
    return make_sines(150, seed=1)
