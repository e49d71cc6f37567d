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


def tells(app: AppTest, word: str) -> bool:
    """Tell whether a page says what is wrong."""
    return any(word in error.value for error in app.error) or word in all_words(app)


def come_in(name: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["record"] = name
    return app.run()


@pytest.mark.usefixtures("navigated")
@pytest.mark.faults(
    what="the files of a record are cut, swapped, emptied or removed while it is open, and put back",
    holds="the next look tells of it, to its visitor and to a new one; once they are back, the trace is",
)
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (cut, "has 650,000 bytes, expected 1,950,000"),
        (cut_labels, "File 100.atr"),
        (swap, "was altered"),
        (empty, "is damaged"),
        (remove, "not on this machine yet"),
    ],
)
def test_files_that_change_under_a_visitor(change: object, word: str, folder: Path, mitdb_folder: Path) -> None:
    visitor = come_in("100")
    assert shows_trace(visitor)
    change(folder, mitdb_folder)
    for app in (visitor.run(), come_in("100")):
        assert not app.exception
        assert tells(app, word), all_words(app)
        assert not shows_trace(app)
    for suffix in (".hea", ".dat", ".atr"):
        shutil.copy(mitdb_folder / f"100{suffix}", folder)
    visitor.run()
    assert not visitor.exception
    assert shows_trace(visitor)
