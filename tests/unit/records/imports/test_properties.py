"""Property tests: whatever a file holds, it is read or refused with a sentence, within time and memory."""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import ecgmodel.records.wfdb_io  # noqa: F401 -- loaded here, so that no example has to wait for it
from ecgmodel.errors import EcgModelError, ImportFileError
from ecgmodel.records.imports.files import read_files, sniff_files
from ecgmodel.records.imports.text.clock import parse_clock_cells
from ecgmodel.records.imports.text.numbers import cell_kind, parse_clock, parse_number
from ecgmodel.records.imports.text.plan import TablePlan
from ecgmodel.records.imports.text.reading import _read_carefully, _read_plainly, _read_quickly
from ecgmodel.records.imports.text_file import Recording, read_csv
from ecgmodel.records.imports.understanding import ImportSettings, Understanding

FOLDER = Path(__file__).parents[3] / "data" / "csv"
SEEDS = [path for path in sorted(FOLDER.iterdir()) if path.name != "corpus.json"]
SEED_BYTES = 6000
MAX_SECONDS = 5.0
MAX_BYTES = 300e6

quiet = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def read_or_refuse(name: str, data: bytes, chosen: ImportSettings) -> None:
    """Read a file; only `EcgModelError` may come out, in time, with a whole sentence."""
    started = time.process_time()
    try:
        understood = sniff_files({name: data}, chosen)
        assert isinstance(understood, Understanding)
        for _, finding in understood.findings():
            for sentence in finding.evidence:
                assert str(sentence)
        found = read_files({name: data}, chosen)
    except EcgModelError as error:
        text = str(error)
        assert text
        assert len(text) < 2000
    else:
        if isinstance(found, Recording):
            assert found.record.signals.ndim == 2
            assert found.record.signals.shape[1] == len(found.record.leads)
            assert not np.isinf(found.record.signals).any()
            assert found.record.fs > 0
            assert all(str(note) for note in found.notes)
    assert time.process_time() - started < MAX_SECONDS


@st.composite
def any_settings(draw: st.DrawFn) -> ImportSettings:
    """Settings as a visitor may make them, fitting or not."""
    return ImportSettings(
        fs=draw(st.sampled_from([None, None, 250.0, 360.0])),
        delimiter=draw(st.sampled_from([None, None, None, ",", ";", "\t", " ", ""])),
        decimal=draw(st.sampled_from([None, None, None, ".", ","])),
        unit=draw(st.sampled_from([None, None, "mV", "uV", "adc"])),
        time_column=draw(st.sampled_from([None, None, "none", "column 1", "time"])),
        time_unit=draw(st.sampled_from([None, None, None, "ms", "samples", "clock"])),
        encoding=draw(st.sampled_from([None, None, None, "utf-8", "cp1252", "utf-16-le", "gb18030"])),
        first_line=draw(st.sampled_from([None, None, None, 1, 2, 50])),
        bad_cells=draw(st.sampled_from(["stop", "gap"])),
        kind=draw(st.sampled_from([None, None, None, "signal", "beats"])),
        flip=draw(st.booleans()),
    )


