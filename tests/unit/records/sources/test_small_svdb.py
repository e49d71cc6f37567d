"""Bad input in the place of svdb: tiny records that wfdb wrote, in a folder of the test's own."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgmodel.command_line.main import main
from ecgmodel.errors import RecordError
from ecgmodel.records.sources import catalogue, database_files
from ecgmodel.records.sources.database_files import PublishedFile
from ecgmodel.records.sources.databases import SVDB
from ecgmodel.records.sources.download import cache_folder, download_records
from tests.unit.records.conftest import serve

FS = 128


@pytest.fixture
def small_svdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_mitdb: None) -> Path:
    """Return a folder with svdb/800, svdb/801 and, of one lead alone, svdb/802, as if PhysioNet had published them."""
    folder = tmp_path / "svdb"
    folder.mkdir()
    for number, leads in (("800", ["ECG1", "ECG2"]), ("801", ["ECG1", "ECG2"]), ("802", ["ECG1"])):
        beats = np.arange(FS, 19 * FS, FS)
        signal = np.zeros((20 * FS, len(leads)))
        signal[beats] = 1.0
        with warnings.catch_warnings(action="ignore"):  # of pandas 3, about how wfdb uses it
            wfdb.wrsamp(
                number,
                fs=FS,
                units=["mV"] * len(leads),
                sig_name=leads,
                p_signal=signal,
                fmt=["212"] * len(leads),
                write_dir=str(folder),
            )
        symbols = ["S" if i == 5 else "N" for i in range(len(beats))]
        wfdb.wrann(number, "atr", beats, symbols, fs=FS, write_dir=str(folder))
    published = {
        path.name: PublishedFile(
            path.name, None, hashlib.sha256(path.read_bytes()).hexdigest(), f"svdb/{path.name.partition('.')[0]}"
        )
        for path in folder.iterdir()
    }
    monkeypatch.setattr(database_files, "published_files", lambda database: published)
    monkeypatch.setenv("ECG_SVDB_DIR", str(folder))
    return folder


def test_leads_and_rate(small_svdb: Path):
    """A record of svdb has its own leads and rate, a length in seconds by that rate, and its S."""
    record = catalogue.open_record("svdb/800", allow_download=False)
    assert (record.name, record.fs, record.leads, record.duration_s) == ("svdb/800", 128.0, ("ECG1", "ECG2"), 20.0)
    assert record.annotations.symbol.tolist().count("S") == 1
    assert catalogue.read_summary("svdb/800").symbol_counts == {"N": 17, "S": 1}


def test_without_a_second_lead(small_svdb: Path):
    """A record of one lead is read by that; the other is asked for in vain, and the answer names what there is."""
    record = catalogue.open_record("svdb/802", allow_download=False)
    assert record.default_lead == "ECG1"
    with pytest.raises(RecordError, match=r"'ECG2' is not in record svdb/802, which has ECG1\."):
        record.lead("ECG2")


def test_a_missing_record(small_svdb: Path):
    """Where one file of a record is gone, that record alone is not here, and the sentence says how to fetch it."""
    (small_svdb / "801.atr").unlink()
    places = {entry.name: entry.available for entry in catalogue.list_records()}
    assert (places["svdb/800"], places["svdb/801"], places["svdb/803"]) == ("folder", "download", "download")
    with pytest.raises(RecordError, match=r"python -m ecgmodel download svdb/801$"):
        catalogue.open_record("svdb/801", allow_download=False)


def test_another_version(small_svdb: Path):
    """A header of another content is refused before it is read, by the name of its file."""
    header = small_svdb / "800.hea"
    header.write_text(header.read_text().replace("128", "250"))
    with pytest.raises(RecordError, match=r"800\.hea .* was altered.*python -m ecgmodel download svdb/800$"):
        catalogue.open_record("svdb/800", allow_download=False)


@pytest.fixture
def physionet(small_svdb: Path, monkeypatch: pytest.MonkeyPatch):
    """Serve these records in the place of PhysioNet, and name no folder."""
    from wfdb.io import download

    files = {path.name: path.read_bytes() for path in small_svdb.iterdir()}
    monkeypatch.delenv("ECG_SVDB_DIR")
    for running in serve(files):
        monkeypatch.setattr(download.config, "db_index_url", running.url)
        yield running


def test_download_resumes(physionet, capsys: pytest.CaptureFixture):
    """What is there and whole is not fetched again; a wrong one is; records land in svdb's own cache folder."""
    names = ("svdb/800", "svdb/801")
    headers = download_records(names)
    assert {header.parent for header in headers} == {cache_folder(SVDB)}
    asked = len(physionet.requests)
    (cache_folder(SVDB) / "801.dat").write_bytes(b"cut")
    download_records(names)
    assert physionet.requests[asked:] == ["801.dat"]
    assert catalogue.open_record("svdb/801", allow_download=False).n_samples == 20 * FS


def test_all_of_a_database(physionet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """`download --database svdb --all` fetches each record of svdb, none of mitdb."""
    from ecgmodel.records.sources import download

    asked: list[str] = []

    def note(names, folder, report):
        asked.extend(names)
        return (cache_folder(SVDB) / "800.hea",)

    monkeypatch.setattr(download, "download_records", note)
    main(["download", "--database", "svdb", "--all"])
    assert tuple(asked) == SVDB.record_names
    assert str(cache_folder(SVDB)) in capsys.readouterr().out
