"""The list of databases, and the second one as it was published."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.record import default_lead
from ecgmodel.records.sources import catalogue
from ecgmodel.records.sources.database_files import check_file, published_files, record_files
from ecgmodel.records.sources.databases import DATABASES, MITDB, SVDB, find_database, lead_of, person


def test_no_two_records_share_a_name():
    """126 records: 48 and 78, all names different, each of the database that its name says."""
    names = [name for database in DATABASES for name in database.record_names]
    assert len(names) == len(set(names)) == 48 + 78
    assert find_database("208") is MITDB
    assert find_database("svdb/800") is SVDB
    assert find_database("800") is find_database("svdb/208") is find_database("mitdb/208") is None


def test_svdb_has_78_records_of_three_files():
    """800 to 812, 820 to 829 and 840 to 894 (PhysioNet's list), each of three files with a SHA-256."""
    numbers = [int(name.removeprefix("svdb/")) for name in SVDB.record_names]
    assert numbers == [*range(800, 813), *range(820, 830), *range(840, 895)]
    files = published_files(SVDB)
    assert len(files) == 3 * 78
    # 30 min of two leads at 128 Hz, 12 bits a sample.
    assert {file.n_bytes for file in files.values() if file.name.endswith(".dat")} == {1800 * 128 * 2 * 12 // 8}
    assert {file.record for file in files.values()} == set(SVDB.record_names)


def test_checksums_of_svdb_are_physionets(svdb_folder: Path):
    """The list agrees with the checksums that PhysioNet publishes, and the files at hand with the list."""
    lines = (svdb_folder / "SHA256SUMS-all.txt").read_text().splitlines()
    files = published_files(SVDB)
    assert {name: sha256 for sha256, name in map(str.split, lines)} == {
        file.name: file.sha256 for file in files.values()
    }
    held = [file for file in files.values() if (svdb_folder / file.name).exists()]
    assert len(held) >= 3 * 39
    for file in held:
        content = (svdb_folder / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert file.n_bytes == len(content)


def test_a_record_of_svdb(svdb_folder: Path):
    """865 as PhysioNet shows it: two leads at 128 Hz, 30 minutes, 1,102 N, 1,818 S and 235 V beats."""
    record = catalogue.open_record("svdb/865", allow_download=False)
    assert (record.leads, record.fs, record.duration_s) == (("ECG1", "ECG2"), 128.0, 1800.0)
    assert (record.default_lead, record.source, record.name) == ("ECG1", "svdb", "svdb/865")
    counts = Counter(record.annotations.beats().symbol.tolist())
    assert (counts["N"], counts["S"], counts["V"]) == (1102, 1818, 235)
    summary = catalogue.read_summary("svdb/865")
    assert (summary.fs, summary.leads, summary.symbol_counts["S"]) == (128.0, ("ECG1", "ECG2"), 1818)


def test_a_folder_with_some_records(svdb_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_mitdb: None):
    """Of a folder that lacks records, those that are whole can be opened; an altered file is named, with its mend."""
    for file in record_files("svdb/803"):
        (tmp_path / file.name).write_bytes((svdb_folder / file.name).read_bytes())
    monkeypatch.setenv("ECG_SVDB_DIR", str(tmp_path))
    places = {entry.name: entry.available for entry in catalogue.list_records()}
    assert (places["svdb/803"], places["svdb/808"]) == ("folder", "download")
    assert catalogue.open_record("svdb/803", allow_download=False).n_samples == 230_400
    with pytest.raises(RecordError, match=r"python -m ecgmodel download svdb/808"):
        catalogue.open_record("svdb/808", allow_download=False)
    data = bytearray((tmp_path / "803.dat").read_bytes())
    data[1000] ^= 1
    (tmp_path / "803.dat").write_bytes(data)
    with pytest.raises(RecordError, match=r"803\.dat .* was altered.*download svdb/803"):
        catalogue.open_record("svdb/803", allow_download=False)


def test_what_comes_without_a_size_is_still_checked(tmp_path: Path):
    """PhysioNet's list of checksums gives no sizes; a file of another content is refused all the same."""
    file = next(file for file in published_files(SVDB).values() if file.n_bytes is None)
    (tmp_path / file.name).write_bytes(b"another version")
    with pytest.raises(RecordError, match="was altered"):
        check_file(tmp_path, file)


def test_one_man_has_two_records():
    """201 and 202 are one man (PhysioNet's directory of mitdb)."""
    assert person("202") == person("201") == "201"
    assert person("svdb/801") == "svdb/801"


@pytest.mark.parametrize("database", DATABASES, ids=lambda database: database.name)
def test_the_lead_of_a_record_is_that_of_its_header(database, mitdb_folder, svdb_folder):
    """Known without the record: the one that a page reads before a choice."""
    for name in database.record_names:
        outline = catalogue.read_outline(name)
        if outline is not None:
            assert lead_of(name) == default_lead(outline.leads)
