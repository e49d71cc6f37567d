"""A record's files change while visitors have it open: nobody meets a fault, or half of one and half of another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.screen import APP, all_words, shows_trace


@pytest.fixture
def folder(mitdb_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of one record, 100, of which the tests may do what they want."""
    for suffix in (".hea", ".dat", ".atr"):
        shutil.copy(mitdb_folder / f"100{suffix}", tmp_path)
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ECG_SVDB_DIR", raising=False)
    return tmp_path


def cut(folder: Path, _database: Path) -> None:
    data = (folder / "100.dat").read_bytes()
    (folder / "100.dat").write_bytes(data[: len(data) // 3])


def cut_labels(folder: Path, _database: Path) -> None:
    (folder / "100.atr").write_bytes((folder / "100.atr").read_bytes()[:1001])


def swap(folder: Path, database: Path) -> None:
    for suffix in (".dat", ".atr"):
        shutil.copy(database / f"119{suffix}", folder / f"100{suffix}")


def empty(folder: Path, _database: Path) -> None:
    for suffix in (".hea", ".dat", ".atr"):
        (folder / f"100{suffix}").write_bytes(b"")


def remove(folder: Path, _database: Path) -> None:
    for suffix in (".hea", ".dat", ".atr"):
        (folder / f"100{suffix}").unlink()


def tells(app: AppTest) -> bool:
    """Tell whether a page says what is wrong, or offers to fetch the record."""
    return bool(app.error) or "not on this machine yet" in all_words(app)


@pytest.mark.usefixtures("navigated")
@pytest.mark.faults(
    what="the files of a record are cut, swapped, emptied or removed while it is open",
    holds="its visitor goes on, and a new one gets a trace or a sentence; no page has a fault",
)
@pytest.mark.parametrize("change", [cut, cut_labels, swap, empty, remove])
def test_files_that_change_under_a_visitor(change: object, folder: Path, mitdb_folder: Path) -> None:
    visitor = AppTest.from_file(str(APP), default_timeout=120)
    visitor.query_params["record"] = "100"
    visitor.run()
    assert shows_trace(visitor)
    change(folder, mitdb_folder)
    visitor.query_params["t"] = "600"
    visitor.run()
    assert not visitor.exception
    assert shows_trace(visitor) or tells(visitor), all_words(visitor)
    other = AppTest.from_file(str(APP), default_timeout=120)
    other.query_params["record"] = "100"
    other.run()
    assert not other.exception
    assert shows_trace(other) or tells(other), all_words(other)
