"""Jobs: the queue, a stop, and a process that is killed at any moment."""

from __future__ import annotations

import errno
import math
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from distributed.security import Security

from ecgmodel import atomic
from ecgmodel.errors import ConfigError
from ecgmodel.network.model_file import read_model
from ecgmodel.training import fit
from ecgmodel.training.jobs import job_queue, jobs, work
from ecgmodel.training.jobs.cluster import NICENESS_VARIABLE, read_niceness
from ecgmodel.training.jobs.connection import connect
from ecgmodel.training.jobs.job_file import JOB_LOCK, MAX_TITLE, list_trained_models
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.jobs.jobs import Run, create_run, list_runs, read_run
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.step import StepResult
from tests.unit.training.jobs import quick_worker
from tests.unit.training.jobs.quick_worker import QUICK

PATIENCE_S = 240


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobQueue]:
    """An embedded cluster, whose workers do the arithmetic of `quick_worker`."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", quick_worker.__name__)
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


def wait_for_epochs(path: Path, n: int) -> Run:
    """Wait until a run has some epochs."""
    deadline = time.monotonic() + PATIENCE_S
    while len((run := read_run(path)).epochs) < n:
        assert run.state not in ("failed", "damaged", "finished"), run.error
        assert time.monotonic() < deadline, f"{run.state} after {len(run.epochs)} epochs"
        time.sleep(0.05)
    return run


@pytest.mark.faults(
    what="the process of a training is killed at 20 random moments",
    holds="every epoch of 60, identical weights, a run that can be read after each kill",
)
def test_killing_the_process_at_20_random_moments_costs_no_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many epochs as asked for, a readable run after every kill, and the weights of a run that nobody disturbed."""
    # A new process runs the main module first, and Streamlit's harness leaves the app behind as that.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload([quick_worker.__name__])
    n_epochs = 60
    preset = replace(QUICK, settings=replace(QUICK.settings, epochs=n_epochs))

    def work(path: Path, seconds: float | None) -> bool:
        """Let a process do the job for some seconds, and tell whether it was killed."""
        process = context.Process(target=quick_worker.work_on, args=(path,))
        process.start()
        process.join(seconds)
        killed = process.is_alive()
        process.kill()
        process.join()
        assert killed or process.exitcode == 0
        return killed

    undisturbed = create_run(tmp_path, preset, 0, "undisturbed")
    work(undisturbed, None)
    began = time.monotonic()
    work(create_run(tmp_path, preset, 0, "timed"), None)
    whole_s = time.monotonic() - began
    expected = read_model(undisturbed / "model.safetensors").weights

    moments, n_kills = random.Random(0), 0
    while n_kills < 20:
        path, n_done, state = create_run(tmp_path, preset, 0, "killed"), 0, "waiting"
        while state != "finished":
            n_kills += work(path, moments.uniform(0, whole_s / 2) if n_kills < 20 else None)
            run = read_run(path)
            state = run.state
            assert state in ("waiting", "finished"), run.error
            assert [epoch.epoch for epoch in run.epochs] == list(range(1, len(run.epochs) + 1))
            checkpoint = RunFolder(path).read_checkpoint()
            kept = 0 if checkpoint is None else len(checkpoint.epochs)
            assert kept >= len(run.epochs) >= n_done
            n_done = len(run.epochs)
        assert n_done == n_epochs
        for name, value in read_model(path / "model.safetensors").weights.items():
            np.testing.assert_array_equal(value, expected[name])


@pytest.mark.faults(
    what="the worker, then the whole cluster of a training are killed",
    holds="it goes on from its last whole epoch, and nobody trains it twice",
)
def test_a_killed_worker_and_a_killed_cluster_cost_no_epoch(queue: JobQueue) -> None:
    """It goes on by itself, or with the next hand-over; a second queue, as of another app, does not train it twice."""
    preset = replace(QUICK, settings=replace(QUICK.settings, epochs=1000))
    path = create_run(queue.folder, preset, 0, "killed on the cluster")
    queue.hand_over()
    run = wait_for_epochs(path, 2)
    address, keys = queue.access()
    other = JobQueue(queue.folder, address, security=keys)
    other.hand_over([replace(run, state="waiting")])
    os.kill(quick_worker.find_worker(queue), signal.SIGKILL)
    n_done = len(wait_for_epochs(path, len(read_run(path).epochs) + 1).epochs)
    os.kill(queue.cluster_pid(), signal.SIGKILL)
    wait_for(path, "waiting", "finished")
    queue.hand_over()
    run = wait_for_epochs(path, n_done + 1)
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, len(run.epochs) + 1))
    jobs.request_stop(path)
    wait_for(path, "stopped", "finished")
    other.close()


