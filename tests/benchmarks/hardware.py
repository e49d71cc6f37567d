"""How far serving and training are from what the machine's arithmetic allows: multiply-adds a second beside `sgemm`.

What keeps them from it: layers of 3 to 24 filters are narrower than the machine's vectors, a recurrent layer goes step
by step, and each step multiplies a small matrix; activations, pooling and copies are no multiply-adds at all.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from ecgmodel.network.config import NetworkConfig
from tests.benchmarks.effort import runs
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.benchmarks.serving import time_serving
from tests.benchmarks.training import MEAN_LENGTH, time_ours

SIZE = 1536
N_RUNS = 9
PASSES_OF_TRAINING = 3
"""Forward; and behind it the gradients of the inputs and of the weights, each as much again."""


def measure_sgemm() -> float:
    """Return the multiply-adds a second of a large product of float32 matrices on all cores: the best of some."""
    random = np.random.default_rng(0)
    left, right = (random.standard_normal((SIZE, SIZE), dtype=np.float32) for _ in range(2))
    left @ right
    seconds = []
    for _ in range(runs(N_RUNS)):
        start = time.perf_counter()
        left @ right
        seconds.append(time.perf_counter() - start)
    return SIZE**3 / min(seconds)


def measure_serving_share() -> Measure:
    """Serve the paper's network, and beside it multiply matrices, in turn."""
    config = NetworkConfig()
    pairs = [(measure_sgemm(), time_serving(config)) for _ in range(runs(3))]
    return _share(
        "multiply-adds of serving, beside sgemm",
        pairs,
        config.n_multiply_adds(),
        0.15,
        "the paper's network, all cores",
    )


def measure_training_share() -> Measure:
    """Train the paper's network, and beside it multiply matrices, in turn."""
    config = NetworkConfig()
    pairs = [(measure_sgemm(), time_ours()) for _ in range(runs(3) - 1)]
    useful = config.n_multiply_adds() * PASSES_OF_TRAINING * MEAN_LENGTH / config.n_samples
    note = "forward and backward, without what padding costs; median of the epochs after the first"
    return _share("multiply-adds of training, beside sgemm", pairs, useful, 0.01, note)


def _share(name: str, pairs: list[tuple[float, float]], each: float, limit: float, note: str) -> Measure:
    return Measure(
        name=name,
        value=statistics.median(rate for _, rate in pairs) * each / 1e9,
        unit="G/s",
        target=Target("at least", limit, "ratio"),
        yardstick=Yardstick(f"sgemm, {SIZE} x {SIZE}", statistics.median(machine for machine, _ in pairs) / 1e9),
        note=f"{note}; {each / 1e6:.2f} million a segment",
    )
