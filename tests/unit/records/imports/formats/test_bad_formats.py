"""Bad files of every format: one clear sentence each, in little time and memory."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from openpyxl import Workbook
from scipy.io import savemat

from ecgmodel.errors import EcgModelError, ImportFileError
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.imports.text_file import Recording
from ecgmodel.records.imports.understanding import ImportSettings
from tests.data.format_case import pack_zip

FOLDER = Path(__file__).parents[4] / "data" / "formats"
MAX_SECONDS = 5.0
MAX_BYTES = 300e6
TRACING = 4.0
"""So much slower is Python while every allocation is watched."""


def load(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def refuse(data: bytes, name: str, **settings: object) -> str:
    with pytest.raises(ImportFileError) as error:
        read_files({name: data}, ImportSettings(**settings))
    text = str(error.value)
    assert "{" not in text
    assert 20 < len(text) < 400
    return text


@pytest.fixture
def bounded() -> Iterator[None]:
    """Fail where the test takes long or much memory."""
    tracemalloc.start()
    started = time.process_time()
    yield
    seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < MAX_SECONDS * TRACING
    assert peak < MAX_BYTES


# -- Excel -------------------------------------------------------------------------------------------------------------


def book(*rows: list) -> bytes:
    made = Workbook(write_only=True)
    sheet = made.create_sheet("S")
    for row in rows:
        sheet.append(row)
    sink = io.BytesIO()
    made.save(sink)
    return sink.getvalue()


def change_sheet(data: bytes, text: str) -> bytes:
    """Return a workbook with another text as its sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["xl/worksheets/sheet1.xml"] = text.encode()
    return pack_zip(files)


SHEET = (
    '<?xml version="1.0"?>{}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}'
)
END = "</sheetData></worksheet>"


@pytest.fixture
def million_rows() -> bytes:
    """A workbook with 2,000 samples and every row below them, as a format that goes down to the last row writes it."""
    rows = "".join(
        f'<row r="{i + 1}"><c r="A{i + 1}"><v>{np.sin(i / 7) + (i % 200 == 0):.3f}</v></c></row>' for i in range(2000)
    )
    rows += "".join(f'<row r="{i}"/>' for i in range(2001, 1_048_577))
    return change_sheet(book([1]), SHEET.format("", rows) + END)


def test_a_workbook_with_a_million_empty_rows_is_read_up_to_its_samples(million_rows: bytes, bounded: None) -> None:
    """What stands below the samples does not count, and is not read, though the sheet does not state its size."""
    assert b"<dimension" not in zipfile.ZipFile(io.BytesIO(million_rows)).read("xl/worksheets/sheet1.xml")
    found = read_files({"x.xlsx": million_rows}, ImportSettings(fs=250.0))
    assert isinstance(found, Recording)
    assert found.record.n_samples == 2000


@pytest.mark.usefixtures("bounded")
def test_a_row_at_the_very_end_of_a_sheet_is_not_reached() -> None:
    """A single cell in row 1,048,576 does not make a table of as many rows."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert "samples" in refuse(change_sheet(book([1]), SHEET.format("", rows) + END), "x.xlsx", fs=250.0)


def test_a_workbook_of_words_or_of_sixteen_thousand_columns_says_so() -> None:
    assert "table of numbers" in refuse(book(["Dear", "Sir"], ["or", "Madam"]), "x.xlsx")
    assert "16384 columns" in refuse(book(*[list(range(16_384))] * 5), "x.xlsx")


@pytest.mark.usefixtures("bounded")
def test_entities_in_a_sheet_are_not_expanded() -> None:
    """A workbook is XML too: a billion laughs in its sheet are refused."""
    entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    assert "workbook is damaged" in refuse(change_sheet(book([1]), SHEET.format(doctype, rows) + END), "x.xlsx")


@pytest.mark.usefixtures("bounded")
def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    """Three gigabytes of blanks in an archive of some megabytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([1]))) as archive, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            out.writestr(name, archive.read(name))
        entry = zipfile.ZipInfo("xl/media/image.bin")
        entry.compress_type = zipfile.ZIP_DEFLATED
        with out.open(entry, "w") as file:
            piece = b" " * (1 << 22)
            for _ in range(25):
                file.write(piece)
    data = bytearray(sink.getvalue())
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 3_000_000_000)  # the size that the directory states
    assert "unpacks to" in refuse(bytes(data), "x.xlsx")


