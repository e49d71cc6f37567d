"""Trainings as jobs: runs that wait, are trained one after the other, stopped, resumed, renamed and deleted.

Everything that is known of a job lies in its run folder, so every tab, every visitor and the next start of the app see
the same jobs:

job.json       its title, and whether it is to be trained; whoever asks for something writes it
progress.json  how far its epoch is
deaths.json    how often its process died in one epoch
failure.json   why it failed
lock           held while it is trained

A cluster of `dask.distributed` does the work: the embedded one of `training.cluster`, or the one whose scheduler's
address is in `DASK_SCHEDULER_ADDRESS`; its workers need the same run folders and records.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.train import cut_training_segments, describe_run, read_preset, train_preset

if TYPE_CHECKING:
    from distributed import Client, Future

RUNS_VARIABLE = "ECG_RUNS_DIR"
"""Environment variable that names the folder of all runs."""

SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"

MAX_DEATHS = 10
"""How often the process may die within one epoch before the job is given up."""

PROGRESS_EVERY_S = 0.5
MAX_TITLE = 60

JobState = Literal["waiting", "training", "stopping", "stopped", "failed", "finished", "damaged"]


@dataclass(frozen=True, slots=True)
class Job:
    """What `job.json` holds.

    Attributes
    ----------
    title : str
    submitted : float
        Seconds since 1970; jobs are trained in this order.
    wanted : bool
        Whether it is to be trained; false asks a running training to stop.
    """

    title: str
    submitted: float
    wanted: bool = True


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
    batch, n_batches : int
        Of the epoch that is being trained; 0 before its first batch.
    error : EcgModelError or None
        Why it failed, or what is damaged.
    submitted : float
    """

    key: str
    path: Path
    title: str
    state: JobState
    preset: Preset | None
    fold: int
    epochs: tuple[EpochResult, ...]
    batch: int
    n_batches: int
    error: EcgModelError | None
    submitted: float

    @property
    def n_epochs(self) -> int:
        """How many it is to have."""
        return 0 if self.preset is None else self.preset.settings.epochs

    @property
    def progress(self) -> float:
        """Share of all epochs that is done, 0 to 1."""
        if self.state == "finished":
            return 1.0
        part = self.batch / self.n_batches if self.n_batches and self.state in ("training", "stopping") else 0.0
        return min(1.0, (len(self.epochs) + part) / max(self.n_epochs, 1))

    @property
    def seconds_left(self) -> float | None:
        """Time that the remaining epochs take at the speed of the last ones; `None` before the first one ended."""
        if not self.epochs or self.state == "finished":
            return None
        lately = [epoch.seconds for epoch in self.epochs[-3:]]
        return (1 - self.progress) * self.n_epochs * sum(lately) / len(lately)


def runs_folder() -> Path:
    """Return the folder of all runs: `ECG_RUNS_DIR`, else one in the user's data folder."""
    named = os.environ.get(RUNS_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("ecgmodel", appauthor=False)) / "runs"


def list_runs(folder: Path) -> tuple[Run, ...]:
    """Return all runs of a folder, the newest first."""
    found = [read_run(path) for path in folder.glob("*") if (path / "job.json").is_file()]
    return tuple(sorted(found, key=lambda run: (-run.submitted, run.key)))


def read_run(path: Path) -> Run:
    """Return how a run is now; what is damaged in it is told, not raised."""
    folder, error = RunFolder(path), None
    job = _read_job(path)
    preset, fold = None, 0
    try:
        description = folder.read_config()
        if description is None:
            raise ConfigError("The config of this run is gone. Start a new one.")
        preset, fold = read_preset(description), int(description["fold"])
    except ConfigError as damage:
        error = damage
    state: JobState
    if folder.model_path.exists():
        state = "finished"
    elif preset is None:
        state = "damaged"
    elif folder.is_held():
        state = "training" if job.wanted else "stopping"
    elif (failure := _read_failure(path)) is not None:
        state, error = "failed", failure
    else:
        state = "waiting" if job.wanted else "stopped"
    epochs = folder.read_events()
    progress = _read_progress(path)
    current = progress.get("epoch") == len(epochs) + 1
    return Run(
        key=path.name,
        path=path,
        title=job.title,
        state=state,
        preset=preset,
        fold=fold,
        epochs=epochs,
        batch=progress["batch"] if current else 0,
        n_batches=progress["n_batches"] if current else 0,
        error=error,
        submitted=job.submitted,
    )


