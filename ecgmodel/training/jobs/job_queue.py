"""The cluster of `dask.distributed` that trains waiting runs, and what this process has handed to it.

It is the embedded one of `training.cluster`, or the one whose scheduler's address is given; its workers need the same
folder of runs and the same records.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.training.jobs.cluster import read_access, read_niceness
from ecgmodel.training.jobs.connection import ClusterSilentError, connect, lacks_package, no_workers
from ecgmodel.training.jobs.job_file import folder_error
from ecgmodel.training.jobs.jobs import Run, list_runs, write_failure
from ecgmodel.training.jobs.work import train_job

if TYPE_CHECKING:
    from distributed import Client, Future
    from distributed.security import Security

CONNECT_TIMEOUT_S = 10.0
START_TIMEOUT_S = 120.0
"""How long the embedded cluster may take to state its address; a busy machine took 30 s."""
IDLE_S = 600.0
LOOK_EVERY_S = 5.0
ASK_AGAIN_S = 15.0
"""How long to wait before asking a cluster that did not answer again."""


class JobQueue:
    """Hands waiting runs to the cluster. Safe to share between threads.

    Parameters
    ----------
    folder : Path
        Of all runs.
    address : str or None
        Of a scheduler; `None` starts the embedded cluster when it is first needed.
    idle_s : float
        After so long with nothing to train, the embedded cluster ends; the next run starts another.
    security : Security or None
        The keys to a scheduler at `address`; `None` takes those of Dask's configuration.
    """

    def __init__(
        self, folder: Path, address: str | None = None, idle_s: float = IDLE_S, security: Security | None = None
    ) -> None:
        self.folder = folder
        self.idle_s = idle_s
        self._security = security
        self._address = address
        self._process: subprocess.Popen | None = None
        self._client: Client | None = None
        self._futures: dict[tuple[str, float], Future] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._trouble: EcgModelError | None = None
        self._ask_again = 0.0
        self._access: tuple[str, Security] | None = None
        self._closing = threading.Event()

    @property
    def trouble(self) -> EcgModelError | None:
        """Why the cluster could not be reached the last time; `None` where it could."""
        return self._trouble

    def nudge(self, runs: Sequence[Run]) -> None:
        """Hand over what waits among `runs` without waiting for the cluster; `trouble` tells how that ended."""
        if (self._thread is not None and self._thread.is_alive()) or time.monotonic() < self._ask_again:
            return
        if any(run.state == "waiting" for run in runs):
            self._thread = threading.Thread(target=self._hand_over_quietly, args=(runs,), daemon=True)
            self._thread.start()

    def hand_over(self, runs: Sequence[Run] | None = None) -> None:
        """Hand every waiting run to the cluster that it does not have yet, the oldest first.

        In this way a new start of the app continues what the last one left.

        Raises
        ------
        ClusterSilentError
            Where the cluster at a given address does not answer, or has no workers; the runs go on waiting for it.
        ConfigError
            Where the embedded cluster cannot be started, or the address or its certificates do not match. The runs have
            then failed, as after any other fault, and their folders say why.
        """
        runs = list_runs(self.folder) if runs is None else runs
        waiting = sorted((run for run in runs if run.state == "waiting"), key=lambda run: run.submitted)
        if not waiting:
            return
        with self._guard, contextlib.ExitStack() as stack:
            stack.push(partial(_note_failure, waiting))
            client = self._connect()
            for run in waiting:
                future = self._futures.get((run.key, run.submitted))
                if future is not None and future.status == "error":
                    _note_fault(run, future)
                elif future is None or future.done():
                    # Done and still waiting: it was held by somebody who has let go since, or was lost.
                    self._futures[run.key, run.submitted] = client.submit(
                        train_job, run.path.resolve(), key=f"{run.key}-{secrets.token_hex(3)}", pure=False
                    )
            if self._address is not None and not client.nthreads():
                raise no_workers(self._address)

    def access(self) -> tuple[str, Security]:
        """Return the address of the scheduler, and the keys to it."""
        with self._guard:
            client = self._connect()
            return client.scheduler.address, client.security

    def cluster_pid(self) -> int | None:
        """Return the process of the embedded cluster; `None` while there is none."""
        with self._guard:
            return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the embedded cluster; a run that is being trained waits, and goes on from its last whole epoch."""
        self._closing.set()
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close(timeout=5)
            self._client = None
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
        self._futures.clear()

    def _hand_over_quietly(self, runs: Sequence[Run]) -> None:
        with contextlib.ExitStack() as stack:
            stack.push(self._keep_trouble)
            self.hand_over(runs)

    def _keep_trouble(self, kind: type | None, fault: BaseException | None, _traceback: object) -> bool:
        """Keep how handing over ended: nobody waits for it who could be told directly."""
        self._trouble = None if fault is None else _in_words(fault)
        if fault is not None:
            self._ask_again = time.monotonic() + ASK_AGAIN_S
        return True

    def _connect(self) -> Client:
        if self._process is not None and self._process.poll() is not None:
            # The cluster's own process was killed: what it was doing starts again with the next one.
            self._process.stdin.close()
            self._process.stdout.close()
            self._process, self._client, self._access = None, None, None
            self._futures.clear()
        if self._client is not None and self._client.status == "running":
            return self._client
        if self._client is not None:
            self._futures.clear()  # another connection knows nothing of them
        if self._address is not None:
            self._client = connect(self._address, CONNECT_TIMEOUT_S, self._security)
            return self._client
        if self._access is None or self._process is None:
            self._access = self._start_cluster()
            threading.Thread(target=self._close_when_idle, args=(self._process,), daemon=True).start()
        self._client = connect(self._access[0], CONNECT_TIMEOUT_S, self._access[1])
        return self._client

    def _close_when_idle(self, process: subprocess.Popen) -> None:
        """End an embedded cluster that has had nothing to do for `IDLE_S`: its worker holds 750 MB."""
        idle_since = time.monotonic()
        while not self._closing.wait(min(LOOK_EVERY_S, self.idle_s)):
            with self._guard:
                if self._process is not process:
                    return
                if not all(future.done() for future in self._futures.values()):
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since >= self.idle_s:
                    self._close()
                    return

    def _start_cluster(self) -> tuple[str, Security]:
        root = str(Path(__file__).parents[3])
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH")) if part)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "cluster.log").open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "ecgmodel.training.jobs.cluster"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=os.environ | {"PYTHONPATH": path},
                )
        except OSError as error:
            raise folder_error(self.folder, error) from error
        return self._read_access()

    def _read_access(self) -> tuple[str, Security]:
        """Return the address that the embedded cluster says when it has started, and the keys to it."""
        said: list[bytes] = []
        stdout = self._process.stdout
        # A thread, since Windows cannot wait for a pipe with a limit.
        reader = threading.Thread(target=lambda: said.append(stdout.readline()), daemon=True)
        reader.start()
        reader.join(START_TIMEOUT_S)
        log = self.folder / "cluster.log"
        if reader.is_alive():
            self._process.kill()
            self._process.wait()
            raise ConfigError(
                "The training cluster did not start within {seconds:.0f} s. {path} may say why.",
                seconds=START_TIMEOUT_S,
                path=log,
            )
        line = said[0].decode().strip()
        if not line:
            read_niceness()  # the likeliest reason has a sentence
            raise ConfigError("The training cluster did not start. {path} says why.", path=log)
        return read_access(line)


def _note_failure(
    runs: Sequence[Run], kind: type | None, fault: BaseException | None, _traceback: object
) -> Literal[False]:
    """Keep in the folders of runs why they could not be handed over, unless the cluster may still answer."""
    if fault is not None and not isinstance(fault, ClusterSilentError):
        for run in runs:
            with contextlib.suppress(OSError):
                write_failure(run.path, _in_words(fault))
    return False


def _note_fault(run: Run, future: Future) -> None:
    """Note in a run's folder that the program failed, not what it was asked to do."""
    with contextlib.suppress(OSError):
        write_failure(run.path, _in_words(future.exception()))


def _in_words(fault: BaseException) -> EcgModelError:
    """Return a fault as a sentence for people."""
    if isinstance(fault, EcgModelError):
        return fault
    if isinstance(fault, ImportError):
        return lacks_package(fault)
    return EcgModelError(
        "The training ended with a fault of the program: {kind}: {fault}. Its last whole epoch is kept.",
        kind=type(fault).__name__,
        fault=str(fault)[:300],
    )
