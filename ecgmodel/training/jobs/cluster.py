"""The embedded cluster: one worker process that trains, in a process of its own beside the app's.

`python -m ecgmodel.training.jobs.cluster` starts it, writes its address to standard output, and ends when standard
input is closed: with whoever started it, however that ended. A nanny starts the worker again when it is killed.
"""

from __future__ import annotations

import os
import sys
import threading

NICENESS_VARIABLE = "ECG_TRAINING_NICENESS"

NICENESS = 10
"""Unless the variable says otherwise. So the app answers while a network is trained."""

ALLOWED_FAILURES = 1000
"""How often the scheduler retries; a run counts for itself how often it died in one epoch."""


def main() -> None:
    """Serve until standard input is closed."""
    import dask
    from distributed import LocalCluster

    if hasattr(os, "nice"):
        os.nice(int(os.environ.get(NICENESS_VARIABLE, NICENESS)))
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
        ) as cluster,
    ):
        sys.stdout.write(f"{cluster.scheduler_address}\n")
        sys.stdout.flush()
        closed = threading.Event()
        threading.Thread(target=_wait_for_the_end, args=(closed,), daemon=True).start()
        closed.wait()


def _wait_for_the_end(closed: threading.Event) -> None:
    sys.stdin.read()
    closed.set()


if __name__ == "__main__":
    main()
