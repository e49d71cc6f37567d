"""Fetching records: what arrives is checked, whole or absent, and never fetched twice."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import DownloadError, RecordError
from ecgmodel.records import wfdb_io
from ecgmodel.records.sources import catalogue as sources
from ecgmodel.records.sources import database_files, download
from ecgmodel.records.sources.download import DownloadProgress, cache_folder, download_records
from tests.unit.records.conftest import Mirror, serve


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()} if folder.exists() else set()


def test_files_arrive_as_published(mirror: Mirror, small_database: dict[str, bytes], tmp_path: Path):
    """Every file of the records asked for is there, byte for byte, and nothing else."""
    headers = download_records(["101", "100"], tmp_path)
    assert headers == (tmp_path / "101.hea", tmp_path / "100.hea")
    assert {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)} == small_database


def test_default_place_is_the_users_cache(mirror: Mirror, home: Path):
    """Without a folder, records go to the user's cache folder."""
    (header,) = download_records(["100"])
    assert header.parent == cache_folder()
    assert home in header.parents
    assert header.is_file()


def test_progress_only_grows_and_ends_complete(mirror: Mirror, small_database: dict[str, bytes], tmp_path: Path):
    """The callback sees bytes grow within a file up to the total, and records up to all."""
    seen: list[DownloadProgress] = []
    download_records(["100", "101"], tmp_path, seen.append)
    total = sum(map(len, small_database.values()))
    assert all(a.n_bytes <= b.n_bytes and a.done <= b.done for a, b in pairwise(seen))
    assert seen[0] == DownloadProgress("100", 0, 2, 0, total)
    assert seen[-1] == DownloadProgress("101", 2, 2, total, total)
    assert len(seen) > 8  # several steps within a .dat file


def test_what_is_there_is_not_fetched_again(mirror: Mirror, tmp_path: Path):
    """A second call asks for nothing; one lost and one altered file are the only ones fetched again."""
    download_records(["100", "101"], tmp_path)
    mirror.requests.clear()
    download_records(["100", "101"], tmp_path)
    assert mirror.requests == []
    (tmp_path / "100.atr").unlink()
    (tmp_path / "101.hea").write_bytes(b"altered")
    seen: list[DownloadProgress] = []
    download_records(["100", "101"], tmp_path, seen.append)
    assert set(mirror.requests) == {"100.atr", "101.hea"}
    assert seen[-1].n_bytes == seen[-1].total_bytes


