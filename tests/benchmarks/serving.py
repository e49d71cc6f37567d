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
from tests.benchmarks.keras_process import ask_keras
from tests.benchmarks.measure import Measure, Target, Yardstick

N_RUNS = 5
N_SEGMENTS = 16 * BATCH


def measure_serving() -> Measure:
    """Classify random segments with the paper's network; neither side's time depends on the numbers."""
    config = NetworkConfig()
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="benchmark", segments="runs"))
    segments = make_segments(config, np.random.default_rng(0))
    classifier = Classifier(model)
    classifier.predict(segments)
    rates = []
    for _ in range(N_RUNS):
        start = time.perf_counter()
        classifier.predict(segments)
        rates.append(N_SEGMENTS / (time.perf_counter() - start))
    keras = N_SEGMENTS / ask_keras("predict", model, signal=segments.signal, length=segments.length)
    return Measure(
        name=f"serving the paper's network, batch {BATCH}",
        value=statistics.median(rates),
        unit="segments/s",
        target=Target("at least", 2, "ratio"),
        yardstick=Yardstick("keras.predict", keras),
        note=f"{N_SEGMENTS:,} segments of {config.n_samples} samples; median of {N_RUNS} runs",
    )


def make_segments(config: NetworkConfig, random: np.random.Generator) -> Segments:
    """Return segments of noise, each as long as the network can read."""
    signal = random.standard_normal((N_SEGMENTS, config.n_samples, config.n_channels), dtype=np.float32)
    counts = np.arange(N_SEGMENTS)
    return Segments(
        signal=standardise(signal),
        length=np.full(N_SEGMENTS, config.n_samples, dtype=np.int32),
        label=np.full(N_SEGMENTS, -1),
        record=np.full(N_SEGMENTS, "noise"),
        lead=np.full(N_SEGMENTS, "noise"),
        start_sample=counts,
        r_sample=counts,
        n_beats=np.ones(N_SEGMENTS, dtype=np.int32),
    )