def test_other_office_documents_are_named() -> None:
    assert "Word document" in refuse(pack_zip({"word/document.xml": b"<x/>"}), "x.docx")
    assert ".ods" in refuse(pack_zip({"mimetype": b"x", "content.xml": b"<x/>"}), "x.ods")
    assert "workbook is damaged" in refuse(pack_zip({"xl/workbook.xml": b"<x/>"}), "x.xlsx")


def test_a_damaged_cell_of_a_workbook_is_named_with_its_row() -> None:
    """Line and row have the same number, and the remedy for lines works."""
    rows = [["time", "ecg"], *([i / 250, float(np.sin(i))] for i in range(1000))]
    rows[700][1] = "oops"
    assert "Line 701, column 'ecg': 'oops' is not a number" in refuse(book(*rows), "x.xlsx")
    found = read_files({"x.xlsx": book(*rows)}, ImportSettings(bad_cells="gap"))
    assert isinstance(found, Recording)
    assert np.flatnonzero(np.isnan(found.record.signals[:, 0])).tolist() == [699]


# -- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested"),
        (b"[" * 10_000 + b"]" * 10_000, "nested"),
        (b"[" * 10_000, "nested"),
        (b'{"ecg": [1, 2, 3', "damaged"),
        (b'{"ecg": [1, 2, 3]}', "no array of samples"),
        (b'{"ecg": "none", "fs": 250}', "no array of samples"),
        (b"[" + b"{}," * 2_000_000 + b"{}]", "more objects"),
        (b'[{"a": 1}, {"a": "x"}]' + b" " * 1000, "no array of samples"),
        (b'{"x": [' + b"1e999," * 100 + b"1]}", "looks like an ECG"),
        (b'{"\xff": 1}', "damaged"),
        (b'{"rr_ms": [' + b"801,790," * 400 + b"800]}", "looks like an ECG"),
    ],
    ids=range(11),
)
def test_json_that_is_no_ecg_says_so(data: bytes, word: str) -> None:
    assert word in refuse(data, "x.json", fs=250.0)


def test_a_stated_rate_that_the_times_contradict_is_asked() -> None:
    """Two rates in one file: neither is taken in silence."""
    values = [{"t": i * 4, "ecg": float(np.sin(i / 9))} for i in range(1500)]
    with pytest.raises(EcgModelError, match="500, 250 Hz"):
        read_files({"x.json": json.dumps({"samplingRate": 500, "samples": values}).encode()})


# -- XML ---------------------------------------------------------------------------------------------------------------

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (i + 1, b"&lol%s;" % (b"" if i == 0 else b"%d" % i) * 10) for i in range(9))
    + b"]><AnnotatedECG>&lol9;</AnnotatedECG>"
)
QUADRATIC = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><x>' + b"&a;" * 50_000 + b"</x>"
FOREIGN = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (LAUGHS, "entities"),
        (QUADRATIC, "entities"),
        (FOREIGN, "entities"),
        (b"<?xml version='1.0'?><a><b></a>", "tags do not match"),
        (b"<?xml version='1.0' encoding='nothing'?><a/>", "damaged"),
        (b"<?xml version='1.0'?><note/>", "begins with 'note'"),
        (b"<?xml version='1.0'?><HealthData/>", "electrocardiograms"),
        (b"<?xml version='1.0'?><AnnotatedECG/>", "no waveform"),
        (b"<?xml version='1.0'?><RestingECG/>", "no waveform"),
        (b"<?xml version='1.0'?><restingecgdata/>", "no waveform"),
        (b"<?xml version='1.0'?><a>" + b"<b/>" * 2_000_000 + b"</a>", "larger than"),
        (b"<?xml version='1.0'?>" + b"<a>" * 200_000 + b"</a>" * 200_000, "begins with 'a'"),
    ],
    ids=range(12),
)
def test_xml_that_is_no_ecg_or_an_attack_says_so(data: bytes, word: str) -> None:
    assert word in refuse(data, "x.xml")


