"""The embedded cluster: one worker process that trains, in a process of its own beside the app's.

`python -m ecgmodel.training.jobs.cluster` starts it, writes its address and the keys to it to standard output as a line
of JSON, and ends when standard input is closed: with whoever started it, however that ended. A nanny starts the worker
again when it is killed.

Whoever reaches a Dask scheduler can run code as its user, and every account of a machine reaches its ports. So this one
speaks TLS with a certificate of its own, made at its start and kept in memory; only who reads the pipe has the keys.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING

from ecgmodel.errors import ConfigError

if TYPE_CHECKING:
    from distributed import LocalCluster
    from distributed.security import Security

NICENESS_VARIABLE = "ECG_TRAINING_NICENESS"

NICENESS = 10
"""Unless the variable says otherwise, so that the app stays responsive while a network is trained."""

_KEYS = ("tls_ca_file", "tls_client_cert", "tls_client_key")

LOOK_EVERY_S = 2.0

ALLOWED_FAILURES = 1000
"""How often the scheduler retries a task; a run counts by itself how often it died within one epoch."""


def main() -> None:
    """Serve until standard input is closed."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    if hasattr(os, "nice"):
        os.nice(read_niceness())
    security = Security.temporary()
    settings = {"distributed.scheduler.allowed-failures": ALLOWED_FAILURES}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            protocol="tls://",
            security=security,
        ) as cluster,
    ):
        sys.stdout.write(describe_access(cluster.scheduler_address, security) + "\n")
        sys.stdout.flush()
        closed = threading.Event()
        threading.Thread(target=_wait_for_the_end, args=(closed,), daemon=True).start()
        # A nanny whose worker dies while it starts gives up, and whoever started this cluster starts another then.
        while not closed.wait(LOOK_EVERY_S) and (cluster.scheduler.workers or _starts_worker(cluster)):
            pass


def read_niceness() -> int:
    """Return the niceness of a training: how much it gives way to other processes.

    Raises
    ------
    ConfigError
        Where the variable is not a number.
    """
    text = os.environ.get(NICENESS_VARIABLE, str(NICENESS))
    try:
        niceness = int(text)
    except ValueError:
        niceness = -1
    if not 0 <= niceness <= 19:
        raise ConfigError(
            "{variable} is '{text}'. Set it to a whole number from 0 (as quick as all else) to 19 (last of all).",
            variable=NICENESS_VARIABLE,
            text=text[:40],
        )
    return niceness


def describe_access(address: str, security: Security) -> str:
    """Return the line from which `read_access` makes a connection."""
    return json.dumps({"address": address, **{name: getattr(security, name) for name in _KEYS}})


def read_access(line: str) -> tuple[str, Security]:
    """Return the address of an embedded cluster, and the keys to it."""
    from distributed.security import Security

    said = json.loads(line)
    return said["address"], Security(require_encryption=True, **{name: said[name] for name in _KEYS})


def _starts_worker(cluster: LocalCluster) -> bool:
    """Whether a nanny is at work on a worker that is not ready yet."""
    from distributed.core import Status

    done = (Status.closing, Status.closed, Status.failed)
    return any(nanny.status not in done for nanny in cluster.workers.values())


def _wait_for_the_end(closed: threading.Event) -> None:
    sys.stdin.read()
    closed.set()


if __name__ == "__main__":
    main()
