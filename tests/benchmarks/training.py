"""How many segments a second training takes in, beside plain Keras on the padded set."""

from __future__ import annotations

import numpy as np

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from tests.benchmarks.keras_process import ask_keras
from tests.benchmarks.measure import Measure, Target, Yardstick

N_SEGMENTS = 4096
LENGTHS = (203, 260, 260, 260, 260, 260, 470, 670, 860, 1000, 1000)
"""Deciles of the lengths of MIT-BIH's runs, with their ends."""


def measure_training() -> Measure:
    """Train the paper's network on noise that is as long as MIT-BIH's runs; no side's time depends on the numbers.

    Both sides train in a process of their own, one after the other, with the same batch.
    """
    config = NetworkConfig()
    random = np.random.default_rng(0)
    length = np.interp(random.random(N_SEGMENTS), np.linspace(0, 1, len(LENGTHS)), LENGTHS).astype(np.int32)
    signal = random.standard_normal((N_SEGMENTS, config.n_samples, 1), dtype=np.float32)
    signal[np.arange(config.n_samples) >= length[:, np.newaxis]] = 0
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="benchmark", segments="runs"))
    arrays = {"signal": signal, "length": length, "label": random.integers(0, config.n_classes, N_SEGMENTS)}
    ours, keras = (N_SEGMENTS / ask_keras(job, model, **arrays) for job in ("train", "fit"))
    return Measure(
        name="training the paper's network, batch 64",
        value=ours,
        unit="segments/s",
        target=Target("at least", 3, "ratio"),
        yardstick=Yardstick("keras.fit, padded", keras),
        note=f"{N_SEGMENTS:,} segments an epoch; median of the epochs after the first",
    )
