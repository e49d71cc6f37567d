"""A cluster of processes on this machine: folds and files come out as in one process, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest

from ecgmodel.command_line.main import USER_FAULT, main
from ecgmodel.errors import ConfigError
from ecgmodel.evaluation import cross_validation as folds
from ecgmodel.evaluation import on_cluster
from ecgmodel.network.model_file import read_model
from ecgmodel.training import fit
from ecgmodel.training.jobs.connection import ClusterSilentError, check_workers, connect
from ecgmodel.training.jobs.job_file import SCHEDULER_VARIABLE
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.jobs.jobs import create_run, list_runs, read_run
from tests.faults.cluster import Processes, cluster
from tests.unit.training.jobs import quick_worker

CSV = Path(__file__).parents[1] / "data" / "csv"
N_FOLDS = 10
QUICK = replace(quick_worker.QUICK, settings=replace(quick_worker.QUICK.settings, epochs=2))
WATCHES = ("apple-en.csv", "polar.txt", "batch-73.csv", "holter.edf")
PATIENCE_S = 240


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A scheduler and three workers, which train without TensorFlow."""
    env = {"DASK_DISTRIBUTED__WORKER__PRELOAD": quick_worker.__name__}
    with cluster(tmp_path_factory.mktemp("cluster"), 3, env=env) as processes:
        yield processes


@pytest.fixture(autouse=True)
def _plain_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are spawned import the main module again; tests of pages leave the app there."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def kill_a_busy_worker(processes: Processes, seen: Path) -> threading.Thread:
    """Kill a worker that has work, as soon as a first result is `seen`; another takes its place."""

    def strike() -> None:
        deadline = time.monotonic() + PATIENCE_S
        with connect(processes.address()) as client:
            while time.monotonic() < deadline:
                busy = [worker for worker, tasks in client.processing().items() if tasks]
                if busy and seen.exists() and seen.stat().st_size:
                    pids = client.run(_pid, workers=busy[:1])
                    processes.kill_worker(pids[busy[0]])
                    processes.add_worker()
                    return
                time.sleep(0.005)

    thread = threading.Thread(target=strike)
    thread.start()
    return thread


def _pid() -> int:
    import os

    return os.getpid()


def answers(out: Path) -> list[np.ndarray]:
    """Return the weights and predictions of all folds."""
    weights = [
        value
        for fold in range(N_FOLDS)
        for _, value in sorted(read_model(folds.fold_folder(out, fold) / "model.safetensors").weights.items())
    ]
    predictions = folds.read_fold_answers(QUICK, out)
    return [*weights, predictions.probabilities, predictions.truth, predictions.fold]


