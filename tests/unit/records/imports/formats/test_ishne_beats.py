"""Annotations of an ISHNE recording: the `.ann` beside its `.ecg`."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.files import read_files, sniff_files
from ecgmodel.records.imports.gather import list_folder, sort_files
from ecgmodel.records.record import Annotations
from tests.data.format_case import pack_zip

ECG = (Path(__file__).parents[4] / "data" / "formats" / "holter.ecg").read_bytes()


def write_beats(first: int, beats: list[tuple[bytes, int]], more: bytes = b"") -> bytes:
    """Return a file as the specification has it: header, further header, first sample, four bytes a beat."""
    header = b"ANN  1.0" + ECG[8:10] + struct.pack("<i", len(more)) + ECG[14:522]
    rows = b"".join(struct.pack("<ccH", label, b" ", step) for label, step in beats)
    return header + more + struct.pack("<I", first) + rows


def read(beats: bytes) -> Annotations:
    return read_files({"holter.ecg": ECG, "holter.ann": beats}).record.annotations


@pytest.mark.parametrize("more", [b"", b"made by hand"])
def test_labels_stand_at_their_samples(more: bytes) -> None:
    """Distances add up from the first sample; labels of the standard are letters of PhysioBank."""
    labels = [b"N", b"V", b"S", b"B", b"P", b"U", b"X", b"C", b"z"]
    found = read(write_beats(100, [(label, 150) for label in labels], more))
    assert found.sample.tolist() == [250, 400, 550, 700, 850, 1000, 1150, 1300, 1450]
    assert found.symbol.tolist() == ["N", "V", "S", "B", "/", "Q", "|", '"', "?"]
    assert found.aux.tolist() == [*[""] * 7, "calibration pulse", "z"]


def test_labels_end_where_the_file_loses_count() -> None:
    """Behind a time-out nobody knows where a beat is: no label stands at a wrong place."""
    found = read(write_beats(100, [(b"N", 100), (b"V", 100), (b"!", 65535), (b"N", 100)]))
    assert found.sample.tolist() == [200, 300, 300]
    assert found.symbol.tolist() == ["N", "V", '"']
    assert "no known place" in found.aux[2]


def test_both_files_are_one_recording(tmp_path: Path) -> None:
    """Dropped together, in a zip, among others, and in a folder."""
    beats = write_beats(0, [(b"N", 100)])
    both = {"holter.ecg": ECG, "holter.ann": beats}
    assert sniff_files(both).kind == "ishne"
    assert read_files({"x.zip": pack_zip(both)}).record.annotations.sample.tolist() == [100]
    sorted_files = sort_files({**both, "other.ecg": ECG, "alone.ann": beats})
    assert {name: set(files) for name, files in sorted_files.items()} == {
        "holter.ecg": {"holter.ecg", "holter.ann"},
        "other.ecg": {"other.ecg"},
        "alone.ann": {"alone.ann"},
    }
    for name, data in both.items():
        (tmp_path / name).write_bytes(data)
    assert [(name, set(files)) for name, files in list_folder(tmp_path)] == [("holter.ecg", set(both))]


@pytest.mark.parametrize(
    ("beats", "word"),
    [
        (write_beats(0, []), "cut short"),
        (write_beats(0, [(b"N", 1)])[:300], "cut short"),
        (write_beats(0, [(b"N", 1)], b"x" * 50)[:540], "cut short"),
        (write_beats(5000, [(b"N", 1)]), "go on to sample 5001"),
    ],
)
def test_damaged_annotations_are_refused(beats: bytes, word: str) -> None:
    with pytest.raises(ImportFileError, match=word):
        read(beats)


def test_annotations_alone_ask_for_their_recording() -> None:
    with pytest.raises(ImportFileError, match=r"the \.ecg"):
        read_files({"holter.ann": write_beats(0, [(b"N", 100)])})
