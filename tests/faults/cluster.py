"""A cluster of processes of its own on this machine: a scheduler and workers, each of which can be killed alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120


class Processes:
    """A scheduler and its workers.

    Parameters
    ----------
    folder : Path
        Of their logs.
    protocol : {"tcp", "tls"}
    env : mapping
        On top of that of the test.
    """

    def __init__(self, folder: Path, protocol: str = "tcp", env: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part)
        self._env = os.environ | {"PYTHONPATH": path} | dict(env or {})
        self.workers: list[subprocess.Popen] = []
        self._connection = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler",
            *("--protocol", protocol, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
            *("--no-show", "--scheduler-file", str(self._connection)),
        )

    def add_worker(self) -> None:
        """Start a worker of one thread, which nobody starts again."""
        self.workers.append(
            self._start(
                "worker",
                *("--scheduler-file", str(self._connection), "--nthreads", "1", "--no-nanny", "--no-dashboard"),
                *("--memory-limit", "0", "--local-directory", str(self._folder)),
            )
        )

    def address(self) -> str:
        """Return the address of the scheduler, once it has one."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.scheduler.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                return json.loads(self._connection.read_text("utf-8"))["address"]
            time.sleep(0.02)
        raise AssertionError((self._folder / "scheduler.log").read_text("utf-8"))

    def kill_worker(self, pid: int) -> None:
        """Kill one."""
        (worker,) = (worker for worker in self.workers if worker.pid == pid)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def close(self) -> None:
        """End all of them."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen:
        with (self._folder / f"{kind}.log").open("ab") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
            return subprocess.Popen(command, stdout=log, stderr=log, env=self._env)


@contextlib.contextmanager
def cluster(
    folder: Path, n_workers: int, protocol: str = "tcp", env: Mapping[str, str] | None = None
) -> Iterator[Processes]:
    """Run a cluster for a while."""
    processes = Processes(folder, protocol, env)
    try:
        processes.address()
        for _ in range(n_workers):
            processes.add_worker()
        yield processes
    finally:
        processes.close()
