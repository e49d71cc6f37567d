"""`classify --many`: a table with a line for each recording, which goes on where it was, and which no file ends."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from ecgmodel.command_line.main import USER_FAULT, main
from ecgmodel.command_line.many import _digest
from ecgmodel.network.model_file import shipped_model_path
from ecgmodel.records.imports.gather import list_folder, open_archives, sort_files

CSV = Path(__file__).parents[1] / "data" / "csv"
TRUTH = json.loads((CSV / "corpus.json").read_text(encoding="utf-8"))["signals"]


@pytest.fixture(autouse=True)
def _plain_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are spawned import the main module again; tests of pages leave the app there."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Recordings of three kinds in two folders, one file that is none, and heartbeat rows."""
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    for name in ("apple-en.csv", "holter.edf", "mitbih_test.csv"):
        shutil.copy(CSV / name, tmp_path / "in" / name)
    shutil.copy(CSV / "polar.txt", tmp_path / "in" / "deeper")
    (tmp_path / "in" / "letter.txt").write_text("Dear doctor,\nplease find my heart.\n")
    return tmp_path / "in"


def test_a_line_for_each_recording(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rates and leads are those of the files; what cannot be read has its reason; run again, nothing is done twice."""
    out = tmp_path / "out.parquet"
    assert main(["classify", "--many", str(folder), "--out", str(out), "--workers", "1"]) == 0
    rows = {row["name"]: row for row in pq.read_table(out).to_pylist()}
    assert list(rows) == ["apple-en.csv", "deeper/polar.txt", "holter.edf", "letter.txt", "mitbih_test.csv"]
    for name, file in (
        ("apple-en.csv", "apple-en.csv"),
        ("deeper/polar.txt", "polar.txt"),
        ("holter.edf", "holter.edf"),
    ):
        assert rows[name]["fs"] == TRUTH[file]["fs"]
        assert rows[name]["lead"] == TRUTH[file]["leads"][0]
        assert rows[name]["n_beats"] == pytest.approx(len(TRUTH[file]["r_sample"]), abs=2)
        assert rows[name]["error"] == ""
    assert "Dear doctor" in rows["letter.txt"]["error"]
    assert "without their rhythm" in rows["mitbih_test.csv"]["error"]
    capsys.readouterr()
    (folder / "letter.txt").write_text("0.1\n0.2\n")  # this one changed
    assert main(["classify", "--many", str(folder), "--out", str(out), "--workers", "1"]) == 0
    err = capsys.readouterr().err
    assert "4 of 5 recordings were done before" in err
    assert "5 of 5: letter.txt" in err


def test_another_model_of_the_same_name_does_all_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model trained anew under its old path is another: no table is half of the one and half of the other."""
    (tmp_path / "in").mkdir()
    shutil.copy(CSV / "polar.txt", tmp_path / "in")
    model, out = tmp_path / "mine.safetensors", tmp_path / "out.csv"
    many = ["classify", "--many", str(tmp_path / "in"), "--model", str(model), "--out", str(out), "--workers", "1"]
    digests = set()
    for name in ("beats-gru", "paper-gru"):
        shutil.copy(shipped_model_path(name), model)
        digests.add(_digest(str(model)))
        assert main(many) == 0
        assert "1 of 1: polar.txt" in capsys.readouterr().err
    assert len(digests) == 2


def test_half_a_line_of_a_killed_run_is_no_harm(folder: Path, tmp_path: Path) -> None:
    """What a killed run left is taken up as far as it is whole."""
    out = tmp_path / "out.csv"
    assert main(["classify", "--many", str(folder), "--out", str(out), "--workers", "1"]) == 0
    whole = out.read_text()
    parts = tmp_path / "out.csv.parts.jsonl"
    parts.write_text(parts.read_text()[:-100])
    out.unlink()
    assert main(["classify", "--many", str(folder), "--out", str(out), "--workers", "1"]) == 0
    assert out.read_text() == whole


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--many", "nowhere", "--out", "x.parquet"], "no folder"),
        (["--many", ".", "--out", "x.xls"], ".parquet or .csv"),
        (["208", "--many", "."], "either"),
        ([], "either"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", *arguments]) == USER_FAULT
    assert word in capsys.readouterr().err


def test_files_are_sorted_into_recordings(tmp_path: Path) -> None:
    """WFDB files and annotations go with their record; every other file is one by itself, in archives too."""
    names = ("a/x.hea", "a/x.dat", "a/x.atr", "100.csv", "100annotations.txt", "b.csv", ".DS_Store")
    found = sort_files(dict.fromkeys(names, b"1"))
    assert {name: sorted(files) for name, files in found.items()} == {
        "a/x": ["x.atr", "x.dat", "x.hea"],
        "100.csv": ["100.csv", "100annotations.txt"],
        "b.csv": ["b.csv"],
    }
    opened = open_archives({"wfdb-atr.zip": CSV / "wfdb-atr.zip"})
    assert list(sort_files(opened)) == ["x/x"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    assert [name for name, _ in list_folder(tmp_path)] == ["100.csv", "100annotations.txt", "a/x", "b.csv"]
