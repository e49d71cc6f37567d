"""Runs and what may befall them: kills, a full disk, a folder that goes, a clock that jumps, two visitors at once."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.command_line.main import USER_FAULT, main
from ecgmodel.network.model_file import read_model
from ecgmodel.training import fit
from ecgmodel.training.jobs import jobs, work
from ecgmodel.training.jobs.connection import ClusterSilentError
from ecgmodel.training.jobs.job_file import list_trained_models, read_job
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.jobs.jobs import create_run, list_runs, read_run
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import RunFolder
from tests.faults.conftest import fill
from tests.unit.training.jobs import quick_worker
from tests.unit.training.jobs.quick_worker import QUICK

PATIENCE_S = 240


@pytest.fixture
def quick_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train in this process, with the arithmetic of `quick_worker`."""
    monkeypatch.setattr(fit, "TrainStep", quick_worker.QuickStep)


@pytest.mark.nightly
@pytest.mark.faults(what="ten kills of the worker during a training", holds="60 of 60 epochs, identical weights")
def test_ten_kills_of_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_with_kills(tmp_path, monkeypatch, quick_worker.find_worker)


@pytest.mark.nightly
@pytest.mark.faults(what="ten kills of the scheduler during a training", holds="60 of 60 epochs, identical weights")
def test_ten_kills_of_the_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_with_kills(tmp_path, monkeypatch, JobQueue.cluster_pid)


def train_with_kills(folder: Path, monkeypatch: pytest.MonkeyPatch, victim: Callable[[JobQueue], int | None]) -> None:
    """Kill ten times while 60 epochs are trained; compare with a training that nobody disturbed."""
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", quick_worker.__name__)
    preset = replace(QUICK, settings=replace(QUICK.settings, epochs=60))
    queue = JobQueue(folder)
    try:
        killed = create_run(folder, preset, 0, "killed")
        for number in range(10):
            train_until(queue, killed, 5 * number + 2)
            while (pid := victim(queue)) is None:
                time.sleep(0.05)  # until the one that died before has a successor
            os.kill(pid, signal.SIGKILL)
        train_until(queue, killed, 60)
        undisturbed = create_run(folder, preset, 0, "undisturbed")
        train_until(queue, undisturbed, 60)
    finally:
        queue.close()
    assert_alike(killed, undisturbed)


def train_until(queue: JobQueue, path: Path, n_epochs: int) -> None:
    """Wait for epochs, as a page does that looks and hands over what waits; the last one waits for the model."""
    deadline = time.monotonic() + PATIENCE_S
    while len((run := read_run(path)).epochs) < n_epochs or (n_epochs == 60 and run.state != "finished"):
        assert run.state not in ("failed", "damaged"), run.error
        assert time.monotonic() < deadline, f"{run.state} after {len(run.epochs)} epochs"
        if run.state == "waiting":
            with contextlib.suppress(ClusterSilentError):  # as a page does, which tells of it and asks again
                queue.hand_over()
        time.sleep(0.05)  # between two looks, as a page


HOST = """
import sys, time
from pathlib import Path
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.jobs.jobs import list_runs
folder = Path(sys.argv[1])
queue = JobQueue(folder)
while any(run.state != "finished" for run in list_runs(folder)):
    queue.hand_over()
    time.sleep(0.1)
queue.close()
"""
"""An app's part in a training."""


@pytest.mark.nightly
@pytest.mark.faults(what="ten kills of the app's process during a training", holds="60 of 60 epochs, identical weights")
def test_ten_kills_of_the_host(tmp_path: Path) -> None:
    preset = replace(QUICK, settings=replace(QUICK.settings, epochs=60))
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"DASK_DISTRIBUTED__WORKER__PRELOAD": quick_worker.__name__, "PYTHONPATH": path}
    moments = random.Random(0)
    runs = [create_run(tmp_path / name, preset, 0, name) for name in ("killed", "undisturbed")]
    for run, n_kills in zip(runs, (10, 0), strict=True):
        for number in itertools.count():
            host = subprocess.Popen([sys.executable, "-c", HOST, str(run.parent)], env=env)
            n_epochs = len(read_run(run).epochs)
            deadline = time.monotonic() + PATIENCE_S
            while host.poll() is None and (number >= n_kills or len(read_run(run).epochs) < n_epochs + 3):
                assert time.monotonic() < deadline
                time.sleep(0.05)  # between two looks at another process
            time.sleep(moments.uniform(0, 0.2))  # anywhere in an epoch
            if host.poll() is not None:
                assert host.returncode == 0
                break
            host.kill()
            host.wait()
    assert_alike(*runs)


def assert_alike(killed: Path, undisturbed: Path) -> None:
    """Compare two runs of 60 epochs."""
    for path in (killed, undisturbed):
        assert [epoch.epoch for epoch in read_run(path).epochs] == list(range(1, 61))
    expected = read_model(undisturbed / "model.safetensors").weights
    for name, value in read_model(killed / "model.safetensors").weights.items():
        np.testing.assert_array_equal(value, expected[name])


