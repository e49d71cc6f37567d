"""Folds on a cluster of `dask.distributed`, where there is one; without one they are trained in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.cross_validation import missing_folds, train_folds
from ecgmodel.training.jobs.connection import check_workers, connect
from ecgmodel.training.jobs.spread import spread
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunHeldError

HELD_TRIES = 30
HELD_PAUSE_S = 10.0
"""A worker that the scheduler lost from sight may go on with a fold that another one got."""


def train_folds_on_cluster(
    preset: Preset,
    out: Path,
    folds: Sequence[int],
    address: str,
    on_fold: Callable[[int], None] = lambda fold: None,
) -> None:
    """Train the folds that are missing, as many at a time as the cluster has workers.

    A worker that dies costs an epoch: the fold goes on from its checkpoint on another one. A fold that cannot be
    trained does not keep the others from it.

    Parameters
    ----------
    preset : Preset
    out : Path
        Claimed by `claim_evaluation`; the workers need the same folder, and the records.
    folds : sequence of int
    address : str
        Of the scheduler.
    on_fold : callable
        Of each fold, once it is trained.

    Raises
    ------
    ConfigError
        Where the cluster does not answer, or a worker died too often; as `train_folds`.
    """
    from distributed import KilledWorker

    missing = [fold for fold in folds if fold in missing_folds(preset, out)]
    if not missing:
        return
    out = out.resolve()
    faults: list[Exception] = []
    # A future that is let go, as by Ctrl-C, is cancelled; the fold goes on from its checkpoint the next time.
    with connect(address) as client:
        check_workers(client, [out])
        for outcome in spread(client, _train_fold, missing, lambda fold: (preset, out, fold)):
            if outcome.error is None:
                on_fold(outcome.item)
            elif isinstance(outcome.error, KilledWorker):
                faults.append(
                    ConfigError(
                        "The worker of fold {fold} died too many times. Its last complete epoch is kept; continue "
                        "with --resume.",
                        fold=outcome.item,
                    )
                )
            else:
                faults.append(outcome.error)
    if faults:
        raise faults[0]


def _train_fold(preset: Preset, out: Path, fold: int) -> None:
    """Train one fold in a worker; where another process is at it, wait for that one."""
    for left in reversed(range(HELD_TRIES)):
        try:
            train_folds(preset, out, [fold])
        except RunHeldError:
            if not left:
                raise
            time.sleep(HELD_PAUSE_S)
        else:
            return
