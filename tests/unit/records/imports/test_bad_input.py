"""Bad input: each gives one clear sentence, with line and column where there is one."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import EcgModelError, ImportFileError, ImportStoppedError, QuestionError
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.imports.text_file import Recording, read_csv, sniff_csv
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 250.0
ECG = simulate_record(SimulationPlan(duration_s=8.0, fs=FS), seed=7).signals[:, 0].astype(float)


def table(replace: dict[int, str] | None = None, n: int = 2000, header: str = "time,ecg") -> bytes:
    """Return a table with times and an ECG; `replace` maps a line, from 1, to what stands there instead."""
    rows = [header] + [f"{i / FS:.3f},{v:.4f}" for i, v in enumerate(ECG[:n])]
    for line, text in (replace or {}).items():
        rows[line - 1] = text
    return ("\n".join(rows) + "\n").encode()


def refuse(data: bytes, name: str = "x.csv", **settings: object) -> str:
    with pytest.raises(ImportFileError) as error:
        read_files({name: data}, ImportSettings(**settings))
    text = str(error.value)
    assert "{" not in text
    assert 20 < len(text) < 400
    return text


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\0\0\0\0", b"\t\r\n"])
def test_an_empty_file_says_so(data: bytes) -> None:
    assert "empty" in refuse(data)


def test_one_value_is_no_ecg() -> None:
    assert "1 samples" in refuse(b"0.5\n", fs=250.0)


def test_text_is_refused_with_its_first_line() -> None:
    assert "Dear sir" in refuse(b"Dear sir or madam\nthe weather is fine\n")


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"<!DOCTYPE html><html><body>1,2</body></html>", "web page"),
        (b"\n <html>\n<p>1</p>", "web page"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Excel"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "picture"),
        (b"\x1f\x8b\x08\0" + b"q" * 60, "compressed"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (b'{"fs": 250, "ecg": [1, 2]}', "JSON"),
        (b"\x89HDF\r\n\x1a\n", "binary"),
        (bytes(range(256)) * 20, "binary"),
    ],
)
def test_other_files_renamed_csv_are_named(start: bytes, word: str) -> None:
    assert word in refuse(start)


def test_a_zip_renamed_csv_is_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.csv", "1,2")
    assert "zip archive or an Excel" in refuse(packed.getvalue())


@pytest.mark.parametrize("line", [5, 1500])
def test_a_nul_byte_is_found_with_its_line(line: int) -> None:
    assert f"Line {line} holds a NUL byte" in refuse(table({line: "0.016,0.1\0"}))


def test_a_nul_byte_after_the_head_is_found_with_its_line() -> None:
    data = table() * 40  # 1 MB
    place = data.rindex(b"0.1")
    line = data.count(b"\n", 0, place) + 1
    assert f"Line {line} holds" in refuse(data[:place] + b"\0" + data[place:], time_column="none", fs=250.0)


def test_a_ragged_row_is_named() -> None:
    assert "Line 1000 has 3 cells where the lines before have 2" in refuse(table({1000: "3.992,0.1,0.2"}))
    assert "Line 1000 has 1 cells where the lines before have 2" in refuse(table({1000: "3.992"}))


def test_a_cell_that_is_no_number_is_named_with_line_and_column() -> None:
    assert "Line 777, column 'ecg': '0.1O' is not a number" in refuse(table({777: "3.100,0.1O"}))


def test_unreadable_cells_can_be_left_out_as_gaps() -> None:
    found = read_csv(table({777: "3.100,oops", 900: "3.592"}), "x.csv", ImportSettings(bad_cells="gap"))
    assert isinstance(found, Recording)
    assert np.flatnonzero(np.isnan(found.record.signals[:, 0])).tolist() == [775, 898]
    assert any("777" in str(note) for note in found.notes)


def test_a_time_that_goes_back_is_named() -> None:
    assert "Line 1202: the time goes back" in refuse(table({1202: "2.000,0.1"}))


def test_repeated_times_are_left_out_and_noted() -> None:
    rows = table().decode().split("\n")
    rows.insert(1000, rows[999])
    found = read_csv("\n".join(rows).encode(), "x.csv")
    assert isinstance(found, Recording)
    assert found.record.n_samples == 2000
    assert any("Line 1001 has the same time" in str(note) for note in found.notes)


def test_a_gap_in_time_becomes_missing_samples() -> None:
    rows = table().decode().split("\n")
    del rows[1001:1101]
    found = read_csv("\n".join(rows).encode(), "x.csv")
    assert isinstance(found, Recording)
    assert found.record.n_samples == 2000
    assert [(gap.start, gap.stop, gap.line) for gap in found.gaps] == [(1000, 1100, 1002)]
    assert np.isnan(found.record.signals[1000:1100]).all()
    assert not np.isnan(found.record.signals[1100:]).any()


def test_a_time_that_jumps_by_years_is_refused_with_its_line() -> None:
    assert "Line 2001: the time jumps" in refuse(table({2001: "99999999,0.1"}))


@pytest.mark.parametrize(
    ("cell", "word"),
    [("", "no number"), ("NaN", "no number"), ("inf", "infinite"), ("-inf", "infinite"), ("1e300", "infinite")],
)
def test_missing_and_infinite_cells_become_gaps_and_are_noted(cell: str, word: str) -> None:
    found = read_csv(table({500: f"1.992,{cell}", 600: f"2.392,{cell}"}), "x.csv")
    assert isinstance(found, Recording)
    assert np.isnan(found.record.signals[[498, 598], 0]).all()
    note = next(str(note) for note in found.notes if word in str(note))
    assert "Line 500, column 'ecg'" in note
    assert "2" in note


def test_a_constant_signal_is_refused() -> None:
    assert "is the same in all 2000 samples" in refuse(b"".join(b"%.3f,0.5\n" % (i / FS) for i in range(2000)))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_thousands_groups_are_asked(delimiter: str) -> None:
    rows = [
        f"{i}{delimiter}{1234.5 + 100 * v:,.1f}".replace(",", "_").replace(".", ",").replace("_", ".")
        for i, v in enumerate(ECG)
    ]
    data = "\n".join(rows).encode()
    question = sniff_csv(data, "x.csv").question
    assert question is not None
    assert question.setting == "decimal"
    assert "two marks" in str(question.sentence)
    found = read_csv(data, "x.csv", ImportSettings(decimal=",", fs=250.0, unit="uV"))
    assert isinstance(found, Recording)
    np.testing.assert_allclose(found.record.signals[:, 0], np.round(1234.5 + 100 * ECG, 1) / 1000, atol=1e-6)


@pytest.mark.parametrize("fs", [50.0, 1000.0])
def test_slow_and_fast_rates_are_read(fs: float) -> None:
    data = "\n".join(f"{i / fs:.3f},{ECG[int(i * 0.2) % 2000]:.4f}" for i in range(4000)).encode()
    found = read_csv(data, "x.csv")
    assert isinstance(found, Recording)
    assert found.record.fs == fs


def test_a_recording_of_three_seconds_is_read_and_noted() -> None:
    found = read_csv(table(n=750), "x.csv")
    assert isinstance(found, Recording)
    assert found.record.duration_s == 3.0
    assert any("short" in str(note) for note in found.notes)


def test_ten_thousand_columns_are_refused() -> None:
    row = ",".join("0.1" for _ in range(10_000))
    assert "10000 columns" in refuse("\n".join([row] * 30).encode())


def test_a_million_columns_are_refused_quickly() -> None:
    row = ",".join("0" for _ in range(10**6))
    started = time.process_time()
    assert "longer than" in refuse("\n".join([row] * 5).encode())
    assert time.process_time() - started < 5.0


def test_a_zip_with_a_file_of_three_gigabytes_is_refused_in_little_time_and_memory() -> None:
    """It packs to some megabytes, and its directory says that it unpacks to no more."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b"0.1\n" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    body = piece * 750 + packer.flush()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.csv", body)
    data = bytearray(packed.getvalue())
    for start, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.rindex(start) + method, zipfile.ZIP_DEFLATED)
    started = time.process_time()
    tracemalloc.start()
    assert refuse(bytes(data), "x.zip")
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()
    assert time.process_time() - started < 5.0