@pytest.mark.faults(
    what="the disk of the runs is full",
    holds="the run stops with the reason, keeps its epochs, and goes on to its end once there is room",
)
def test_a_full_disk_of_runs(small_disk: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = create_run(small_disk, QUICK, 0, "full")
    save, filled = RunFolder.save_checkpoint, []

    def fill_after_two(folder: RunFolder, checkpoint: object) -> None:
        if len(checkpoint.epochs) == 3 and not filled:
            filled.append(fill(small_disk))
        save(folder, checkpoint)

    monkeypatch.setattr(RunFolder, "save_checkpoint", fill_after_two)
    work.train_job(path)
    run = read_run(path)
    assert (run.state, len(run.epochs)) == ("failed", 2)
    assert "No space left" in str(run.error)
    assert list(path.glob("*.part")) == []
    with pytest.raises(jobs.ConfigError, match="No space left"):
        create_run(small_disk, QUICK, 0, "another")
    assert [found.title for found in list_runs(small_disk)] == ["full"]
    filled[0].unlink()
    jobs.request_training(path)
    work.train_job(path)
    assert read_run(path).state == "finished"


@pytest.mark.faults(
    what="the disk is full where a command writes its table",
    holds="a sentence and exit code 2; nothing half written; with room again the same command goes on",
)
def test_a_full_disk_of_a_command(small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv = Path(__file__).parents[1] / "data" / "csv"
    (tmp_path / "in").mkdir()
    shutil.copy(csv / "polar.txt", tmp_path / "in")
    full = fill(small_disk)
    out = small_disk / "out.csv"
    many = ["classify", "--many", str(tmp_path / "in"), "--out", str(out), "--workers", "1"]
    for command in (["classify", str(csv / "polar.txt"), "--csv", str(out)], many):
        assert main(command) == USER_FAULT
        assert "No space left" in capsys.readouterr().err
        assert not out.exists()
    full.unlink()
    assert main(many) == 0
    assert "polar.txt,130.0" in out.read_text()


@pytest.mark.faults(
    what="the folder of runs is removed while one is trained",
    holds="the training ends at once, nothing comes back, and the list is empty",
)
@pytest.mark.parametrize("when", ["records", "batches"])
def test_a_removed_folder_of_runs(when: str, tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = create_run(tmp_path / "runs", QUICK, 0, "removed")
    note = work._Recorder.note

    def remove(recorder: work._Recorder, progress: Progress) -> None:
        if progress.stage == when:
            shutil.rmtree(tmp_path / "runs", ignore_errors=True)
        note(recorder, progress)

    monkeypatch.setattr(work._Recorder, "note", remove)
    monkeypatch.setattr(work, "PROGRESS_EVERY_S", 0.0)
    work.train_job(path)
    assert not (tmp_path / "runs").exists()
    assert list_runs(tmp_path / "runs") == ()
    with pytest.raises(jobs.ConfigError, match="someone deleted it"):
        jobs.rename_run(path, "back")
    assert not (tmp_path / "runs").exists()


@pytest.mark.faults(
    what="the clock is set back by a day between and within trainings",
    holds="every run is listed and trained; times that were measured stay above zero",
)
def test_a_clock_that_is_set_back(tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(1_000_000_000.0, -86_400.0)
    monkeypatch.setattr(jobs.time, "time", lambda: next(now))
    first, second = (create_run(tmp_path, QUICK, 0, title) for title in ("first", "second"))
    assert first != second
    for path in (first, second):
        work.train_job(path)
        run = read_run(path)
        assert run.state == "finished"
        assert all(epoch.seconds > 0 for epoch in run.epochs)
    assert {run.title for run in list_runs(tmp_path)} == {"first", "second"}


@pytest.mark.faults(
    what="two trainings of one name begin and end in the same second",
    holds="two folders, two models, two names to choose from",
)
def test_two_trainings_in_one_second(tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.time, "time", lambda: 1_000_000_000.0)
    drawn = iter(["aaaaaa", "aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr(jobs.secrets, "token_hex", lambda _n: next(drawn))
    paths = [create_run(tmp_path, QUICK, fold, "gru") for fold in (0, 1)]
    assert len(set(paths)) == 2
    trainings = [threading.Thread(target=work.train_job, args=(path,)) for path in paths]
    for training in trainings:
        training.start()
    for training in trainings:
        training.join()
    assert [read_run(path).fold for path in paths] == [0, 1]
    models = list_trained_models(tmp_path)
    assert {model.path.parent for model in models} == set(paths)
    assert len({model.name for model in models}) == 2


@pytest.mark.faults(
    what="two visitors rename a run, and a third stops it, at the same moment",
    holds="it has one of the names, it stops, and it can be read at every moment",
)
def test_two_visitors_rename_a_run(tmp_path: Path) -> None:
    path = create_run(tmp_path, QUICK, 0, "before")
    start = threading.Barrier(4)
    seen: set[str] = set()

    def rename(title: str) -> None:
        start.wait()
        for _ in range(40):
            jobs.rename_run(path, title)

    def stop() -> None:
        start.wait()
        jobs.request_stop(path)

    askers = [threading.Thread(target=rename, args=(title,)) for title in ("mine", "yours")]
    askers.append(threading.Thread(target=stop))
    for asker in askers:
        asker.start()
    start.wait()
    while any(asker.is_alive() for asker in askers):
        seen.add(read_job(path).title)
    assert read_job(path).title in ("mine", "yours")
    assert not read_job(path).wanted
    assert seen <= {"before", "mine", "yours"}
    assert [part.name for part in path.iterdir() if part.name.endswith(".part")] == []
