"""Trainings as jobs: what every run of a folder is doing now, and what can be asked of it.

Whoever asks writes into the run's folder, see `job_file`; `work` does it, on the cluster of `job_queue`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.training.jobs.job_file import (
    JOB_LOCK,
    KEY_END,
    Job,
    change_job,
    check_title,
    find_run_folders,
    folder_error,
    read_job,
    read_values,
    write_job,
)
from ecgmodel.training.presets import Preset
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.train import describe_run, read_preset

RESERVE_BYTES = 16_384

JobState = Literal["waiting", "starting", "training", "stopping", "stopped", "failed", "finished", "damaged"]

MOST_RUNS = 500
"""Of a folder: every page looks through all of them."""

MIN_BATCHES = 3
"""Batches of the first epoch after which the time left is estimated."""

BUSY: tuple[JobState, ...] = ("starting", "training", "stopping")
"""States in which a process works on a run."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A job as it is now.

    Attributes
    ----------
    key : str
        Name of its folder.
    path : Path
    title : str
    state : JobState
    preset : Preset or None
        `None` where its config was damaged.
    fold : int
    epochs : tuple of EpochResult
    doing : Progress or None
        While a process works on it, what it does.
    error : EcgModelError or None
        Why it failed, or what is damaged.
    submitted : float
        Seconds since 1970.
    """

    key: str
    path: Path
    title: str
    state: JobState
    preset: Preset | None
    fold: int
    epochs: tuple[EpochResult, ...]
    doing: Progress | None
    error: EcgModelError | None
    submitted: float

    @property
    def is_busy(self) -> bool:
        """Whether a process works on it."""
        return self.state in BUSY

    @property
    def n_epochs(self) -> int:
        """The number of epochs that it is to have."""
        return 0 if self.preset is None else self.preset.settings.epochs

    @property
    def progress(self) -> float:
        """Share of all epochs that is done, 0 to 1."""
        if self.state == "finished":
            return 1.0
        is_in_epoch = self.doing is not None and self.doing.stage == "batches" and self.doing.epoch > len(self.epochs)
        return min(1.0, (len(self.epochs) + (self.doing.share if is_in_epoch else 0.0)) / max(self.n_epochs, 1))

    @property
    def seconds_left(self) -> float | None:
        """Time that the remaining epochs take at the speed of the last ones, or, in the first epoch, of its batches.

        `None` before `MIN_BATCHES` of the first epoch are done.
        """
        if self.state == "finished":
            return None
        if not self.epochs:
            doing = self.doing
            if doing is None or doing.stage != "batches" or doing.done < MIN_BATCHES:
                return None
            return doing.seconds / doing.done * (doing.total * self.n_epochs - doing.done)
        lately = [epoch.seconds for epoch in self.epochs[-3:]]
        return (1 - self.progress) * self.n_epochs * sum(lately) / len(lately)


def list_runs(folder: Path) -> tuple[Run, ...]:
    """Return all runs of a folder, the newest first."""
    found = [read_run(path) for path in find_run_folders(folder)]
    return tuple(sorted(found, key=lambda run: (-run.submitted, run.key)))


def read_run(path: Path) -> Run:
    """Return the state of a run; damage is reported in it, not raised."""
    folder, error = RunFolder(path), None
    job = read_job(path)
    preset, fold = None, 0
    try:
        description = folder.read_config()
        if description is None:
            raise ConfigError("The configuration of this run is missing. Start a new run.")
        preset, fold = read_preset(description), int(description["fold"])
    except ConfigError as damage:
        error = damage
    doing = Progress.from_dict(read_values(path / "progress.json"))
    state: JobState
    if folder.model_path.exists():
        state = "finished"
    elif folder.is_held():
        is_loading = doing is not None and doing.stage == "tensorflow"
        state = ("starting" if is_loading else "training") if job.wanted else "stopping"
    elif folder.is_held(JOB_LOCK):
        state = "starting" if job.wanted else "stopping"
    elif preset is None:
        state = "damaged"
    elif (failure := _read_failure(path)) is not None:
        state, error = "failed", failure
    else:
        state = "waiting" if job.wanted else "stopped"
    epochs = folder.read_events()
    return Run(
        key=path.name,
        path=path,
        title=job.title,
        state=state,
        preset=preset,
        fold=fold,
        epochs=epochs,
        doing=doing if state in BUSY else None,
        error=error,
        submitted=job.submitted,
    )


def name_runs(runs: Sequence[Run]) -> dict[str, str]:
    """Return the name of each run by its key: its title, with the end of the key where another run has the same
    title.
    """
    n_titles = Counter(run.title for run in runs)
    return {run.key: run.title if n_titles[run.title] == 1 else f"{run.title} · {run.key[-KEY_END:]}" for run in runs}


def create_run(folder: Path, preset: Preset, fold: int, title: str) -> Path:
    """Write the folder of a new run that waits to be trained, and return it.

    Raises
    ------
    ConfigError
        Where the fold does not exist, the title is empty, there are `MOST_RUNS`, or the folder cannot be written.
    """
    description = describe_run(preset, fold)
    read_preset(description)  # raises where it could not be trained
    title = check_title(title)
    if len(find_run_folders(folder)) >= MOST_RUNS:
        raise ConfigError("There are {most} runs here, as many as are kept. Delete one first.", most=MOST_RUNS)
    now = time.time()
    path = folder / "unnamed"
    try:
        path = _make_folder(folder, time.strftime("%Y%m%d-%H%M%S", time.localtime(now)))
        RunFolder(path).write_config(description)
        write_atomically(path / "reserve", os.urandom(RESERVE_BYTES))
        write_job(path, Job(title, now))
    except (OSError, ConfigError) as error:
        if path.name != "unnamed":
            shutil.rmtree(path, ignore_errors=True)
        raise (folder_error(folder, error) if isinstance(error, OSError) else error) from error
    return path


def _make_folder(folder: Path, when: str) -> Path:
    """Make and return a folder of its own, even where others make one in the same second."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = folder / f"{when}-{secrets.token_hex(3)}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path