def test_a_line_of_400_megabytes_is_refused_quickly_and_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        for _ in range(400):
            file.write(b"0.123," * 166_667)
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(ImportFileError, match="Line 1 is longer"):
        read_csv(path, "x.csv")
    assert time.process_time() - started < 5.0
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_a_long_line_after_the_head_is_refused() -> None:
    data = table() * 40 + b"1," * 20_000_000 + b"\n"
    assert "longer than" in refuse(data, time_column="none", fs=250.0)


def test_values_keep_their_sign_before_a_decimal_comma() -> None:
    values = [f"{v:.1f}".replace(".", ",") for v in (-0.5, 0.5, -0.04, 12.25, -265.868)]
    data = "\n".join(
        ["-0,5", "0,5", "-0,0", "12,3", "-265,9", *values, *(f"{1000 * v:.3f}".replace(".", ",") for v in ECG)]
    )
    found = read_csv(data.encode(), "x.csv", ImportSettings(fs=250.0, unit="uV"))
    assert isinstance(found, Recording)
    np.testing.assert_allclose(found.record.signals[:5, 0], [-0.0005, 0.0005, 0.0, 0.0123, -0.2659], atol=1e-7)


def test_a_repeated_header_and_a_cut_last_line_are_left_out_and_noted() -> None:
    rows = table().decode().split("\n")
    rows.insert(1200, "time,ecg")
    found = read_csv(("\n".join(rows) + "8.00").encode(), "x.csv")
    assert isinstance(found, Recording)
    assert found.record.n_samples == 2000
    assert any("Line 1201 repeats the header" in str(note) for note in found.notes)
    assert any("not whole" in str(note) for note in found.notes)


