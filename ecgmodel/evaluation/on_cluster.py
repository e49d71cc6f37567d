"""Folds on a cluster of `dask.distributed`, where there is one; without one they are trained in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.cross_validation import missing_folds, train_folds
from ecgmodel.training.presets import Preset


def train_folds_on_cluster(
    preset: Preset,
    out: Path,
    folds: Sequence[int],
    address: str,
    on_fold: Callable[[int], None] = lambda fold: None,
) -> None:
    """Train the folds that are missing, as many at a time as the cluster has workers.

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
    from distributed import Client, KilledWorker, as_completed

    missing = [fold for fold in folds if fold in missing_folds(preset, out)]
    if not missing:
        return
    try:
        client = Client(address, timeout=30, set_as_default=False)
    except OSError as error:
        raise ConfigError("The training cluster at {address} does not answer.", address=address) from error
    with client:
        # A future that is let go, as by Ctrl-C, is cancelled; the fold goes on from its checkpoint the next time.
        fold_of = {client.submit(train_folds, preset, out.resolve(), [fold], pure=False): fold for fold in missing}
        for future in as_completed(fold_of, loop=client.loop):
            try:
                future.result()
            except KilledWorker as error:
                raise ConfigError(
                    "The worker of fold {fold} died too many times. Its last complete epoch is kept; continue "
                    "with --resume.",
                    fold=fold_of[future],
                ) from error
            on_fold(fold_of[future])
