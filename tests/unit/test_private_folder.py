"""Folders for what may only pass: closed to others, and gone after their use, or after a kill with the next start."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from ecgmodel import private_folder as folders
from ecgmodel.records.exports.wfdb_files import format_atr
from ecgmodel.records.record import Annotations

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from ecgmodel import private_folder as folders
from ecgmodel.records import wfdb_io
from ecgmodel.records.exports.wfdb_files import format_wfdb
from ecgmodel.records.record import Annotations, Header, Record

folders.MEMORY = Path(sys.argv[1])
write = wfdb_io.write_record

def write_and_die(path, record):
    write(path, record)
    os.kill(os.getpid(), signal.SIGKILL)

wfdb_io.write_record = write_and_die
signals = np.zeros((1000, 1), np.float32)
format_wfdb(Record("secret", signals, ("I",), 250.0, None, Header(), "upload"), None)
"""

SERVING = """
import sys
from pathlib import Path
from ecgmodel import private_folder as folders

folders.MEMORY = Path(sys.argv[1])
with folders.private_folder() as folder:
    (folder / "alive.dat").write_bytes(b"x")
    print("serving", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """Stand for the system's memory folder, for this process and those that it starts."""
    place = tmp_path / "shm"
    place.mkdir()
    monkeypatch.setattr(folders, "MEMORY", place)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # of the processes
    return place


def files_in(place):
    return sorted(path.name for path in place.rglob("*") if path.is_file() and path.suffix != ".lock")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no modes of folders.")
def test_closed_to_others_and_gone_after_use(memory):
    """Nobody else may open the folder, and nothing of it stays, whether its use ends well or not."""
    with folders.private_folder() as folder:
        assert memory in folder.parents
        for part in (folder, folder.parent):
            assert stat.S_IMODE(part.stat().st_mode) == 0o700
        (folder / "a.dat").write_bytes(b"x")
    assert files_in(memory) == []

    def fail():
        with folders.private_folder() as folder:
            (folder / "b.dat").write_bytes(b"x")
            raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        fail()
    assert not any(path.is_dir() for room in memory.iterdir() for path in room.iterdir())
    assert files_in(memory) == []


def test_too_large_for_the_memory(memory, tmp_path):
    """What has no room in the memory goes to the disk, as privately."""
    with folders.private_folder(n_bytes=1 << 62) as folder:
        assert memory not in folder.parents
        assert tmp_path in folder.parents


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL.")
@pytest.mark.parametrize("start", ["start of the app", "next export"])
def test_a_kill_leaves_nothing_beyond_the_next_start(memory, start):
    """A process killed in the middle of an export leaves its file until the next one starts or exports, no longer."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(memory)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert files_in(memory) == ["secret.dat", "secret.hea"]
    if start == "next export":
        format_atr(Annotations(np.array([10]), np.array(["N"]), np.array([""])), 250.0)
    else:
        folders.remove_leftovers()
    assert files_in(memory) == []


def test_what_serves_another_process_stays(memory):
    """A start beside a running app takes nothing away from it."""
    serving = subprocess.Popen(
        [sys.executable, "-c", SERVING, str(memory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert serving.stdout.readline() == b"serving\n"
        folders.remove_leftovers()
        assert files_in(memory) == ["alive.dat"]
    finally:
        serving.communicate(timeout=60)
    assert files_in(memory) == []