def request_stop(path: Path) -> None:
    """Ask for a stop: a training ends with its batch, a waiting job leaves the queue. Its whole epochs are kept."""
    with change_job(path) as job:
        write_job(path, replace(job, wanted=False))


def request_training(path: Path) -> None:
    """Ask for a run to be trained (on).

    Raises
    ------
    ConfigError
        Where it waits for that already, is being trained, has ended or cannot go on.
    """
    with change_job(path) as job:
        _request_training(path, job)


def _request_training(path: Path, job: Job) -> None:
    run = read_run(path)
    if run.state in ("waiting", "starting", "training"):
        raise ConfigError(
            "'{title}' is already running: someone else resumed it, or you pressed twice.", title=run.title
        )
    if run.state == "finished":
        raise ConfigError("'{title}' has completed all its epochs.", title=run.title)
    if run.state == "damaged":
        raise run.error
    for name in ("failure.json", "deaths.json"):
        (path / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # where the disk is still full, the job will say so
        if not (path / "reserve").exists():
            write_atomically(path / "reserve", os.urandom(RESERVE_BYTES))
    write_job(path, replace(job, wanted=True, submitted=time.time()))


def rename_run(path: Path, title: str) -> None:
    """Give a run another title.

    Raises
    ------
    ConfigError
        Where it is empty.
    """
    title = check_title(title)
    with change_job(path) as job:
        write_job(path, replace(job, title=title))


def delete_run(path: Path) -> None:
    """Delete a run with all its files.

    Raises
    ------
    ConfigError
        Where a process works on it, or its files cannot be deleted.
    """
    folder = RunFolder(path)
    if folder.is_held() or folder.is_held(JOB_LOCK):
        raise ConfigError("This run is being trained. Stop it before you delete it.")
    try:
        (path / "job.json").unlink(missing_ok=True)  # first: half a folder without it is no run
        shutil.rmtree(path)
    except OSError as error:
        raise folder_error(path.parent, error) from error


def write_failure(path: Path, error: EcgModelError) -> None:
    """Keep why a run failed; on a full disk, in the space that was reserved for it.

    Raises
    ------
    OSError
        Where it cannot be written even so.
    """
    if not (path / "job.json").exists():  # it was deleted meanwhile
        return
    values = {name: value if isinstance(value, int | float) else _say(value) for name, value in error.values.items()}
    failure = json.dumps({"template": error.template, "values": values}).encode()
    try:
        write_atomically(path / "failure.json", failure)
    except OSError:
        (path / "reserve").unlink(missing_ok=True)
        write_atomically(path / "failure.json", failure)


def _say(value: object) -> str:
    """Return a value as a visitor may read it, of a path its last part."""
    return value.name if isinstance(value, Path) else str(value)


def _read_failure(path: Path) -> EcgModelError | None:
    if not (path / "failure.json").exists():
        return None
    failure = read_values(path / "failure.json")
    try:
        error = EcgModelError(failure["template"], **failure["values"])
        str(error)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return EcgModelError("The reason for this failure can no longer be read. Resume the run to see it again.")
    return error
