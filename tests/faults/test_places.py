"""Odd homes, full disks, an odd language of the system: pages and commands work all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecgmodel.command_line.main import USER_FAULT
from ecgmodel.training.jobs.jobs import create_run, read_run
from tests.browser.server import ROOT
from tests.faults.conftest import fill, make_read_only
from tests.unit.training.jobs.quick_worker import QUICK

VARIABLES = (
    *("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"),
    *("ECG_DATA_DIR", "ECG_SVDB_DIR", "ECG_RUNS_DIR"),
)
PAGES = ("records", "train")
MORE_PAGES = ("predict", "gates", "evaluate", "learn", "upload", "annotate")

NO_HOME = """
import pwd, runpy, sys

known = sys.argv.pop(1)
find = pwd.getpwuid

def find_here(uid):
    if not known:
        raise KeyError("getpwuid(): uid not found")
    found = list(find(uid))
    found[5] = known
    return pwd.struct_passwd(found)

pwd.getpwuid = find_here
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)
"""
"""Runs a module where the system knows the user's home as the first argument says, or knows no such user."""


def run_python(arguments: list[str], env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess:
    """Run Python in an environment without the test's home."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | {"PYTHONPATH": path} | env,
        cwd=cwd,
        capture_output=True,
        check=False,
        timeout=240,
    )


def visit(env: dict[str, str], cwd: Path, pages: tuple[str, ...], start: tuple[str, ...] = ("-m",)) -> None:
    """Visit pages in Chinese; none may have an exception, and all must speak Chinese."""
    done = run_python([*start, "tests.faults.visit", *pages], env, cwd)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    seen = json.loads(done.stdout)
    assert {page: found["exceptions"] for page, found in seen.items()} == {page: [] for page in pages}
    assert all(found["chinese"] > 100 for found in seen.values()), seen


LENGTHS = [pytest.param(PAGES, id="two pages"), pytest.param(MORE_PAGES, marks=pytest.mark.nightly, id="the others")]


@pytest.mark.faults(
    what="HOME cannot be written, and the system's language is C",
    holds="every page comes without a fault, in Chinese too; a command says what it cannot write",
)
@pytest.mark.parametrize("pages", LENGTHS)
def test_a_home_that_cannot_be_written(pages: tuple[str, ...], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where folders would be")  # which the administrator, too, cannot write into
    env = {"HOME": str(home), "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    visit(env, tmp_path, pages)
    done = run_python(["-m", "ecgmodel", "classify", "simulated-mixed", "--json"], env, tmp_path)
    assert done.returncode == 0, done.stderr[-500:]
    assert json.loads(done.stdout)["beats"]
    assert home.is_file()


@pytest.mark.faults(
    what="there is no HOME",
    holds="every page comes without a fault, from the home that the system knows; nothing is written anywhere else",
)
@pytest.mark.parametrize("pages", LENGTHS)
def test_no_home(pages: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    visit({}, tmp_path / "here", pages, ("-c", NO_HOME, str(tmp_path / "home")))
    assert list((tmp_path / "here").iterdir()) == []
    assert (tmp_path / "home" / ".cache" / "ecgmodel").is_dir()


@pytest.mark.faults(
    what="there is no HOME, and the user is unknown to the system, as in some containers",
    holds="a command says to set HOME, and makes no folder called ~",
)
def test_an_unknown_user(tmp_path: Path) -> None:
    done = run_python(["-c", NO_HOME, "", "ecgmodel", "classify", "simulated-mixed", "--json"], {}, tmp_path)
    assert done.returncode == USER_FAULT
    assert done.stderr.decode() == "This user has no home folder. Name one that can be written in the variable HOME.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.faults(
    what="the disk of the cache is full",
    holds="every page comes without a fault, in Chinese too",
)
@pytest.mark.parametrize("pages", LENGTHS)
def test_a_full_cache(pages: tuple[str, ...], small_disk: Path, tmp_path: Path) -> None:
    fill(small_disk)
    visit({"HOME": str(tmp_path), "XDG_CACHE_HOME": str(small_disk), "XDG_DATA_HOME": str(small_disk)}, tmp_path, pages)


@pytest.mark.faults(
    what="the folder of runs can be read alone, and a run waits in it",
    holds="every page comes without a fault, in Chinese too; the run still waits",
)
@pytest.mark.nightly
def test_a_read_only_folder_of_runs(small_disk: Path, tmp_path: Path) -> None:
    path = create_run(small_disk, QUICK, 0, "waiting")
    before = {file: file.read_bytes() for file in path.iterdir()}
    make_read_only(small_disk)
    visit({"HOME": str(tmp_path), "ECG_RUNS_DIR": str(small_disk)}, tmp_path, PAGES + MORE_PAGES)
    assert read_run(path).state == "waiting"
    assert {file: file.read_bytes() for file in path.iterdir()} == before


@pytest.mark.faults(
    what="the system's language is C, and files and records have Chinese names",
    holds="commands read them, and write their names as they are",
)
def test_chinese_names_under_lang_c(tmp_path: Path) -> None:
    folder = tmp_path / "心电"
    folder.mkdir()
    (folder / os.fsdecode("旧".encode("gbk") + b".txt")).write_bytes(b"no text")
    (folder / "记录.txt").write_bytes((ROOT / "tests" / "data" / "csv" / "polar.txt").read_bytes())
    env = {"HOME": str(tmp_path), "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    out = tmp_path / "表.csv"
    done = run_python(
        ["-m", "ecgmodel", "classify", "--many", str(folder), "--out", str(out), "--workers", "1"], env, tmp_path
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    assert "记录.txt" in out.read_text("utf-8")
    assert r"\xbe\xc9.txt" in out.read_text("utf-8")  # 旧 in the coding of an old Windows
    done = run_python(["-m", "ecgmodel", "classify", str(folder / "记录.txt")], env, tmp_path)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
