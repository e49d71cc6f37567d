"""How many segments a second training takes in, beside plain Keras and beside PyTorch on the padded set."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from tests.benchmarks.effort import runs
from tests.benchmarks.keras_process import ask_keras
from tests.benchmarks.measure import Measure, Target, Yardstick

N_SEGMENTS = 4096
LENGTHS = (203, 260, 260, 260, 260, 260, 470, 670, 860, 1000, 1000)
"""Deciles of the lengths of MIT-BIH's runs, with their ends."""

MEAN_LENGTH = float(np.mean([(a + b) / 2 for a, b in itertools.pairwise(LENGTHS)]))


TORCH_VARIABLE = "ECG_TORCH_PYTHON"
"""Environment variable that names the interpreter that has PyTorch, where it is another one."""

NO_TORCH = "torch is not installed: pip install torch==2.13.0"


def measure_training() -> Measure:
    """Train the paper's network on noise that is as long as MIT-BIH's runs; no side's time depends on the numbers.

    Both sides train in a process of their own, one after the other, with the same batch.
    """
    pairs = [(N_SEGMENTS / ask_keras("fit", _model(), **_arrays()), time_ours()) for _ in range(runs(2) - 1)]
    return Measure(
        name="training the paper's network, batch 64",
        value=statistics.median(ours for _, ours in pairs),
        unit="segments/s",
        target=Target("at least", 4, "ratio"),
        yardstick=Yardstick("keras.fit, padded", statistics.median(keras for keras, _ in pairs)),
        note=f"{N_SEGMENTS:,} segments an epoch; median of the epochs after the first",
    )


def measure_training_beside_torch() -> Measure:
    """Train it beside the same network in PyTorch (`nn.GRU`), which reads the same segments, padded to full length."""
    ours = time_ours()
    seconds = _ask_torch(_arrays())
    return Measure(
        name="training the paper's network, batch 64",
        value=ours,
        unit="segments/s",
        target=Target("at least", 1.3, "ratio"),
        yardstick=None if seconds is None else Yardstick("PyTorch, nn.GRU, padded", N_SEGMENTS / seconds),
        fault=NO_TORCH if seconds is None else "",
        note=f"{N_SEGMENTS:,} segments an epoch; median of the epochs after the first",
    )


def time_ours() -> float:
    """Return how many segments a second this project's training takes in."""
    return N_SEGMENTS / ask_keras("train", _model(), **_arrays())


def _model() -> Model:
    config = NetworkConfig()
    return Model(config, initialise_weights(config, seed=0), ModelCard(name="benchmark", segments="runs"))


def _arrays() -> dict[str, np.ndarray]:
    config = NetworkConfig()
    random = np.random.default_rng(0)
    length = np.interp(random.random(N_SEGMENTS), np.linspace(0, 1, len(LENGTHS)), LENGTHS).astype(np.int32)
    signal = random.standard_normal((N_SEGMENTS, config.n_samples, 1), dtype=np.float32)
    signal[np.arange(config.n_samples) >= length[:, np.newaxis]] = 0
    return {"signal": signal, "length": length, "label": random.integers(0, config.n_classes, N_SEGMENTS)}


def _ask_torch(arrays: dict[str, np.ndarray]) -> float | None:
    """Return the seconds of an epoch in PyTorch; `None` where it is not installed."""
    python = os.environ.get(TORCH_VARIABLE, sys.executable)
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as folder:
        path = Path(folder) / "arrays.npz"
        np.savez(path, **arrays)
        script = Path(__file__).with_name("torch_process.py")
        done = subprocess.run([python, str(script), str(path)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1]).get("seconds")
