"""Jobs: the queue, a stop, and a process that is killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import read_model
from ecgmodel.training import jobs, work
from ecgmodel.training.fit import TrainSettings
from ecgmodel.training.job_file import MAX_TITLE
from ecgmodel.training.job_queue import JobQueue
from ecgmodel.training.jobs import Run, create_run, list_runs, read_run
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder

TINY = NetworkConfig(filters=(2, 2), kernels=(3, 3), units=2, dense=(), readout="last")
QUICK = Preset(
    "quick",
    "runs",
    "segments-10fold",
    TINY,
    TrainSettings(epochs=3, batch=64, learning_rate=1e-2),
    records=("simulated-mixed",),
)
PATIENCE_S = 240


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobQueue]:
    """An embedded cluster."""
    queue = JobQueue(tmp_path_factory.mktemp("runs"))
    yield queue
    queue.close()


def wait_for(path: Path, *states: str) -> Run:
    """Wait until a run is in one of some states."""
    deadline = time.monotonic() + PATIENCE_S
    while (run := read_run(path)).state not in states:
        assert time.monotonic() < deadline, f"{run.state} after {len(run.epochs)} epochs"
        time.sleep(0.1)
    return run


def test_killing_the_process_at_20_random_moments_costs_no_epoch(queue: JobQueue) -> None:
    """The same number of epochs as asked for, and a readable run after every kill."""
    n_epochs = 40
    preset = replace(QUICK, settings=replace(QUICK.settings, epochs=n_epochs))
    path = create_run(queue.folder, preset, 0, "killed twenty times")
    queue.hand_over()
    moments = random.Random(0)
    n_kills, n_done = 0, 0
    while n_kills < 20:
        began = n_done
        deadline = time.monotonic() + PATIENCE_S
        # Half of the kills wait for an epoch to end, so that they fall into training and writing, not into the start.
        while n_kills % 2 and len(read_run(path).epochs) <= began:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 1.0))
        pid = queue.worker_pid()
        if pid is None:
            continue
        os.kill(pid, signal.SIGKILL)
        n_kills += 1
        run = read_run(path)
        assert run.state in ("waiting", "starting", "training", "finished")
        assert [epoch.epoch for epoch in run.epochs] == list(range(1, len(run.epochs) + 1))
        checkpoint = RunFolder(path).read_checkpoint()
        assert (0 if checkpoint is None else len(checkpoint.epochs)) >= len(run.epochs) >= n_done
        n_done = len(run.epochs)
        if run.state == "finished":
            break
    run = wait_for(path, "finished", "failed", "stopped")
    assert run.state == "finished", run.error
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, n_epochs + 1))
    assert read_model(path / "model.safetensors").card.epochs == n_epochs
    assert n_kills == 20


def test_jobs_wait_for_each_other_and_stop_when_asked(queue: JobQueue) -> None:
    """One is trained, the next waits; a stop keeps whole epochs, and the run goes on from them."""
    long = replace(QUICK, settings=replace(QUICK.settings, epochs=500))
    first = create_run(queue.folder, long, 0, "first")
    second = create_run(queue.folder, QUICK, 1, "second")
    queue.hand_over()
    run = wait_for(first, "training")
    assert read_run(second).state == "waiting"
    with pytest.raises(ConfigError, match="goes on already"):
        jobs.request_training(first)
    while len(run.epochs) < 2:
        time.sleep(0.05)
        run = read_run(first)
    assert run.seconds_left > 0
    assert 0 < run.progress < 1
    with pytest.raises(ConfigError, match="is being trained"):
        jobs.delete_run(first)
    jobs.request_stop(first)
    stopped = wait_for(first, "stopped")
    assert 2 <= len(stopped.epochs) < 500
    assert wait_for(second, "finished").progress == 1

    RunFolder(first).write_config(RunFolder(first).read_config() | {"training": {**_short(stopped)}})
    jobs.request_training(first)
    queue.hand_over()
    assert len(wait_for(first, "finished").epochs) == len(stopped.epochs) + 1
    jobs.delete_run(first)
    assert first.name not in {run.key for run in list_runs(queue.folder)}


def _short(run: Run) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(replace(run.preset.settings, epochs=len(run.epochs) + 1))


def test_what_cannot_be_trained_says_why(queue: JobQueue, no_mitdb: None) -> None:
    """A record that is not to be had ends the job with a sentence, and others go on."""
    path = create_run(queue.folder, replace(QUICK, records=("nobody",)), 0, "no such record")
    queue.hand_over()
    run = wait_for(path, "failed", "finished")
    assert "nobody" in str(run.error)
    jobs.request_training(path)
    assert read_run(path).state == "waiting"
    jobs.request_stop(path)


def test_a_folder_that_was_edited_by_hand_is_told(tmp_path: Path) -> None:
    """Each damage gets its sentence; nothing raises, nothing is lost."""
    path = create_run(tmp_path, QUICK, 0, "edited")
    (path / "config.json").write_text('{"preset": "quick"}')
    run = read_run(path)
    assert run.state == "damaged"
    assert "was edited" in str(run.error)
    (path / "config.json").write_text("{")
    assert "not the config" in str(read_run(path).error)
    (path / "job.json").write_text("[]")
    (path / "progress.json").write_text("{}")
    (path / "events.jsonl").write_text('{"epoch": 1')
    assert read_run(path).title == path.name
    assert list_runs(tmp_path)[0].epochs == ()


def test_titles(tmp_path: Path) -> None:
    """A run can be renamed, not to nothing."""
    path = create_run(tmp_path, QUICK, 0, "  one   two ")
    assert read_run(path).title == "one two"
    jobs.rename_run(path, "x" * 200)
    assert len(read_run(path).title) == MAX_TITLE
    with pytest.raises(ConfigError, match="needs a name"):
        jobs.rename_run(path, " ")


def test_a_process_that_always_dies_is_given_up(tmp_path: Path) -> None:
    """After the tenth death in one epoch, with advice."""
    path = create_run(tmp_path, QUICK, 0, "doomed")
    for _ in range(work.MAX_DEATHS):
        work._count_starts(path, 0)
    work.train_job(path)
    run = read_run(path)
    assert run.state == "failed"
    assert "died 10 times in epoch 1" in str(run.error)
    jobs.request_training(path)
    assert read_run(path).state == "waiting"


def test_one_process_a_folder(tmp_path: Path) -> None:
    """Two trainings of one run at once: the second is refused."""
    folder = RunFolder(tmp_path)
    with folder.hold():
        assert folder.is_held()
        with pytest.raises(ConfigError, match="Another process"), folder.hold():
            pass
    assert not folder.is_held()