def create_run(folder: Path, preset: Preset, fold: int, title: str) -> Path:
    """Write the folder of a new run that waits to be trained, and return it.

    Raises
    ------
    ConfigError
        Where the fold does not exist, or the title is empty.
    OSError
        Where it cannot be written.
    """
    description = describe_run(preset, fold)
    read_preset(description)  # raises where it could not be trained
    title = _check_title(title)
    now = time.time()
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{secrets.token_hex(3)}"
    RunFolder(path).write_config(description)
    _write_job(path, Job(title, now))
    return path


def request_stop(path: Path) -> None:
    """Ask for a stop: a training ends with its batch, a waiting job leaves the queue. Its whole epochs are kept."""
    _write_job(path, replace(_read_job(path), wanted=False))


def request_training(path: Path) -> None:
    """Ask for a run to be trained (on)."""
    for name in ("failure.json", "deaths.json"):
        (path / name).unlink(missing_ok=True)
    _write_job(path, replace(_read_job(path), wanted=True, submitted=time.time()))


def rename_run(path: Path, title: str) -> None:
    """Give a run another title.

    Raises
    ------
    ConfigError
        Where it is empty.
    """
    _write_job(path, replace(_read_job(path), title=_check_title(title)))


def delete_run(path: Path) -> None:
    """Delete a run with all its files.

    Raises
    ------
    ConfigError
        Where it is being trained.
    """
    if RunFolder(path).is_held():
        raise ConfigError("This run is being trained. Stop it before you delete it.")
    (path / "job.json").unlink(missing_ok=True)  # first: half a folder without it is no run
    shutil.rmtree(path)


def train_job(path: Path) -> None:
    """Train a run to its end, its stop or its failure; what happened is written into its folder.

    This is what a worker does. It may be called again after it died at any moment.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not _read_job(path).wanted or RunFolder(path).model_path.exists():
        return
    n_done = len(RunFolder(path).read_events())
    try:
        if _count_starts(path, n_done) > MAX_DEATHS:
            raise ConfigError(
                "The training process died {n} times in epoch {epoch}. Train a smaller network or smaller batches.",
                n=MAX_DEATHS,
                epoch=n_done + 1,
            )
        description = RunFolder(path).read_config()
        if description is None:
            raise ConfigError("The config of this run is gone. Start a new one.")
        preset = read_preset(description)
        recorder = _Recorder(path)
        train_preset(
            preset,
            cut_training_segments(preset),
            int(description["fold"]),
            path,
            resume=True,
            on_batch=recorder.note_batch,
            on_epoch=recorder.note_epoch,
            should_stop=recorder.should_stop,
        )
    except EcgModelError as error:
        _write_failure(path, error)
    except OSError as error:
        stopped = EcgModelError(
            "The run in {path} stopped: {reason}. Its last whole epoch is kept; make room and go on with --resume.",
            path=path.name,
            reason=error.strerror or error,
        )
        _write_failure(path, stopped)


class JobQueue:
    """The cluster, and the jobs that this process has handed to it. Safe to share between threads.

    Parameters
    ----------
    folder : Path
        Of all runs.
    address : str or None
        Of a scheduler; `None` starts the embedded cluster when it is first needed.
    """

    def __init__(self, folder: Path, address: str | None = None) -> None:
        self.folder = folder
        self._address = address
        self._process: subprocess.Popen | None = None
        self._client: Client | None = None
        self._futures: dict[str, Future] = {}
        self._guard = threading.Lock()

    def hand_over(self, runs: Sequence[Run] | None = None) -> None:
        """Hand every waiting run to the cluster that it does not have yet, the oldest first.

        So does a new start of the app go on with what the last one left.

        Raises
        ------
        ConfigError
            Where the cluster cannot be reached.
        """
        runs = list_runs(self.folder) if runs is None else runs
        waiting = sorted((run for run in runs if run.state == "waiting"), key=lambda run: run.submitted)
        if not waiting:
            return
        with self._guard:
            for run in waiting:
                future = self._futures.get(run.key)
                if future is None or future.done():
                    self._futures[run.key] = self._connect().submit(
                        train_job, run.path.resolve(), key=f"{run.key}-{secrets.token_hex(3)}", pure=False
                    )

    def worker_pid(self) -> int | None:
        """Return the process that trains; `None` while there is none, and on other machines it means little."""
        with self._guard:
            found = self._connect().run(os.getpid)
        return next(iter(found.values()), None)

    def close(self) -> None:
        """End the embedded cluster; a run that is being trained waits, and goes on from its last whole epoch."""
        with self._guard:
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

    def _connect(self) -> Client:
        from distributed import Client

        if self._process is not None and self._process.poll() is not None:
            # The cluster's own process was killed: what it was doing starts again with the next one.
            self._process.stdin.close()
            self._process.stdout.close()
            self._process, self._client = None, None
            self._futures.clear()
        if self._client is not None and self._client.status == "running":
            return self._client
        address = self._address or self._start_cluster()
        try:
            self._client = Client(address, timeout=30, set_as_default=False)
        except OSError as error:
            raise ConfigError("The training cluster at {address} does not answer.", address=address) from error
        return self._client

    def _start_cluster(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH")) if part)
        with (self.folder / "cluster.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ecgmodel.training.cluster"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONPATH": path},
            )
        address = self._process.stdout.readline().decode().strip()
        if not address:
            raise ConfigError("The training cluster did not start. {path} says why.", path=self.folder / "cluster.log")
        return address


class _Recorder:
    """Keeps a job's progress in its folder, and looks there for a stop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._epoch = len(RunFolder(path).read_events()) + 1
        self._written = self._looked = 0.0
        self._stop = False

    def note_batch(self, number: int, total: int) -> None:
        now = time.monotonic()
        if now - self._written >= PROGRESS_EVERY_S:
            self._written = now
            state = {"epoch": self._epoch, "batch": number, "n_batches": total}
            write_atomically(self._path / "progress.json", json.dumps(state).encode())

    def note_epoch(self, result: EpochResult) -> None:
        self._epoch = result.epoch + 1

    def should_stop(self) -> bool:
        now = time.monotonic()
        if now - self._looked >= PROGRESS_EVERY_S:
            self._looked = now
            # A folder that was deleted meanwhile asks for a stop as well.
            self._stop = not (self._path / "job.json").exists() or not _read_job(self._path).wanted
        return self._stop


