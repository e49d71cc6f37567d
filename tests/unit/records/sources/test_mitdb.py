"""The database as published: its counts, its people, and files that are not as published."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.evaluation.published import MITDB_COUNTS
from ecgmodel.records.record import Header
from ecgmodel.records.sources import database_files
from ecgmodel.records.sources.database_files import SUFFIXES, parse_comments, published_files, read_folder_record
from ecgmodel.records.sources.databases import MITDB


@pytest.fixture(scope="module")
def all_marks(mitdb_folder: Path):
    return {name: database_files.read_folder_annotations(mitdb_folder, name) for name in MITDB.record_names}


@pytest.fixture(scope="module")
def all_headers(mitdb_folder: Path):
    return {name: database_files.read_folder_header(mitdb_folder, name) for name in MITDB.record_names}


def test_48_records_of_three_files():
    """48 records (Moody & Mark 2001), each of three files with a size and a SHA-256."""
    assert len(MITDB.record_names) == len(set(MITDB.record_names)) == 48
    assert list(MITDB.record_names) == sorted(MITDB.record_names)
    assert set(published_files(MITDB)) == {name + suffix for name in MITDB.record_names for suffix in SUFFIXES}
    for file in published_files(MITDB).values():
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.n_bytes == 1_950_000 or not file.name.endswith(".dat")  # 650,000 pairs of 12 bits


def test_checksums_are_physionets(mitdb_folder: Path):
    """The list agrees with the `SHA256SUMS.txt` that PhysioNet publishes, and the files with the list."""
    lines = (mitdb_folder / "SHA256SUMS.txt").read_text().splitlines()
    published = {name: sha256 for sha256, name in map(str.split, lines)}
    for file in published_files(MITDB).values():
        content = (mitdb_folder / file.name).read_bytes()
        assert published[file.name] == file.sha256 == hashlib.sha256(content).hexdigest()
        assert len(content) == file.n_bytes


def test_names_are_the_published_list(mitdb_folder: Path):
    """Our names are those of PhysioNet's file `RECORDS`."""
    assert tuple((mitdb_folder / "RECORDS").read_text().split()) == MITDB.record_names


def test_published_beat_counts(all_marks):
    """109,494 beats in all; 75,052 N, 8,075 L, 7,259 R, 2,546 A and 7,130 V (the database's table of contents)."""
    counts = Counter(symbol for marks in all_marks.values() for symbol in marks.symbol.tolist())
    assert {symbol: counts[symbol] for symbol in "NLRAV"} == {"N": 75052, "L": 8075, "R": 7259, "A": 2546, "V": 7130}
    assert dict(MITDB_COUNTS) == {symbol: counts[symbol] for symbol in "NLRAV"}
    assert sum(marks.is_beat.sum() for marks in all_marks.values()) == 109_494
    assert sum(len(marks.sample) for marks in all_marks.values()) == 112_647


def test_published_counts_of_208(all_marks):
    """208 has 1586 N, 992 V, 373 F, 2 S and 2 Q."""
    beats = Counter(all_marks["208"].beats().symbol.tolist())
    assert beats == {"N": 1586, "V": 992, "F": 373, "S": 2, "Q": 2}


def test_half_an_hour_at_360_hz(all_headers):
    """Every record has two leads of 650,000 samples at 360 Hz."""
    for header in all_headers.values():
        assert (header.fs, header.n_samples, len(header.leads)) == (360.0, 650_000, 2)


def test_leads_are_found_by_name(all_headers, mitdb_folder: Path):
    """MLII is the second channel of 114, missing in 102 and 104, and the first of all others."""
    place = {name: h.leads.index("MLII") if "MLII" in h.leads else None for name, h in all_headers.items()}
    assert {name for name, at in place.items() if at is None} == {"102", "104"}
    assert {name for name, at in place.items() if at == 1} == {"114"}
    record = read_folder_record(mitdb_folder, "114")
    assert record.default_lead == "MLII"
    np.testing.assert_array_equal(record.lead(), record.signals[:, 1])
    assert read_folder_record(mitdb_folder, "102").default_lead == "V5"


