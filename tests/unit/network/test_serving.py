"""What serving leaves behind in memory."""

import ctypes
import sys

import numpy as np
import psutil
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import SEGMENT_SAMPLES, Segments

N_SEGMENTS = 512


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the C library to give back what is free")
def test_networks_keep_no_memory_of_what_they_served():
    """Four networks of 32 filters that have served 512 segments each hold less than 40 MB; a batch alone takes 16 MB.

    With memory of its own for each session, as ONNX Runtime has it by itself, they hold several times as much.
    """
    config = NetworkConfig(filters=(32, 32, 32))
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="test", segments="runs"))
    counts = np.arange(N_SEGMENTS)
    segments = Segments(
        signal=np.random.default_rng(0).standard_normal((N_SEGMENTS, SEGMENT_SAMPLES, 1), dtype=np.float32),
        length=np.full(N_SEGMENTS, SEGMENT_SAMPLES, dtype=np.int32),
        label=np.full(N_SEGMENTS, -1),
        record=np.full(N_SEGMENTS, "noise"),
        lead=np.full(N_SEGMENTS, "noise"),
        start_sample=counts,
        r_sample=counts,
        n_beats=np.ones(N_SEGMENTS, dtype=np.int32),
    )
    libc, process = ctypes.CDLL(None), psutil.Process()
    Classifier(model, n_threads=2).predict(segments)  # what the library itself takes once
    libc.malloc_trim(0)
    before = process.memory_info().rss
    networks = [Classifier(model, n_threads=2) for _ in range(4)]
    for network in networks:
        network.predict(segments)
    libc.malloc_trim(0)
    assert process.memory_info().rss - before < 40_000_000