def test_a_damaged_waveform_of_a_document_is_named_with_its_lead() -> None:
    assert "lead 'II'" in refuse(load("aecg.xml").replace(b"<digits>", b"<digits>x ", 1), "x.xml")
    assert "lead 'I'" in refuse(
        load("muse.xml").replace(b"<WaveFormData>", b"<WaveFormData>%", 3), "x.xml", part="Median"
    )
    assert "method 'HUFF'" in refuse(load("philips-xli.xml").replace(b'"XLI"', b'"HUFF"'), "x.xml").replace(
        "huff", "HUFF"
    )
    assert "cannot be unpacked" in refuse(load("philips-xli.xml").replace(b"AAAA", b"////", 1), "x.xml")


# -- Binary formats ----------------------------------------------------------------------------------------------------


def dicom(**changes: object) -> bytes:
    document = pydicom.dcmread(io.BytesIO(load("ecg.dcm")))
    for name, value in changes.items():
        if value is None:
            delattr(document, name)
        else:
            setattr(document.WaveformSequence[1], name, value)
    sink = io.BytesIO()
    document.save_as(sink)
    return sink.getvalue()


def test_dicom_without_a_waveform_says_so() -> None:
    assert "no waveform" in refuse(dicom(WaveformSequence=None), "x.dcm")


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"NumberOfWaveformSamples": 4_000_000_000}, "longer than"),
        ({"NumberOfWaveformSamples": 500_000}, "damaged"),
        ({"NumberOfWaveformChannels": 0}, "damaged"),
        ({"SamplingFrequency": "1"}, "cannot be an ECG's"),
        ({"WaveformSampleInterpretation": "AB"}, "kind 'AB'"),
        ({"ChannelDefinitionSequence": []}, "damaged"),
    ],
)
def test_a_damaged_or_hostile_dicom_file_is_refused(changes: dict[str, object], word: str) -> None:
    assert word in refuse(dicom(**changes), "x.dcm")


def test_a_deflated_dicom_file_is_refused_before_it_is_unpacked() -> None:
    data = load("ecg.dcm").replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99", 1)
    assert "deflated" in refuse(data, "x.dcm")


@pytest.mark.parametrize(
    ("name", "start", "new", "word"),
    [
        ("holter.ecg", 0, b"ANN  1.0", "annotations of an ISHNE"),
        ("holter.ecg", 156, b"\x63\0", "makes no sense"),
        ("holter.ecg", 272, b"\0\0", "cannot be an ECG's"),
        ("holter.ecg", 22, b"\xff\xff\xff\x7f", "makes no sense"),
        ("kardia.atc", 16, b"\xff\xff\xff\x7f", "not whole"),
        ("plain.scp", 10, b"\x1a\0\0\0", "no rhythm"),
        ("alone.mat", 0, struct.pack("<i", 70), "binary"),
        ("alone.mat", 4, struct.pack("<ii", 9_000, 9_000), "more numbers"),
        ("alone.mat", 8, struct.pack("<i", 99_000), "shorter than"),
        ("amplifier.wav", 22, b"\0\0", "WAV file is damaged"),
        ("amplifier.wav", 24, b"\0\0\0\0", "WAV file is damaged"),
    ],
)
def test_a_changed_header_is_refused(name: str, start: int, new: bytes, word: str) -> None:
    data = bytearray(load(name))
    data[start : start + len(new)] = new
    assert word in refuse(bytes(data), name, fs=None if "wav" in name or "ecg" in name else 300.0)


def test_a_sum_that_does_not_hold_is_said() -> None:
    """A flipped bit in AliveCor's samples is read with a note, since writers differ in what they sum."""
    data = bytearray(load("kardia.atc"))
    data[2000] ^= 1
    found = read_files({"x.atc": bytes(data)})
    assert isinstance(found, Recording)
    assert any("sum" in str(note) for note in found.notes)


@pytest.mark.parametrize("kind", ["<f8", "<i4", "<u1"])
def test_a_matlab_file_of_another_class_beside_a_header_is_refused(kind: str) -> None:
    """The samples beside a WFDB header are 16-bit integers; other classes would be read as noise."""
    sink = io.BytesIO()
    savemat(sink, {"val": np.zeros((1, 1000), dtype=kind)}, format="4")
    header = b"x 1 300 1000\nx.mat 16+24 1000/mV 16 0 0 0 0 I\n"
    with pytest.raises(ImportFileError, match="another class"):
        read_files({"x.hea": header, "x.mat": sink.getvalue()})


