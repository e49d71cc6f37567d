"""What people ask of a run, in its `job.json`, and which runs have ended in a model: quick to read, for every page.

All that is known of a job lies in its run folder, so every tab, every visitor and the next start of the app see the
same jobs:

job.json       its title, and whether it is to be trained; whoever asks for something writes it
progress.json  how far its epoch is
deaths.json    how often its process died in one epoch
failure.json   why it failed
reserve        room on the disk for `failure.json`, for when there is no other
job.lock       held while a process works on it
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError
from ecgmodel.user_folders import user_data

RUNS_VARIABLE = "ECG_RUNS_DIR"
"""Environment variable that names the folder of all runs."""

SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"
"""Environment variable with the address of the cluster that trains; without it the embedded one does."""

JOB_LOCK = "job.lock"
CHANGE_LOCK = ".change.lock"
"""Beside the runs, and not in one: it must not bring a run back that is deleted meanwhile."""

PATIENCE_S = 10.0
MAX_TITLE = 60
KEY_END = 6
"""Letters of a run's key that tell it from another with the same title."""


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


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The model in which a run ended.

    Attributes
    ----------
    name : str
        The run's title, with the end of its key where something else has the same name.
    key : str
        Name of the run's folder.
    path : Path
        Of the model file.
    title : str
        Of the run.
    """

    name: str
    key: str
    path: Path
    title: str


def name_download(title: str, ending: str) -> str:
    """Return what a file made of a run is called: its title in letters, digits, - and _, and an ending."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in title) + ending


def runs_folder() -> Path:
    """Return the folder of all runs: `ECG_RUNS_DIR`, else one in the user's data folder."""
    named = os.environ.get(RUNS_VARIABLE)
    return Path(named) if named else user_data() / "runs"


def find_run_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders of all runs."""
    return tuple(sorted(path.parent for path in folder.glob("*/job.json")))


def has_unfinished_jobs(folder: Path) -> bool:
    """Tell whether any run is still to be trained."""
    return any(read_job(path).wanted and not (path / "model.safetensors").exists() for path in find_run_folders(folder))


def list_trained_models(folder: Path, taken: Sequence[str] = ()) -> tuple[TrainedModel, ...]:
    """Return the models in which runs ended, the newest run first; none gets a name that is `taken`."""
    paths = [path for path in find_run_folders(folder) if (path / "model.safetensors").is_file()]
    jobs = sorted(((read_job(path), path) for path in paths), key=lambda pair: (-pair[0].submitted, pair[1].name))
    n_titles = Counter([*(job.title for job, _path in jobs), *taken])
    return tuple(
        TrainedModel(
            name=job.title if n_titles[job.title] == 1 else f"{job.title} · {path.name[-KEY_END:]}",
            key=path.name,
            path=path / "model.safetensors",
            title=job.title,
        )
        for job, path in jobs
    )


def check_title(title: str) -> str:
    """Return a title in the form in which it is kept.

    Raises
    ------
    ConfigError
        Where nothing is left of it.
    """
    title = " ".join(title.split())[:MAX_TITLE]
    if not title:
        raise ConfigError("A run needs a name.")
    return title


def write_job(path: Path, job: Job) -> None:
    """Keep what is asked of the run in `path`.

    Raises
    ------
    ConfigError
        Where it cannot be written.
    """
    try:
        write_atomically(path / "job.json", json.dumps(asdict(job)).encode())
    except OSError as error:
        raise folder_error(path.parent, error) from error


@contextmanager
def change_job(path: Path) -> Iterator[Job]:
    """Give the job of a run that is there, while nobody else may change one of this folder of runs.

    So what one visitor asks for is not undone by another, who read the job before and writes it after.

    Raises
    ------
    ConfigError
        Where the run is gone, or the folder cannot be written.
    """
    lock = filelock.FileLock(path.parent / CHANGE_LOCK, timeout=PATIENCE_S)
    try:
        # Before the lock, which would make the folder of the runs anew where somebody removed it.
        _check_there(path)
        lock.acquire()
    except filelock.Timeout as error:
        raise ConfigError("Another visitor is changing a run at this moment. Try again.") from error
    except OSError as error:
        raise folder_error(path.parent, error) from error
    try:
        _check_there(path)
        yield read_job(path)
    finally:
        lock.release()


def _check_there(path: Path) -> None:
    if not (path / "job.json").exists():
        raise ConfigError("This run no longer exists: someone deleted it.")


def folder_error(folder: Path, error: OSError) -> ConfigError:
    """Return the sentence for a folder of runs that cannot be written."""
    return ConfigError(
        "The folder of the runs, {folder}, cannot be written ({reason}). Make room or allow writing there, or name "
        "another one in ECG_RUNS_DIR.",
        folder=folder,
        reason=error.strerror or error,
    )


def read_job(path: Path) -> Job:
    """Return what `job.json` holds; where it was edited by hand and cannot be read, the run is taken as stopped."""
    values = read_values(path / "job.json")
    title, submitted, wanted = (values.get(name) for name in ("title", "submitted", "wanted"))
    if not (isinstance(title, str) and isinstance(submitted, float) and isinstance(wanted, bool)):
        return Job(title=path.name, submitted=0.0, wanted=False)
    return Job(title[:MAX_TITLE], submitted, wanted)


def read_values(path: Path) -> dict:
    """Return the object in a JSON file; an empty one where there is none."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