@pytest.mark.faults(
    what="a worker of three is killed while a cluster trains ten folds",
    holds="weights and predictions of one process, to the last bit",
)
def test_ten_folds_with_a_killed_worker_are_those_of_one_process(
    three: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights and predictions are equal to the last bit; each fold is told once."""
    monkeypatch.setattr(fit, "TrainStep", quick_worker.QuickStep)
    here, there = tmp_path / "here", tmp_path / "there"
    for out in (here, there):
        folds.claim_evaluation(QUICK, out, resume=False)
    folds.train_folds(QUICK, here, range(N_FOLDS))
    done: list[int] = []
    killer = kill_a_busy_worker(three, there / "fold-0" / "config.json")
    on_cluster.train_folds_on_cluster(QUICK, there, range(N_FOLDS), three.address(), done.append)
    killer.join()
    assert len([worker for worker in three.workers if worker.poll() is not None]) == 1
    assert sorted(done) == list(range(N_FOLDS))
    for one, other in zip(answers(here), answers(there), strict=True):
        np.testing.assert_array_equal(one, other)


def write_files(folder: Path, count: int) -> Path:
    """Write recordings of four kinds, some of which are none."""
    folder.mkdir()
    for number in range(count):
        name = WATCHES[number % len(WATCHES)]
        shutil.copy(CSV / name, folder / f"{number:03d}-{name}")
    (folder / "letter.txt").write_text("Dear doctor,\nplease find my heart.\n")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "cut.edf").write_bytes((CSV / "holter.edf").read_bytes()[:300])
    (folder / "noise.dat").write_bytes(np.random.default_rng(0).bytes(5000))
    return folder


def classify(folder: Path, out: Path) -> list[dict]:
    """Return the table that `classify --many` writes."""
    assert main(["classify", "--many", str(folder), "--out", str(out), "--workers", "2"]) == 0
    return pq.read_table(out).to_pylist()


@pytest.mark.parametrize("count", [24, pytest.param(200, marks=pytest.mark.nightly)])
@pytest.mark.faults(
    what="a worker of three is killed while a cluster names the beats of many files",
    holds="the table of one process, row for row; nothing is done twice",
)
def test_files_with_a_killed_worker_are_named_as_by_one_process(
    count: int, three: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row for row; the four files that are no recordings have their reason; run again, nothing is done twice."""
    folder = write_files(tmp_path / "in", count)
    expected = classify(folder, tmp_path / "here.parquet")
    n_dead = len([worker for worker in three.workers if worker.poll() is not None])
    monkeypatch.setenv(SCHEDULER_VARIABLE, three.address())
    killer = kill_a_busy_worker(three, tmp_path / "there.parquet.parts.jsonl")
    assert classify(folder, tmp_path / "there.parquet") == expected
    killer.join()
    assert len([worker for worker in three.workers if worker.poll() is not None]) == n_dead + 1
    assert len(expected) == count + 4
    assert sum(bool(row["error"]) for row in expected) == 4
    capsys.readouterr()
    assert classify(folder, tmp_path / "there.parquet") == expected
    assert f"{count + 4} of {count + 4} recordings were done before" in capsys.readouterr().err


@pytest.mark.nightly
@pytest.mark.faults(
    what="a file kills every worker of a cluster that reads it",
    holds="it is a row with the reason; all others have their beats",
)
def test_a_file_under_which_every_worker_dies_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others have their beats, although they lay with the same workers."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        shutil.copy(CSV / "polar.txt", folder / f"{number}.txt")
    shutil.copy(CSV / "polar.txt", folder / "deadly.txt")
    env = {
        "DASK_DISTRIBUTED__WORKER__PRELOAD": "tests.faults.deadly_worker",
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    }
    with cluster(tmp_path, 1, env=env) as processes:
        monkeypatch.setenv(SCHEDULER_VARIABLE, processes.address())
        ended = threading.Event()
        keeper = threading.Thread(target=replace_the_dead, args=(processes, ended))
        keeper.start()
        try:
            rows = {row["name"]: row for row in classify(folder, tmp_path / "out.parquet")}
        finally:
            ended.set()
            keeper.join()
    assert "ended" in rows["deadly.txt"]["error"]
    assert [rows[f"{number}.txt"]["error"] for number in range(3)] == [""] * 3
    assert rows["0.txt"]["n_beats"] > 0


def replace_the_dead(processes: Processes, ended: threading.Event) -> None:
    """Start a worker for each that died."""
    n_replaced = 0
    while not ended.wait(0.05):
        dead = sum(worker.poll() is not None for worker in processes.workers)
        for _ in range(dead - n_replaced):
            processes.add_worker()
        n_replaced = max(n_replaced, dead)


@pytest.mark.nightly
@pytest.mark.faults(
    what="the scheduler of a cluster is killed",
    holds="a sentence; what is done stays, and the same command goes on",
)
def test_a_scheduler_that_goes_away_is_told_and_what_is_done_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, exit code 2; in one process the same command goes on from there."""
    folder = write_files(tmp_path / "in", 24)
    out = tmp_path / "out.parquet"
    parts = tmp_path / "out.parquet.parts.jsonl"
    env = {"DASK_DISTRIBUTED__WORKER__PRELOAD": "tests.faults.slow_worker"}
    with cluster(tmp_path, 1, env=env) as processes:
        monkeypatch.setenv(SCHEDULER_VARIABLE, processes.address())
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")

        def strike() -> None:
            deadline = time.monotonic() + PATIENCE_S
            while not (parts.exists() and parts.stat().st_size) and time.monotonic() < deadline:
                time.sleep(0.01)
            processes.scheduler.kill()

        killer = threading.Thread(target=strike)
        killer.start()
        assert main(["classify", "--many", str(folder), "--out", str(out)]) == USER_FAULT
        killer.join()
    assert "went away" in capsys.readouterr().err
    assert not out.exists()
    n_done = len([line for line in parts.read_text().splitlines() if line])
    assert 0 < n_done < 28
    monkeypatch.delenv(SCHEDULER_VARIABLE)
    assert len(classify(folder, out)) == 28
    assert f"{n_done} of 28 recordings were done before" in capsys.readouterr().err


def test_a_caller_whose_event_loop_runs(three: Processes) -> None:
    """As in a notebook, or in a process that drives a browser: the connection is made all the same."""

    async def ask() -> str:
        with connect(three.address()) as client:
            return client.scheduler.address

    with ThreadPoolExecutor(1) as pool:  # a thread of its own, where no other loop runs
        assert pool.submit(asyncio.run, ask()).result() == three.address()


@pytest.mark.faults(
    what="workers of a cluster do not see the folder",
    holds="a sentence before any work",
)
def test_workers_that_do_not_see_the_folder_are_told_of(three: Processes, tmp_path: Path) -> None:
    """Before any work, with one of them by its address."""
    with connect(three.address()) as client, pytest.raises(ConfigError, match=r"elsewhere is not there for \d of the"):
        check_workers(client, [tmp_path, tmp_path / "elsewhere"])


@pytest.mark.faults(
    what="a cluster has no workers",
    holds="a sentence; the run waits",
)
def test_a_scheduler_without_workers_is_told_of(tmp_path: Path) -> None:
    """The run waits for them, and the page says so; a command does not wait for ever."""
    with cluster(tmp_path, 0) as processes:
        with connect(processes.address()) as client, pytest.raises(ClusterSilentError, match="has no workers"):
            check_workers(client, [], timeout_s=0.1)
        path = create_run(tmp_path / "runs", QUICK, 0, "nobody works")
        queue = JobQueue(tmp_path / "runs", processes.address())
        with pytest.raises(ClusterSilentError, match="has no workers"):
            queue.hand_over(list_runs(tmp_path / "runs"))
        queue.close()
        assert read_run(path).state == "waiting"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tls://127.0.0.1:9", "none are named.*ca-file"),
        ("http://127.0.0.1:8786", "not the address of a scheduler"),
        ("127.0.0.1", "not the address of a scheduler"),
        ("tcp://127.0.0.1:http", "not the address of a scheduler"),
        ("tcp://127.0.0.1:99999", "not the address of a scheduler"),
        ("tcp://:8786", "not the address of a scheduler"),
    ],
)
@pytest.mark.faults(
    what="the address of a cluster cannot work, or wants certificates that are not there",
    holds="a sentence on the page and on the command line; no run waits",
)
def test_an_address_that_cannot_work_fails_the_run_with_its_sentence(
    address: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for it; the page shows the sentence, and a command says it."""
    path = create_run(tmp_path / "runs", QUICK, 0, "nowhere")
    queue = JobQueue(tmp_path / "runs", address)
    queue.nudge(list_runs(tmp_path / "runs"))
    queue._thread.join(PATIENCE_S)
    assert read_run(path).state == "failed"
    with pytest.raises(ConfigError, match=sentence):
        raise ConfigError(str(read_run(path).error))
    with pytest.raises(ConfigError, match=sentence):
        raise queue.trouble
    queue.close()
    monkeypatch.setenv(SCHEDULER_VARIABLE, address)
    (tmp_path / "in").mkdir()
    assert main(["classify", "--many", str(tmp_path / "in"), "--out", str(tmp_path / "out.csv")]) == USER_FAULT
    with pytest.raises(ConfigError, match=sentence):
        raise ConfigError(capsys.readouterr().err)


@pytest.mark.reaches_out
def test_a_machine_that_is_not_known_is_told_of(tmp_path: Path) -> None:
    """Its name may be known later: the run waits."""
    with pytest.raises(ClusterSilentError, match=r"no machine called 'nowhere\.invalid'"):
        connect("tcp://nowhere.invalid:8786")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two certificates that know nothing of each other."""
    import subprocess

    if shutil.which("openssl") is None:
        pytest.skip("There is no openssl on this machine, which would make certificates.")
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("ours", "theirs"):
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
                *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt"), "-days", "2"),
                *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            ],
            check=True,
            capture_output=True,
        )
    return {name: folder / name for name in ("ours.key", "ours.crt", "theirs.key", "theirs.crt")}


@pytest.mark.faults(
    what="certificates of a cluster are missing, damaged or another's",
    holds="a sentence each; with the right ones it works",
)
def test_tls_is_that_of_dask_s_own_configuration(
    certificates: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the certificates of the cluster a client is let in; any others are told of."""
    import dask

    tls = {"distributed.comm.tls.ca-file": str(certificates["ours.crt"])}
    for role in ("scheduler", "worker", "client"):
        tls[f"distributed.comm.tls.{role}.cert"] = str(certificates["ours.crt"])
        tls[f"distributed.comm.tls.{role}.key"] = str(certificates["ours.key"])
    names = {"DASK_" + name.upper().replace("-", "_").replace(".", "__"): value for name, value in tls.items()}
    (tmp_path / "damaged.crt").write_text("no certificate")
    with cluster(tmp_path, 1, "tls", names) as processes:
        address = processes.address()
        assert address.startswith("tls://")
        with dask.config.set(tls), connect(address) as client:
            check_workers(client, [tmp_path])
        for authority, sentence in (
            (str(certificates["theirs.crt"]), "refuses the connection by TLS"),
            (str(tmp_path / "missing.crt"), "No such file"),
            (str(tmp_path / "damaged.crt"), "no certificates for it here"),
        ):
            wrong = tls | {"distributed.comm.tls.ca-file": authority}
            with dask.config.set(wrong), pytest.raises(ConfigError, match=sentence):
                connect(address)
        with pytest.raises(ClusterSilentError, match="wants tls://"):
            connect(address.replace("tls://", "tcp://"))