def test_signals_are_mv(mitdb_folder: Path):
    """The first samples of record 100 are -0.145 and -0.065 mV (PhysioNet's example of `rdsamp`)."""
    record = read_folder_record(mitdb_folder, "100")
    assert record.signals.dtype == np.float32
    assert record.signals.shape == (650_000, 2)
    np.testing.assert_allclose(record.signals[0], [-0.145, -0.065], atol=1e-6)
    assert record.duration_s == pytest.approx(1805.556, abs=1e-3)


def test_people(all_headers):
    """Age, sex and medication as the headers have them; an age of -1 and a medication of "None" say nothing."""
    people = {name: parse_comments(header.comments) for name, header in all_headers.items()}
    assert people["100"] == Header(69, "M", ("Aldomet", "Inderal"), "")
    assert (people["208"].age, people["208"].sex, people["208"].medication) == (23, "F", ())
    assert people["208"].notes.startswith("The PVCs are uniform. The couplets, many of which")
    assert {name for name, person in people.items() if person.age is None} == {"103", "219"}
    assert (people["201"].age, people["201"].sex) == (people["202"].age, people["202"].sex)  # one person
    # 47 people, 25 men of 32 to 89 years and 22 women of 23 to 89 (Moody & Mark 2001); 201 and 202 are one man.
    sexes = Counter(person.sex for name, person in people.items() if name != "202")
    assert sexes == {"M": 25, "F": 22}
    ages = {sex: [p.age for p in people.values() if p.sex == sex and p.age is not None] for sex in "FM"}
    assert (min(ages["F"]), max(ages["F"]), max(ages["M"])) == (23, 89, 89)


@pytest.mark.parametrize("comments", [(), ("",), ("unreadable",), ("x", "None", "a  b")])
def test_comments_that_say_nothing(comments: tuple[str, ...]):
    """A header without the usual lines gives an empty description."""
    header = parse_comments(comments)
    assert (header.age, header.sex, header.medication) == (None, None, ())


@pytest.fixture
def copy_of_208(mitdb_folder: Path, tmp_path: Path) -> Path:
    for suffix in SUFFIXES:
        shutil.copy(mitdb_folder / f"208{suffix}", tmp_path)
    return tmp_path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_file(suffix: str, copy_of_208: Path):
    """Half a file: which one, how long it should be, how to fetch it again."""
    path = copy_of_208 / f"208{suffix}"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RecordError) as caught:
        read_folder_record(copy_of_208, "208")
    message = str(caught.value)
    assert path.name in message
    assert f"expected {len(content):,}" in message
    assert "python -m ecgmodel download 208" in message


def test_another_version_is_told_apart(copy_of_208: Path):
    """A record that wfdb reads, with a comment more: not damaged, and what can be done with it."""
    header = copy_of_208 / "208.hea"
    header.write_text(header.read_text().rstrip("\n") + "\n# version 2.0.0\n")
    with pytest.raises(RecordError, match=r"another version.*classify .*208\.hea.* download 208$"):
        read_folder_record(copy_of_208, "208")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_flipped_bit(suffix: str, place: float, copy_of_208: Path):
    """One bit anywhere is noticed before anything is read out of the file."""
    path = copy_of_208 / f"208{suffix}"
    content = bytearray(path.read_bytes())
    content[place if isinstance(place, int) else len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(RecordError, match=rf"208\{suffix} .* was altered.* download 208$"):
        read_folder_record(copy_of_208, "208")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_file(suffix: str, copy_of_208: Path):
    """A record of two files is not read."""
    (copy_of_208 / f"208{suffix}").unlink()
    assert not database_files.is_complete(copy_of_208, "208")
    with pytest.raises(RecordError, match=rf"208\{suffix} is missing .* download 208$"):
        read_folder_record(copy_of_208, "208")


def test_a_folder_in_the_place_of_a_file(copy_of_208: Path):
    """What cannot be read at all is named as well."""
    (copy_of_208 / "208.atr").unlink()
    (copy_of_208 / "208.atr").mkdir()
    with pytest.raises(RecordError, match=r"208\.atr .* cannot be read"):
        read_folder_record(copy_of_208, "208")