def test_intact_records_need_no_network(mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Asking for what is there works on a train."""
    download_records(["100"], tmp_path)
    monkeypatch.setattr(download, "_check_reachable", lambda: pytest.fail("The network was asked."))
    download_records(["100"], tmp_path)


@pytest.mark.parametrize("fault", ["500", "short", "altered", "empty", "silent"])
@pytest.mark.parametrize("name", ["100.dat", "100.atr", "100.hea"])
@pytest.mark.faults(
    what="PhysioNet answers wrongly, with half a file, with other bytes, with nothing, or falls silent",
    holds="a sentence that names the file; nothing of it is kept, and the next download goes on",
)
def test_faulty_answers_leave_nothing(
    fault: str, name: str, mirror: Mirror, small_database: dict[str, bytes], tmp_path: Path, monkeypatch
):
    """Whatever is wrong with an answer: an error that names the file, no part of it, no record; then it resumes."""
    monkeypatch.setattr(wfdb_io, "READ_TIMEOUT_S", 0.3)
    mirror.faults[name] = fault
    with pytest.raises(DownloadError) as caught:
        download_records(["100"], tmp_path)
    assert str(caught.value).startswith(name)
    assert "python -m ecgmodel download 100" in str(caught.value)
    assert name not in names_in(tmp_path)
    assert not database_files.is_complete(tmp_path, "100")
    for kept in names_in(tmp_path):
        assert (tmp_path / kept).read_bytes() == small_database[kept]

    mirror.faults.clear()
    mirror.requests.clear()
    kept = names_in(tmp_path)
    download_records(["100"], tmp_path)
    assert database_files.is_complete(tmp_path, "100")
    assert not kept & set(mirror.requests)


@pytest.mark.parametrize("fault", ["dripping", "dripping headers"])
@pytest.mark.faults(
    what="PhysioNet sends a byte at a time, so that no wait for the next one is long",
    holds="a sentence with the bytes that came, when the file's time is up; meanwhile a stop is heard",
)
def test_a_server_that_drips(fault: str, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The connection of a file that is given up is closed; the next download goes on."""
    monkeypatch.setattr(wfdb_io, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(download, "PATIENCE_S", 0.3)
    mirror.faults["100.atr"] = fault
    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"^100\.atr comes too slowly: \d+ of 4,000 bytes in 0 s\."):
        download_records(["100"], tmp_path)
    assert time.monotonic() - started < 5
    assert names_in(tmp_path) == {"100.dat"}
    if fault == "dripping":
        assert mirror.hung_up.wait(10)

    def stop(progress: DownloadProgress) -> None:
        if mirror.count("100.atr") == 2:
            raise InterruptedError

    monkeypatch.setattr(download, "PATIENCE_S", 60)
    with pytest.raises(InterruptedError):
        download_records(["100"], tmp_path, stop)
    mirror.faults.clear()
    download_records(["100"], tmp_path)
    assert database_files.is_complete(tmp_path, "100")


def test_an_old_file_survives_a_failed_fetch(mirror: Mirror, tmp_path: Path):
    """A damaged file is replaced by the right one or not at all."""
    (tmp_path / "100.dat").write_bytes(b"damaged")
    mirror.faults["100.dat"] = "altered"
    with pytest.raises(DownloadError):
        download_records(["100"], tmp_path)
    assert (tmp_path / "100.dat").read_bytes() == b"damaged"


@pytest.mark.parametrize("step", ["fsync", "replace", "mkdir"])
@pytest.mark.faults(
    what="the disk of the fetched records is full",
    holds="a sentence; no part of a file is kept, and an old one stays",
)
def test_disk_full(step: str, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No space left: an error that names the folder, and an empty folder."""

    def refuse(*_: object, **__: object):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = tmp_path / "records"
    owner = Path if step == "mkdir" else os
    monkeypatch.setattr(owner, step, refuse)
    with pytest.raises(DownloadError) as caught:
        download_records(["100"], folder)
    monkeypatch.undo()
    assert str(folder) in str(caught.value)
    assert "No space left" in str(caught.value)
    assert names_in(folder) == set()


def test_a_file_in_the_place_of_the_folder(mirror: Mirror, tmp_path: Path):
    """A folder that cannot be one is a clear error too."""
    (tmp_path / "records").write_text("not a folder")
    with pytest.raises(DownloadError, match="could not be written"):
        download_records(["100"], tmp_path / "records")


def test_stopping_by_the_callback(mirror: Mirror, tmp_path: Path):
    """What the callback raises comes through as it is, an OSError too, and stops the download."""

    def stop(progress: DownloadProgress) -> None:
        if progress.n_bytes > 100_000:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        download_records(["100"], tmp_path, stop)
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("name", ["../100", "", "100.dat", "/etc/passwd", "110", "100\0", "{0}"])
def test_unknown_names(name: str, mirror: Mirror, tmp_path: Path):
    """A name that is none stops everything before the first request."""
    with pytest.raises(RecordError):
        download_records(["100", name], tmp_path)
    assert mirror.requests == []
    assert names_in(tmp_path) == set()


def test_nothing_to_do(tmp_path: Path):
    """No names: no work, no folder."""
    assert download_records([], tmp_path / "none") == ()
    assert not (tmp_path / "none").exists()


@pytest.mark.reaches_out
def test_no_network(home: Path):
    """Without a network: an error at once that says what to do instead."""
    started = time.monotonic()
    with pytest.raises(DownloadError, match="ECG_DATA_DIR"):
        download_records(["100"])
    assert time.monotonic() - started < 3.5
    assert not cache_folder().exists()


@pytest.mark.parametrize("call", ["getaddrinfo", "create_connection"])
@pytest.mark.faults(
    what="a network that never answers",
    holds="a sentence within seconds",
)
def test_a_network_that_never_answers(call: str, small_database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name server or a server that stays silent costs `REACH_TIMEOUT_S`, which is at most 3 s."""
    assert download.REACH_TIMEOUT_S <= 3.0
    monkeypatch.setattr(download, "REACH_TIMEOUT_S", 0.2)
    test_over = threading.Event()

    def wait(*_: object, **__: object):
        test_over.wait(10)
        raise TimeoutError

    monkeypatch.setattr(socket, call, wait)
    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"no answer in 0\.2 s"):
        download_records(["100"], tmp_path)
    assert time.monotonic() - started < 1.0
    test_over.set()


def test_nobody_listens(small_database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A refused connection is an error at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(wfdb_io.download.config, "db_index_url", f"http://127.0.0.1:{taken.getsockname()[1]}/")
        with pytest.raises(DownloadError, match="refused"):
            download_records(["100"], tmp_path)


def test_the_proxy_is_asked_where_there_is_one(mirror: Mirror, small_database, tmp_path: Path, monkeypatch):
    """Behind a proxy the server itself may be out of reach; the download goes through the proxy."""
    monkeypatch.setenv("http_proxy", mirror.url)
    monkeypatch.setattr(wfdb_io.download.config, "db_index_url", "http://mirror.invalid/files/")
    download_records(["100"], tmp_path)
    assert (tmp_path / "100.hea").read_bytes() == small_database["100.hea"]


@pytest.mark.faults(
    what="a download is killed",
    holds="every file is whole or absent; the next one goes on",
)
def test_killed_in_mid_download(mirror: Mirror, small_database: dict[str, bytes], tmp_path: Path):
    """A process killed between two halves of a file leaves whole files alone, and the next one goes on from there."""
    mirror.faults["100.atr"] = "slow"
    script = f"""
import json, sys
from pathlib import Path
from wfdb.io import download as wfdb_download
from ecgmodel.records.sources import database_files, download
published = {{name: database_files.PublishedFile(*row) for name, row in json.loads(sys.argv[1]).items()}}
database_files.published_files = lambda database: published
wfdb_download.set_db_index_url({mirror.url!r})
download.download_records(["100"], Path({str(tmp_path)!r}))
"""
    rows = {
        name: (name, len(data), hashlib.sha256(data).hexdigest(), name[:3]) for name, data in small_database.items()
    }
    root = Path(database_files.__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", script, json.dumps(rows)], cwd=root) as process:
        limit = time.monotonic() + 60
        while not mirror.count("100.atr") and time.monotonic() < limit and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    assert mirror.count("100.atr") == 1
    assert names_in(tmp_path) == {"100.dat"}
    assert (tmp_path / "100.dat").read_bytes() == small_database["100.dat"]

    mirror.faults.clear()
    mirror.requests.clear()
    download_records(["100"], tmp_path)
    assert database_files.is_complete(tmp_path, "100")
    assert "100.dat" not in mirror.requests


def test_a_real_record_through_the_whole_way(mitdb_folder: Path, no_mitdb: None, monkeypatch: pytest.MonkeyPatch):
    """Record 208, fetched on demand, is the record that lies in the folder."""
    files = {f"208{suffix}": (mitdb_folder / f"208{suffix}").read_bytes() for suffix in database_files.SUFFIXES}
    expected = database_files.read_folder_record(mitdb_folder, "208")
    for running in serve(files):
        monkeypatch.setattr(wfdb_io.download.config, "db_index_url", running.url)
        record = sources.open_record("208")
        asked = len(running.requests)
        again = sources.open_record("208")
        assert len(running.requests) == asked
    for read in (record, again):
        np.testing.assert_array_equal(read.signals, expected.signals)
        np.testing.assert_array_equal(read.annotations.symbol, expected.annotations.symbol)
    assert sources.default_record_name() == "208"  # alone here, though another would go before it