def test_jobs_wait_for_each_other_and_stop_when_asked(queue: JobQueue) -> None:
    """One is trained, the next waits; a stop keeps whole epochs, and the run goes on from them."""
    long = replace(QUICK, settings=replace(QUICK.settings, epochs=1000))
    first = create_run(queue.folder, long, 0, "first")
    second = create_run(queue.folder, QUICK, 1, "second")
    queue.hand_over()
    run = wait_for_epochs(first, 2)
    assert read_run(second).state == "waiting"
    with pytest.raises(ConfigError, match="is already running"):
        jobs.request_training(first)
    assert run.seconds_left > 0
    assert 0 < run.progress < 1
    with pytest.raises(ConfigError, match="is being trained"):
        jobs.delete_run(first)
    jobs.request_stop(first)
    stopped = wait_for(first, "stopped")
    assert 2 <= len(stopped.epochs) < 1000
    assert wait_for(second, "finished").progress == 1

    RunFolder(first).write_config(RunFolder(first).read_config() | {"training": {**_short(stopped)}})
    jobs.request_training(first)
    queue.hand_over()
    assert len(wait_for(first, "finished").epochs) == len(stopped.epochs) + 1
    jobs.delete_run(first)
    assert first.name not in {run.key for run in list_runs(queue.folder)}


def _short(run: Run) -> dict[str, object]:
    return replace(run.preset.settings, epochs=len(run.epochs) + 1).to_dict()


def test_what_cannot_be_trained_says_why(queue: JobQueue, no_mitdb: None) -> None:
    """A record that is not to be had ends the job with a sentence, and others go on."""
    path = create_run(queue.folder, replace(QUICK, records=("nobody",)), 0, "no such record")
    queue.hand_over()
    run = wait_for(path, "failed", "finished")
    assert "nobody" in str(run.error)
    jobs.request_training(path)
    assert read_run(path).state == "waiting"
    jobs.request_stop(path)


@pytest.mark.faults(
    what="the files of a run are damaged by hand",
    holds="each damage has its sentence; other runs are not touched",
)
def test_a_folder_that_was_edited_by_hand_is_told(tmp_path: Path) -> None:
    """Each damage gets its sentence; nothing raises, nothing is lost."""
    path = create_run(tmp_path, QUICK, 0, "edited")
    (path / "config.json").write_text('{"preset": "quick"}')
    run = read_run(path)
    assert run.state == "damaged"
    assert "was edited" in str(run.error)
    (path / "config.json").write_text("{")
    assert "no longer the configuration" in str(read_run(path).error)
    (path / "job.json").write_text("[]")
    (path / "progress.json").write_text("{}")
    (path / "events.jsonl").write_text('{"epoch": 1')
    assert read_run(path).title == path.name
    assert list_runs(tmp_path)[0].epochs == ()


