"""Networks with weights that are far from zero, and segments as they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from ecgmodel.network.build import Weights, initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments.dataset import Segments

CONFIGS = {
    "paper-gru": NetworkConfig(),
    "paper-lstm": NetworkConfig(cell="lstm"),
    "normalised": NetworkConfig(filters=(4, 8, 8), units=24, batch_norm=True, readout="last_real", dense=(16,)),
    "channels": NetworkConfig(cell="lstm", n_channels=3, readout="last_real", kernels=(9, 7, 5)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One member of the family."""

    config: NetworkConfig
    weights: Weights


@pytest.fixture(params=CONFIGS, scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    """Each member of the family with random weights, biases and moving statistics."""
    config = CONFIGS[request.param]
    random = np.random.default_rng(5)
    weights = initialise_weights(config, seed=4)
    for name, value in weights.items():
        if value.ndim == 1:
            noise = 0.3 * random.standard_normal(value.shape)
            weights[name] = (value + (np.abs(noise) if name.endswith("variance") else noise)).astype(np.float32)
    return Case(config, weights)


def make_segments(config: NetworkConfig, n: int = 40) -> Segments:
    """Smooth random signals of every length, standardised and padded."""
    random = np.random.default_rng(6)
    length = random.integers(100, config.n_samples + 1, n).astype(np.int32)
    length[:2] = (config.n_samples, 1)
    signal = np.cumsum(random.standard_normal((n, config.n_samples, config.n_channels)), axis=1)
    signal = (signal - signal.mean(axis=1, keepdims=True)) / signal.std(axis=1, keepdims=True)
    signal[np.arange(config.n_samples) >= length[:, np.newaxis]] = 0
    return Segments(
        signal=signal.astype(np.float32),
        length=length,
        label=random.integers(0, 5, n),
        record=np.full(n, "made"),
        lead=np.full(n, "MLII"),
        start_sample=np.zeros(n, np.int64),
        r_sample=np.zeros(n, np.int64),
        n_beats=np.ones(n, np.int32),
    )


@pytest.fixture
def segments(case: Case) -> Segments:
    """Segments that fit the case."""
    return make_segments(case.config)
