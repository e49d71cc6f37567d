"""What serving leaves behind in memory."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from pages.server.memory import ARENAS
from tests.benchmarks.serving import make_segments

N_SEGMENTS = 512
ROOT = Path(__file__).parents[3]


def measure_growth() -> int:
    """Return by how many bytes this process grows with four networks that have served."""
    config = NetworkConfig(filters=(32, 32, 32))
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="test", segments="runs"))
    segments = make_segments(config, np.random.default_rng(0), N_SEGMENTS)
    libc, process = ctypes.CDLL(None), psutil.Process()
    Classifier(model, n_threads=2).predict(segments)  # what the library itself takes once
    libc.malloc_trim(0)
    before = process.memory_info().rss
    networks = [Classifier(model, n_threads=2) for _ in range(4)]
    for network in networks:
        network.predict(segments)
    libc.malloc_trim(0)
    return process.memory_info().rss - before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the C library to give back what is free")
def test_networks_keep_no_memory_of_what_they_served():
    """Four networks of 32 filters that have served 512 segments each hold less than 80 MB; a batch alone takes 16 MB.

    With memory of its own for each session, as ONNX Runtime has it by itself, they hold more than 180 MB. In a process
    of its own, since that of the tests has more to keep and to give back, with as many malloc arenas as the app.
    """
    code = "from tests.unit.network.test_serving import measure_growth; print(measure_growth())"
    env = os.environ | {"MALLOC_ARENA_MAX": str(ARENAS)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 80_000_000