def test_matlab_of_later_levels_says_how_to_save() -> None:
    sink = io.BytesIO()
    savemat(sink, {"val": np.zeros((1, 1000))}, format="5")
    assert "-v4" in refuse(sink.getvalue(), "x.mat")


@pytest.mark.parametrize(
    ("header", "word"),
    [
        (b"m/2 1 250 2000\nm_1 1000\n../m_2 1000\n", "asks for a file"),
        (b"m/99999 1 250 2000\nm_1 1000\n", "does not describe its segments"),
        (b"m/2 1 250 2000\nm_1 1000\nm_9 1000\n", "asks for a file 'm_9.hea'"),
        (b"m/2 1 250 2000\nm 1000\nm 1000\n", "one segment"),
        (b"m/2 1 360 2000\nm_1 1000\nm_2 1000\n", "different sampling rates"),
        (b"m/2 1 250 2000\n~ 999999999999\nm_2 1000\n", "longer than"),
        (b"m/1 1 250 2000\n~ 1000\n", "no samples"),
    ],
)
def test_a_damaged_or_hostile_header_of_segments_is_refused(header: bytes, word: str) -> None:
    with zipfile.ZipFile(io.BytesIO(load("segments.zip"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(ImportFileError, match=word):
        read_files({**files, "m.hea": header})


def test_an_edf_onset_years_away_is_refused() -> None:
    """A record that begins after years would be years of silence in memory."""
    data = load("interrupted.edf").replace(b"+7\x14\x14", b"+999999999\x14\x14"[:4] + b"\x14\x14", 1)
    data = data.replace(b"+10\x14\x14\0\0\0\0\0\0\0", b"+999999999\x14\x14", 1)
    assert "longer than" in refuse(data, "x.edf")


def test_a_workbook_with_a_sheet_that_leads_nowhere_is_read():
    """What a workbook says wrongly of its other sheets, as some programs do, is no matter of the samples."""
    with zipfile.ZipFile(FOLDER / "plain.xlsx") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace(
        b'sheetId="3" state="visible" r:id="rId3"', b'sheetId="3"'
    )
    broken = read_files({"plain.xlsx": pack_zip(files)})
    assert np.array_equal(broken.record.signals, read_files({"plain.xlsx": load("plain.xlsx")}).record.signals)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("muse.xml", b"UnitsPerBit>4.88<", b"UnitsPerBit>1e300<"),
        ("aecg.xml", b'scale value="5"', b'scale value="1e308"'),
        ("philips.xml", b"resolution>5<", b"resolution>1e308<"),
        ("annotated.edf", b"", b"9.99e307"),
    ],
)
def test_a_scale_beyond_32_bits_gives_no_infinite_sample(name: str, old: bytes, new: bytes) -> None:
    """Neither does arithmetic warn on the way."""
    data = load(name)
    if name.endswith(".edf"):
        n = int(data[252:256])
        at = 256 + (16 + 80 + 8 + 8) * n  # where the physical maxima stand
        data = data[:at] + new + data[at + 8 :]
    else:
        assert old in data
        data = data.replace(old, new)
    found = None
    with contextlib.suppress(EcgModelError):
        found = read_files({name: data}, ImportSettings(unit="mV"))
    assert found is None or not np.isinf(found.record.signals).any()


def test_numbers_beyond_32_bits_are_missing_and_shift_nothing() -> None:
    """The zero of a converter is the median of what can be a sample."""
    rows = [f"{512 + (i % 100 == 0) * 200 + i % 3};{700 + i % 5}" for i in range(2000)]
    for i in set(range(2000)) - set(range(0, 2000, 3)):
        rows[i] = "6.8e38;" + rows[i].split(";")[1]
    found = read_files({"x.csv": "\n".join(rows).encode()}, ImportSettings(fs=250.0, unit="adc", bad_cells="gap"))
    assert isinstance(found, Recording)
    assert found.understanding.scale.value.zero < 1024
    assert not np.isinf(found.record.signals).any()