@st.composite
def mutated_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the corpus, cut short, with bytes changed, put in, taken out, doubled or exchanged."""
    path = draw(st.sampled_from(SEEDS))
    data = bytearray(path.read_bytes())
    if path.suffix not in (".zip", ".edf"):
        data = data[:SEED_BYTES]
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.integers(0, 6)):
            case 0:
                data[place : place + 1] = draw(st.binary(min_size=0, max_size=3))
            case 1:
                data[place:place] = draw(st.sampled_from(TOKENS))
            case 2:
                del data[place : place + draw(st.integers(1, 400))]
            case 3:
                data[place:place] = data[place : place + draw(st.integers(1, 300))]
            case 4:
                lines = bytes(data).split(b"\n")
                i, j = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
                lines[i], lines[j] = lines[j], lines[i]
                data = bytearray(b"\n".join(lines))
            case 5:
                old, new = draw(st.sampled_from(EXCHANGES))
                data = bytearray(bytes(data).replace(old, new))
            case 6:
                data = data[:place]
    return path.name, bytes(data)


TOKENS = [
    *(
        mark.encode()
        for mark in ("\0", "\r", "\n", '"', "'", ",", ";", "\t", "[", "{", "--", "!", "\x0b\x0c\x1c", "\n" * 50)
    ),
    *(
        word.encode()
        for word in ("nan", "inf", "-inf", "1e999", "1.234,5", "1,234.5", "-0,5", "0x10", "1_000", "9" * 400)
    ),
    *(word.encode() for word in ("\u00b5V", "\u00a0", "00:00:00.000", "=cmd|' /C calc'!A0", "# fs = 1e30\n", "9" * 20)),
    b"Sample Rate,0 hertz\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x85",
    "采样率,512赫兹".encode("gb18030"),
]
EXCHANGES = [
    (b",", b";"),
    (b".", b","),
    (b"\n", b"\r\n"),
    (b"\n", b"\r"),
    (b",", b",,"),
    (b"0", b""),
    (b"1", b"-"),
    (b";", b" "),
    (b"\n", b"\n\n"),
]


@quiet
@given(mutated_files(), any_settings())
def test_mutated_files_are_read_or_refused(file: tuple[str, bytes], chosen: ImportSettings) -> None:
    read_or_refuse(*file, chosen)


@quiet
@given(
    st.binary(max_size=3000), st.sampled_from(["x.csv", "x.txt", "x.zip", "x.edf", "x.hea", "x.dat"]), any_settings()
)
def test_any_bytes_are_read_or_refused(data: bytes, name: str, chosen: ImportSettings) -> None:
    read_or_refuse(name, data, chosen)


cells = st.one_of(
    st.floats(allow_nan=True).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-5, 5).map(lambda v: f"{v:.4f}"),
    st.floats(-5, 5).map(lambda v: f"{v:.3f}".replace(".", ",")),
    st.sampled_from(
        [
            "",
            "nan",
            "!",
            "12:00:01.004",
            "2024-01-01T00:00:00.5",
            "abc",
            "1.234,5",
            '"',
            "'0:00.000'",
            "ecg [mV]",
            "Unit",
            "Hz",
        ]
    ),
    st.text(max_size=6),
)


@quiet
@given(
    st.lists(st.lists(cells, min_size=1, max_size=5), max_size=40),
    st.sampled_from([",", ";", "\t", " ", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"]),
    any_settings(),
)
def test_any_table_is_read_or_refused(
    rows: list[list[str]], delimiter: str, end: str, encoding: str, chosen: ImportSettings
) -> None:
    read_or_refuse("x.csv", end.join(delimiter.join(row) for row in rows).encode(encoding, errors="replace"), chosen)


def wave(n: int, fs: float) -> np.ndarray:
    phase = (np.arange(n) / fs * 1.2) % 1
    return 1.1 * np.exp(-(((phase - 0.4) / 0.02) ** 2)) - 0.2 * np.exp(-(((phase - 0.45) / 0.02) ** 2))


@st.composite
def clean_tables(draw: st.DrawFn) -> tuple[bytes, float, np.ndarray, ImportSettings]:
    """A table as a device writes it, with its rate and its samples in mV."""
    fs = draw(st.sampled_from([125.0, 200.0, 250.0, 256.0, 360.0, 500.0, 1000.0]))
    n = draw(st.integers(round(2 * fs), round(3 * fs)))
    delimiter, decimal = draw(
        st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", ".")])
    )
    unit, per_mv, digits = draw(st.sampled_from([("mV", 1.0, 4), ("uV", 1000.0, 1)]))
    time_unit, per_s, time_digits = draw(st.sampled_from([("s", 1.0, 5), ("ms", 1e3, 3), ("us", 1e6, 0)]))
    values = np.round(wave(n, fs) * per_mv, digits)
    header = (
        f"time [{time_unit}]{delimiter}ecg [{unit}]".replace(" [", "_").replace("]", "")
        if delimiter == " "
        else (f"time [{time_unit}]{delimiter}ecg [{unit}]")
    )
    rows = [
        f"{i / fs * per_s:.{time_digits}f}{'~'}{v:.{digits}f}".replace(".", decimal).replace("~", delimiter)
        for i, v in enumerate(values)
    ]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return end.join([header, *rows, ""]).encode(encoding), fs, values / per_mv, ImportSettings()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(clean_tables())
def test_a_clean_table_is_read_exactly_and_without_a_question(
    table: tuple[bytes, float, np.ndarray, ImportSettings],
) -> None:
    data, fs, values, chosen = table
    found = read_csv(data, "x.csv", chosen)
    assert isinstance(found, Recording)
    assert found.record.fs == fs
    np.testing.assert_allclose(found.record.signals[:, 0], values, atol=1e-6)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 8), st.sampled_from([".", ","]))
def test_numbers_come_back_exactly(value: float, digits: int, decimal: str) -> None:
    text = f"{value:.{digits}f}"
    if len(text) <= 64:
        assert parse_number(text.replace(".", decimal), decimal) == float(text)
    assert parse_number(f"{value:e}".replace(".", decimal), decimal) == float(f"{value:e}")


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("-0,5", ",", -0.5),
        ("\u22120,5", ",", -0.5),
        ("+.5", ".", 0.5),
        ("5.", ".", 5.0),
        ("1.234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("\u00a012.5\u00a0", ".", 12.5),
        ("'7'", ".", 7.0),
        ("1e3", ".", 1000.0),
    ],
)
def test_numbers_as_devices_write_them(text: str, decimal: str, value: float) -> None:
    assert parse_number(text, decimal) == value
    assert math.copysign(1, parse_number("-0,0", ",")) == -1


@pytest.mark.parametrize("text", ["1_000", "0x10", "１２", "1 2", "1,5", "--1", "1e", "e5", "9" * 100, "1.2.3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text, ".")


@given(st.text(max_size=80), st.sampled_from([".", ","]))
@example("1" * 10_000, ".")
@example("1," * 5_000, ".")
@example("[" + "0" * 20_000, ".")
def test_kinds_of_cells_agree_with_parsing(text: str, decimal: str) -> None:
    kind = cell_kind(text, decimal)
    try:
        value = parse_number(text, decimal)
    except ValueError:
        assert kind in "CT"
    else:
        assert kind == ("M" if math.isnan(value) else "N")


@given(st.lists(st.integers(0, 86_399_999), min_size=1, max_size=30), st.booleans())
def test_clock_columns_are_the_same_at_once_and_one_by_one(millis: list[int], dated: bool) -> None:
    day = "2024-02-29T" if dated else ""
    texts = [f"{day}{m // 3_600_000:02d}:{m // 60_000 % 60:02d}:{m // 1000 % 60:02d}.{m % 1000:03d}" for m in millis]
    np.testing.assert_allclose(
        parse_clock_cells(np.array(texts, dtype=object)), [parse_clock(t) for t in texts], atol=1e-4
    )


def plan(delimiter: str, decimal: str, width: int) -> TablePlan:
    names = tuple(f"c{i}" for i in range(width))
    return TablePlan(
        "utf-8",
        delimiter,
        decimal,
        1,
        names,
        tuple(range(1, width)) or (0,),
        0 if width > 1 else None,
        False,
        "",
        frozenset(),
        width == 1,
        False,
    )


good_cells = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: f"{v:.5f}"),
    st.integers(-9999, 9999).map(str),
    st.sampled_from(["", "NaN", "1e5", "-0.0"]),
)


@given(
    st.integers(1, 3).flatmap(
        lambda w: st.lists(st.lists(good_cells, min_size=w, max_size=w), min_size=1, max_size=20)
    ),
    st.sampled_from([(",", "."), (";", ","), ("\t", ".")]),
)
def test_quick_plain_and_careful_reading_agree(rows: list[list[str]], marks: tuple[str, str]) -> None:
    delimiter, decimal = marks
    width = len(rows[0])
    text = "\n".join(delimiter.join(cell.replace(".", decimal) for cell in row) for row in rows) + "\n"
    chosen = plan(delimiter if width > 1 else "", decimal, width)
    block = text.encode()
    careful, _ = _read_carefully(block, chosen, 1, 0, 0)
    for other in (_read_quickly(block, chosen, 1, 0), _read_plainly(block, chosen, 1, 0)):
        if other is not None:
            assert len(other.values) == len(careful.values)
            np.testing.assert_array_equal(other.values, careful.values)
            if careful.times is not None:
                np.testing.assert_array_equal(other.times, careful.times)


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize(
    "data",
    [
        b"," * 5_000_000,
        b"\n" * 5_000_000,
        b'"' * 3_000_000,
        b"1\n" * 2_000_000,
        b"1,2;3\t4|5 6\n" * 300_000,
        b"\xff" * 3_000_000,
        b"0" * 400_000 + b"\n1\n2\n3\n",
        b"[" * 400_000 + b"\n1\n",
        b"# {" + b'"a":[' * 50_000 + b"\n1\n2\n3\n4\n5\n",
        b"1:1:1:1:1:1:" * 20_000 + b"\n1\n",
    ],
    ids=range(10),
)
def test_hostile_files_cost_little_time_and_memory(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(ImportFileError):
        read_files({"x.csv": data}, ImportSettings(fs=250.0))
    assert time.process_time() - started < 2 * MAX_SECONDS  # tracing makes it twice as slow
    assert tracemalloc.get_traced_memory()[1] < MAX_BYTES
