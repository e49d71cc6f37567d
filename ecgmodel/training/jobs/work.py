"""What a worker does with a job: train its run to the end, a stop or a failure; the folder says which."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.training.jobs.job_file import JOB_LOCK, read_job, read_values
from ecgmodel.training.jobs.jobs import write_failure
from ecgmodel.training.progress import Progress, Stage
from ecgmodel.training.run_folder import RunFolder, RunHeldError
from ecgmodel.training.train import cut_training_segments, read_preset, train_preset

MAX_DEATHS = 10
"""How often the process may die within one epoch before the job is given up."""

PROGRESS_EVERY_S = 0.5


def train_job(path: Path) -> None:
    """Train a run to its end, its stop or its failure.

    It may be called again after dying at any moment. Where another process works on the run, nothing is done.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not read_job(path).wanted or RunFolder(path).model_path.exists():
        return
    try:
        with RunFolder(path).hold(JOB_LOCK):
            _train(path)
    except RunHeldError:
        return
    except EcgModelError as error:
        write_failure(path, error)
    except OSError as error:
        stopped = EcgModelError(
            "The training stopped: {reason}. Its last whole epoch is kept; make room on the disk, then go on.",
            reason=error.strerror or error,
        )
        write_failure(path, stopped)


def _train(path: Path) -> None:
    folder = RunFolder(path)
    n_done = len(folder.read_all_events())
    if _count_starts(path, n_done) > MAX_DEATHS:
        raise ConfigError(
            "The training process died {n} times in epoch {epoch}. Train a smaller network or smaller batches.",
            n=MAX_DEATHS,
            epoch=n_done + 1,
        )
    description = folder.read_config()
    if description is None:
        raise ConfigError("The configuration of this run is missing. Start a new run.")
    preset = read_preset(description)
    recorder = _Recorder(path)
    recorder.note(Progress("process"))
    segments = cut_training_segments(preset, recorder.note_record)
    if not (path / "job.json").exists():
        return  # deleted meanwhile, and a training would bring its folder back
    train_preset(
        preset,
        segments,
        int(description["fold"]),
        path,
        resume=True,
        should_stop=recorder.should_stop,
        on_progress=recorder.note,
    )


class _Recorder:
    """Keeps a job's progress in its folder, and looks there for a stop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = time.time()
        self._written = self._looked = 0.0
        self._told: set[Stage] = set()
        self._stop = False

    def note_record(self, number: int, total: int) -> None:
        self.note(Progress("records", number, total))

    def should_stop(self) -> bool:
        now = time.monotonic()
        if now - self._looked >= PROGRESS_EVERY_S:
            self._looked = now
            # A folder that was deleted meanwhile asks for a stop as well.
            self._stop = not (self._path / "job.json").exists() or not read_job(self._path).wanted
        return self._stop

    def note(self, progress: Progress) -> None:
        """Keep what is being done now: each new stage at once, and its progress from time to time."""
        now = time.monotonic()
        is_new = progress.stage not in self._told
        # Where the folder was deleted meanwhile, nothing brings it back.
        if (is_new or now - self._written >= PROGRESS_EVERY_S) and (self._path / "job.json").exists():
            self._written = now
            self._told.add(progress.stage)
            noted = replace(progress, began=self._began)
            write_atomically(self._path / "progress.json", json.dumps(noted.to_dict()).encode())


def _count_starts(path: Path, n_done: int) -> int:
    """Count, and keep, how often the run was started with this many epochs done."""
    before = read_values(path / "deaths.json")
    known = isinstance(before.get("starts"), int) and before.get("epochs") == n_done
    starts = before["starts"] + 1 if known else 1
    write_atomically(path / "deaths.json", json.dumps({"epochs": n_done, "starts": starts}).encode())
    return starts