def test_every_stage_is_noted(tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the process to the first batches, in their order, with the mean loss; then the norms of the epoch."""
    path = create_run(tmp_path, QUICK, 0, "stages")
    seen: list[Progress] = []
    note = work._Recorder.note

    def watch(recorder: work._Recorder, progress: Progress) -> None:
        note(recorder, progress)
        run = read_run(path)
        assert run.doing is not None
        assert run.is_busy
        assert run.doing.began > 0
        seen.append(progress)

    whole = quick_worker.QuickStep.__call__

    def with_norms(step: quick_worker.QuickStep, *batch: object) -> StepResult:
        return replace(whole(step, *batch), gradient_norms={"conv1": 2.0, "gru": 4.0})

    monkeypatch.setattr(work._Recorder, "note", watch)
    monkeypatch.setattr(quick_worker.QuickStep, "__call__", with_norms)
    work.train_job(path)
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert stages == ["process", "records", "tensorflow", "compiling", "batches"]
    compiled = [progress for progress in seen if progress.stage == "compiling"]
    assert [progress.done for progress in compiled] == list(range(len(compiled)))
    assert {progress.total for progress in compiled if progress.epoch == 1} == {len(compiled)}
    batches = [progress for progress in seen if progress.stage == "batches"]
    assert [progress.epoch for progress in batches if progress.done == progress.total] == [1, 2, 3]
    assert all(progress.loss == pytest.approx(1) for progress in batches)  # as the stand-in says of any batch
    assert read_run(path).doing is None
    assert read_run(path).epochs[-1].gradient_norms == pytest.approx({"conv1": 2.0, "gru": 4.0})
    kept = RunFolder(path).read_checkpoint().epochs
    assert [epoch.gradient_norms for epoch in kept] == [epoch.gradient_norms for epoch in read_run(path).epochs]


def test_runs_of_one_title_are_told_apart(tmp_path: Path) -> None:
    """By the end of their keys, as the models in which they end; others keep their titles."""
    first, second, other = (create_run(tmp_path, QUICK, 0, title) for title in ("twin", "twin", "other"))
    names = jobs.name_runs(list_runs(tmp_path))
    assert names == {
        first.name: f"twin · {first.name[-6:]}", second.name: f"twin · {second.name[-6:]}", other.name: "other"
    }  # fmt: skip


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


@pytest.fixture
def quick_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train in this process, with the arithmetic of `quick_worker`."""
    monkeypatch.setattr(fit, "TrainStep", quick_worker.QuickStep)


def test_a_full_disk_stops_the_job_and_keeps_the_last_epoch(
    tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is told, out of the room that was reserved for it; with room again the run goes on to its end."""
    path = create_run(tmp_path, QUICK, 0, "full disk")
    disk_is_full, fsync = False, os.fsync

    def sync(handle: int) -> None:
        nonlocal disk_is_full
        disk_is_full = disk_is_full or len(read_run(path).epochs) == 2
        if disk_is_full and (path / "reserve").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    monkeypatch.setattr(atomic.os, "fsync", sync)
    work.train_job(path)
    run = read_run(path)
    assert run.state == "failed"
    assert os.strerror(errno.ENOSPC) in str(run.error)
    assert len(run.epochs) == len(RunFolder(path).read_checkpoint().epochs) == 2
    assert [part.name for part in path.glob("*.part")] == []
    monkeypatch.setattr(atomic.os, "fsync", fsync)
    jobs.request_training(path)
    work.train_job(path)
    assert read_run(path).state == "finished"
    assert len(read_run(path).epochs) == 3


def test_a_loss_that_is_no_number_stops_the_job_with_advice(
    tmp_path: Path, quick_step: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the good epochs before it are kept."""
    path = create_run(tmp_path, QUICK, 0, "diverged")
    whole = quick_worker.QuickStep.__call__

    def diverge(step: quick_worker.QuickStep, *batch: object) -> StepResult:
        result = whole(step, *batch)
        return result if len(read_run(path).epochs) < 1 else StepResult(math.nan, 0.0)

    monkeypatch.setattr(quick_worker.QuickStep, "__call__", diverge)
    work.train_job(path)
    run = read_run(path)
    assert run.state == "failed"
    assert "learning rate below 0.01" in str(run.error)
    assert len(run.epochs) == 1


@pytest.mark.faults(
    what="two processes train one run",
    holds="the second leaves it to the first",
)
def test_two_processes_at_one_run(tmp_path: Path, quick_step: None) -> None:
    """The second one leaves the run to the first, and writes no failure into it."""
    path = create_run(tmp_path, QUICK, 0, "busy")
    with RunFolder(path).hold(JOB_LOCK):
        assert read_run(path).state == "starting"
        work.train_job(path)
        with pytest.raises(ConfigError, match="Stop it before"):
            jobs.delete_run(path)
    assert read_run(path).state == "waiting"
    assert read_run(path).error is None


def test_a_run_that_is_gone(tmp_path: Path) -> None:
    """Somebody deleted it in another tab."""
    path = create_run(tmp_path, QUICK, 0, "gone")
    jobs.delete_run(path)
    for ask in (jobs.request_stop, jobs.request_training, lambda gone: jobs.rename_run(gone, "new")):
        with pytest.raises(ConfigError, match="someone deleted it"):
            ask(path)
    work.train_job(path)
    assert not path.exists()


def test_a_finished_run_is_no_longer_asked(tmp_path: Path, quick_step: None) -> None:
    """It has its model among the trained ones, under its title, and under another one where that is taken."""
    path = create_run(tmp_path, QUICK, 0, "gru")
    work.train_job(path)
    with pytest.raises(ConfigError, match="all its epochs"):
        jobs.request_training(path)
    (model,) = list_trained_models(tmp_path)
    assert (model.name, model.key, read_model(model.path).card.epochs) == ("gru", path.name, 3)
    (model,) = list_trained_models(tmp_path, taken=("gru",))
    assert model.name == f"gru · {path.name[-6:]}"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file stands in the folder's place."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        create_run(tmp_path / "runs", QUICK, 0, "nowhere")


def test_a_folder_keeps_so_many_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than are kept is refused with what to do; behind a deletion there is room again."""
    monkeypatch.setattr(jobs, "MOST_RUNS", 2)
    first, _ = (create_run(tmp_path, QUICK, 0, title) for title in ("first", "second"))
    with pytest.raises(ConfigError, match="There are 2 runs here, as many as are kept"):
        create_run(tmp_path, QUICK, 0, "third")
    jobs.delete_run(first)
    create_run(tmp_path, QUICK, 0, "third")
    assert len(list_runs(tmp_path)) == 2


def test_a_kept_failure_names_no_folder(tmp_path: Path) -> None:
    """What is shown to every visitor says the last part of a path."""
    path = create_run(tmp_path, QUICK, 0, "fails")
    jobs.write_failure(path, ConfigError("{path} is damaged.", path=Path("/srv/school/ecg/runs/20240101")))
    assert str(read_run(path).error) == "20240101 is damaged."


def test_a_cluster_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is not kept waiting, and is told; the job waits."""
    monkeypatch.setattr(job_queue, "CONNECT_TIMEOUT_S", 0.2)
    path = create_run(tmp_path, QUICK, 0, "alone")
    queue = JobQueue(tmp_path, "tcp://127.0.0.1:9")
    queue.nudge(list_runs(tmp_path))
    deadline = time.monotonic() + PATIENCE_S
    while queue.trouble is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "does not answer" in str(queue.trouble)
    assert read_run(path).state == "waiting"
    queue.close()


def start_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> list[subprocess.Popen]:
    """Let the embedded cluster be a process that runs `code`; return where it will be kept."""
    started, start = [], subprocess.Popen

    def popen(_command: list[str], **settings: object) -> subprocess.Popen:
        started.append(start([sys.executable, "-c", code], **settings))
        return started[0]

    monkeypatch.setattr(job_queue.subprocess, "Popen", popen)
    return started


def test_a_cluster_that_hangs_while_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever: its process is ended, and the run has failed and says why, until it is asked for again."""
    started = start_instead(monkeypatch, "import sys; sys.stdin.read()")
    monkeypatch.setattr(job_queue, "START_TIMEOUT_S", 0.2)
    path = create_run(tmp_path, QUICK, 0, "hangs")
    queue = JobQueue(tmp_path)
    with pytest.raises(ConfigError, match=r"did not start within 0 s\..*cluster\.log"):
        queue.hand_over()
    assert started[0].poll() is not None
    run = read_run(path)
    assert (run.state, "did not start within" in str(run.error)) == ("failed", True)
    jobs.request_training(path)
    assert read_run(path).state == "waiting"
    queue.close()


def test_a_cluster_that_dies_while_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has failed, and what the process said last is where the sentence says."""
    start_instead(monkeypatch, "raise SystemExit('no room in here')")
    path = create_run(tmp_path, QUICK, 0, "dies")
    queue = JobQueue(tmp_path)
    with pytest.raises(ConfigError, match="did not start"):
        queue.hand_over()
    assert read_run(path).state == "failed"
    said = read_run(path).error.values["path"]  # its last part: other visitors read it, too
    assert "no room in here" in (queue.folder / said).read_text()
    queue.close()


def test_any_fault_in_handing_over_is_stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is, the page is told, and the run does not wait for what will not come."""

    def fail(_queue: JobQueue) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(JobQueue, "_connect", fail)
    path = create_run(tmp_path, QUICK, 0, "odd")
    queue = JobQueue(tmp_path)
    queue.nudge(list_runs(tmp_path))
    queue._thread.join(PATIENCE_S)
    run = read_run(path)
    assert run.state == "failed"
    assert "ZeroDivisionError: odd" in str(run.error)
    assert "ZeroDivisionError: odd" in str(queue.trouble)


def test_looking_at_a_run_changes_nothing(tmp_path: Path) -> None:
    """A run that somebody deleted does not come back, and one that is there gets no file."""
    gone, there = tmp_path / "gone", create_run(tmp_path, QUICK, 0, "there")
    for path in (gone, there):
        before = sorted(tmp_path.rglob("*"))
        folder = RunFolder(path)
        assert not folder.is_held()
        assert not folder.is_held(JOB_LOCK)
        assert folder.read_events() == ()
        assert folder.read_checkpoint() is None
        assert read_run(path).epochs == ()
        assert sorted(tmp_path.rglob("*")) == before
    assert RunFolder(gone).read_config() is None


def test_those_who_ask_do_not_shut_one_another_out(tmp_path: Path) -> None:
    """A lock that is free is free for everyone who asks at the same moment, in other processes too."""
    folder = RunFolder(tmp_path)
    with folder.hold():
        pass
    ask = "import sys; from pathlib import Path; from ecgmodel.training.run_folder import RunFolder\n"
    ask += f"folder = RunFolder(Path({str(tmp_path)!r}))\n"
    ask += "print(sum(folder.is_held() for _ in range(5_000)))"
    askers = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [int(asker.communicate()[0]) for asker in askers] == [0, 0]


def test_one_process_a_folder(tmp_path: Path) -> None:
    """Two trainings of one run at once: the second is refused."""
    folder = RunFolder(tmp_path)
    with folder.hold():
        assert folder.is_held()
        with pytest.raises(ConfigError, match="Another process"), folder.hold():
            pass
    assert not folder.is_held()


def test_no_other_account_reaches_the_cluster(queue: JobQueue) -> None:
    """The scheduler of the embedded cluster speaks TLS alone, and answers nobody without the keys of its pipe."""
    address, _ = queue.access()
    assert address.startswith("tls://127.0.0.1:")
    with pytest.raises(ConfigError, match="does not answer"):
        connect(address.replace("tls://", "tcp://"), 3.0)
    stranger = Security.temporary()
    with pytest.raises(ConfigError, match="refuses the connection by TLS"):
        connect(address, 3.0, stranger)


def test_an_idle_cluster_ends_and_the_next_run_starts_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker holds 750 MB; with nothing to train it goes, and the next training comes without a word about it."""
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", quick_worker.__name__)
    queue = JobQueue(tmp_path, idle_s=0.5)
    try:
        first = create_run(tmp_path, QUICK, 0, "first")
        queue.hand_over()
        wait_for(first, "finished")
        deadline = time.monotonic() + PATIENCE_S
        while queue.cluster_pid() is not None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        second = create_run(tmp_path, QUICK, 1, "second")
        queue.hand_over()
        wait_for(second, "finished")
    finally:
        queue.close()


@pytest.mark.parametrize("niceness", ["abc", "-5", "20", "1.5", ""])
def test_a_niceness_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, niceness: str) -> None:
    """The run says which variable is wrong and what it may be, not that a log says why."""
    monkeypatch.setenv(NICENESS_VARIABLE, niceness)
    with pytest.raises(ConfigError, match=f"{NICENESS_VARIABLE} is '{niceness}'.*from 0"):
        read_niceness()
