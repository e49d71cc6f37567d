"""Nothing of a visitor's file stays on the disk: what libraries must read from files is gone when they have read it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ImportFileError
from ecgmodel.records.exports.wfdb_files import format_atr, format_wfdb, parse_atr
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.record import Annotations

CSV = Path(__file__).parents[3] / "data" / "csv"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which is this test's own; so are home and the working folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["apple-en.csv", "wfdb-atr.zip", "wfdb-212.zip", "holter.edf", "openbci.txt"])
def test_reading_leaves_no_file(name: str, folder: Path, home: Path) -> None:
    record = read_files({name: (CSV / name).read_bytes()}).record
    format_wfdb(record, record.annotations)
    assert _files(folder, home) == []


def test_refusing_leaves_no_file(folder: Path, home: Path) -> None:
    files = {"x.hea": b"x 1 360 99999\nx.dat 212 200/mV 12 0 0 0 0 II\n", "x.dat": b"\1\0" * 100}
    with pytest.raises(ImportFileError):
        read_files(files)
    with pytest.raises(ImportFileError):
        parse_atr(b"nothing of the kind")
    assert _files(folder, home) == []


def test_labels_leave_no_file(folder: Path, home: Path) -> None:
    marks = Annotations(np.array([100, 200]), np.array(["N", "V"]), np.array(["", ""]))
    assert parse_atr(format_atr(marks, 360.0)).sample.tolist() == [100, 200]
    assert _files(folder, home) == []


def _files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
