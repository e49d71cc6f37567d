"""A server's start and end, without a visitor."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from ecgmodel.network.config import NetworkConfig
from ecgmodel.training.jobs.jobs import create_run, read_run
from ecgmodel.training.presets import Preset
from ecgmodel.training.settings import TrainSettings
from tests.browser.server import ROOT, serve, without_database
from tests.unit.training.jobs import quick_worker

PATIENCE_S = 120.0
LONG = Preset(
    "quick",
    "runs",
    "segments-10fold",
    NetworkConfig(filters=(2, 2), kernels=(3, 3), units=2, dense=(), readout="last"),
    TrainSettings(epochs=1000, batch=64, learning_rate=1e-2),
    records=("simulated-mixed",),
)


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name == "nt", reason="Windows ends processes without a word")
def test_a_training_goes_on_before_anybody_comes_and_waits_when_the_server_ends(tmp_path: Path) -> None:
    """After a start, no page needs to be opened; after SIGTERM, nothing is left running and the run waits."""
    runs = tmp_path / "runs"
    path = create_run(runs, LONG, 0, "interrupted")
    env = without_database(tmp_path / "cache") | {
        "ECG_RUNS_DIR": str(runs),
        "DASK_DISTRIBUTED__WORKER__PRELOAD": quick_worker.__name__,
    }
    with serve(ROOT / "app.py", env) as server:
        deadline = time.monotonic() + PATIENCE_S
        while len(read_run(path).epochs) < 2:
            assert time.monotonic() < deadline, read_run(path)
            time.sleep(0.2)
        processes = psutil.Process(server.pid).children(recursive=True)
        assert processes
        os.kill(server.pid, signal.SIGTERM)
        psutil.wait_procs([psutil.Process(server.pid)], 30)
        _, alive = psutil.wait_procs(processes, 30)
    assert alive == []
    assert read_run(path).state == "waiting"