def _check_title(title: str) -> str:
    title = " ".join(title.split())[:MAX_TITLE]
    if not title:
        raise ConfigError("A run needs a name.")
    return title


def _write_failure(path: Path, error: EcgModelError) -> None:
    values = {name: value if isinstance(value, int | float) else str(value) for name, value in error.values.items()}
    if (path / "job.json").exists():  # else it was deleted meanwhile
        failure = {"template": error.template, "values": values}
        write_atomically(path / "failure.json", json.dumps(failure).encode())


def _read_failure(path: Path) -> EcgModelError | None:
    values = _read_values(path / "failure.json")
    if not values:
        return None
    return EcgModelError(str(values.get("template", "")), **values.get("values", {}))


def _count_starts(path: Path, n_done: int) -> int:
    """Count, and keep, how often the run was started with this many epochs done."""
    before = _read_values(path / "deaths.json")
    starts = before.get("starts", 0) + 1 if before.get("epochs") == n_done else 1
    write_atomically(path / "deaths.json", json.dumps({"epochs": n_done, "starts": starts}).encode())
    return starts


def _write_job(path: Path, job: Job) -> None:
    write_atomically(path / "job.json", json.dumps(asdict(job)).encode())


def _read_job(path: Path) -> Job:
    """Return what `job.json` holds; where it was edited by hand and cannot be read, the run is taken as stopped."""
    values = _read_values(path / "job.json")
    title, submitted, wanted = (values.get(name) for name in ("title", "submitted", "wanted"))
    if not (isinstance(title, str) and isinstance(submitted, float) and isinstance(wanted, bool)):
        return Job(title=path.name, submitted=0.0, wanted=False)
    return Job(title, submitted, wanted)


def _read_progress(path: Path) -> dict[str, int]:
    state = _read_values(path / "progress.json")
    found = {name: state.get(name) for name in ("epoch", "batch", "n_batches")}
    return found if all(isinstance(value, int) for value in found.values()) else {}


def _read_values(path: Path) -> dict:
    """Return the object in a JSON file; an empty one where there is none."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