def test_stated_and_measured_rates_that_disagree_are_asked() -> None:
    question = sniff_csv(b"# Sampling rate: 500 Hz\n" + table(), "x.csv").question
    assert question is not None
    assert question.setting == "fs"
    assert set(question.choices[:2]) == {500.0, 250.0}


def test_a_rate_in_the_name_alone_is_asked_and_offered_first() -> None:
    question = sniff_csv("\n".join(f"{v:.4f}" for v in ECG).encode(), "me_400Hz.csv").question
    assert question is not None
    assert question.choices[0] == 400.0


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.dat", "/etc/x.dat", "a/../../x.dat", "C:\\x.dat", "..\\x.dat", "a:b.dat"]
)
def test_an_archive_with_a_path_that_leads_out_is_refused(name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    assert "leads out of it" in refuse(packed.getvalue(), "x.zip")


def test_a_zip_bomb_is_refused_in_little_memory() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", b"0" * 300_000_000)
    data = packed.getvalue()
    tracemalloc.start()
    assert "unpacks to far more" in refuse(data, "x.zip")
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


def test_an_archive_with_too_many_or_damaged_files_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(300):
            archive.writestr(f"{i}.csv", "1")
    assert "300 files" in refuse(packed.getvalue(), "x.zip")
    assert "damaged" in refuse(packed.getvalue()[:400], "x.zip")


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("x 1 360 100\n../../secret.dat 16 200/mV 12 0 0 0 0 II\n", "asks for a file"),
        ("x 1 360 100\n/etc/passwd 16 200/mV 12 0 0 0 0 II\n", "asks for a file"),
        ("x 1 360 100000000\nx.dat 16 200/mV 12 0 0 0 0 II\n", "shorter than"),
        ("x 1 0 100\nx.dat 16 200/mV\n", "cannot be an ECG's"),
        ("x 99999 360 100\nx.dat 16 200/mV\n", "does not begin"),
        ("x/2 1 360 100\nx.dat 16 200/mV\n", "does not describe its segments"),
        ("", "does not begin"),
        ("x 1 360 100\nx.dat 999 200/mV\n", "format"),
    ],
)
def test_a_damaged_or_hostile_wfdb_header_is_refused(header: str, word: str) -> None:
    with pytest.raises(ImportFileError, match=word):
        read_files({"x.hea": header.encode(), "x.dat": b"\1\0" * 100})


def test_a_wfdb_part_alone_asks_for_the_other() -> None:
    assert "header" in refuse(b"\1\0" * 100 + b"\0\xff" * 100, "x.dat")
    with pytest.raises(ImportFileError, match=r"asks for a file 'x\.dat'"):
        read_files({"x.hea": b"x 1 360 100\nx.dat 16 200/mV 12 0 0 0 0 II\n"})


def test_an_edf_whose_counts_do_not_fit_its_size_is_refused() -> None:
    data = (Path(__file__).parents[3] / "data" / "csv" / "holter.edf").read_bytes()
    assert "do not fit" in refuse(data[:900], "x.edf")
    assert "do not fit" in refuse(data[:252] + b"9999" + data[256:], "x.edf")
    assert "do not fit" in refuse(data[:236] + b"-2      " + data[244:], "x.edf")
    for seconds in (b"0", b"0.0", b"-1", b"nan", b"inf", b"1e400", b""):  # of one of its data records
        assert "do not fit" in refuse(data[:244] + seconds.ljust(8) + data[252:], "x.edf"), seconds


def test_an_import_can_be_stopped_and_tells_how_far_it_is() -> None:
    shares: list[float] = []
    read_csv(table(), "x.csv", progress=shares.append)
    assert shares[-1] == 1.0
    with pytest.raises(ImportStoppedError):
        read_csv(table(), "x.csv", cancel=lambda: True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"colour": 1}',
        '{"fs": "fast"}',
        '{"fs": -1}',
        '{"fs": true}',
        '{"leads": "I"}',
        '{"leads": [1]}',
        '{"unit": "kg"}',
        '{"first_line": 0}',
        '{"decimal": ["."]}',
        '{"flip": 1}',
        "[" * 50_000,
    ],
)
def test_a_recipe_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ImportFileError):
        ImportSettings.from_json(text)


def test_a_recipe_comes_back_as_it_was_saved() -> None:
    settings = ImportSettings(fs=250.0, leads=("ecg",), delimiter=";", decimal=",", flip=True, time_column="none")
    assert ImportSettings.from_json(settings.to_json()) == settings
    assert ImportSettings.from_json(ImportSettings().to_json()) == ImportSettings()


def test_settings_that_do_not_fit_the_file_are_refused() -> None:
    for settings in (
        ImportSettings(leads=("II",)),
        ImportSettings(time_column="clock"),
        ImportSettings(leads=("ecg", "ecg")),
    ):
        with pytest.raises(ImportFileError):
            read_csv(table(), "x.csv", settings)


def test_question_errors_are_errors_that_pages_show() -> None:
    assert issubclass(QuestionError, ImportFileError)
    assert issubclass(ImportFileError, EcgModelError)
