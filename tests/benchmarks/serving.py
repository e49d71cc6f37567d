"""How many segments a second the paper's network serves."""

from __future__ import annotations

import statistics
import time

import numpy as np

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import BATCH, Classifier
from ecgmodel.segments.dataset import Segments, standardise
from tests.benchmarks.effort import runs
from tests.benchmarks.keras_process import ask_keras
from tests.benchmarks.measure import Measure, Target, Yardstick

N_PAIRS = 3
N_RUNS = 5
N_SEGMENTS = 4096


def measure_serving() -> Measure:
    """Classify random segments with the paper's network, in turn with Keras; no time depends on the numbers."""
    config = NetworkConfig()
    model, segments = _prepare(config)
    ours, keras = [], []
    for _ in range(runs(N_PAIRS)):
        keras.append(N_SEGMENTS / ask_keras("predict", model, signal=segments.signal, length=segments.length))
        ours.append(time_serving(config))
    return Measure(
        name="serving the paper's network",
        value=statistics.median(ours),
        unit="segments/s",
        target=Target("at least", 4, "ratio"),
        yardstick=Yardstick("keras.predict", statistics.median(keras)),
        note=f"{N_SEGMENTS:,} segments of {config.n_samples} samples; median of {len(ours)} pairs, {N_RUNS} runs each; "
        f"batches of {BATCH}, of Keras 256",
    )


def time_serving(config: NetworkConfig) -> float:
    """Return how many segments a second a network serves."""
    model, segments = _prepare(config)
    classifier = Classifier(model)
    classifier.predict(segments)
    rates = []
    for _ in range(runs(N_RUNS)):
        start = time.perf_counter()
        classifier.predict(segments)
        rates.append(N_SEGMENTS / (time.perf_counter() - start))
    return statistics.median(rates)


def _prepare(config: NetworkConfig) -> tuple[Model, Segments]:
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="benchmark", segments="runs"))
    return model, make_segments(config, np.random.default_rng(0))


def make_segments(config: NetworkConfig, random: np.random.Generator, n_segments: int = N_SEGMENTS) -> Segments:
    """Return segments of noise, each as long as the network can read."""
    signal = random.standard_normal((n_segments, config.n_samples, config.n_channels), dtype=np.float32)
    counts = np.arange(n_segments)
    return Segments(
        signal=standardise(signal),
        length=np.full(n_segments, config.n_samples, dtype=np.int32),
        label=np.full(n_segments, -1),
        record=np.full(n_segments, "noise"),
        lead=np.full(n_segments, "noise"),
        start_sample=counts,
        r_sample=counts,
        n_beats=np.ones(n_segments, dtype=np.int32),
    )
