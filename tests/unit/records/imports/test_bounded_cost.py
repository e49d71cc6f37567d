"""What small or strange files may cost: time and memory bounded by the file, not by what it says."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import numpy as np
import pytest

from ecgmodel.errors import EcgModelError, ImportFileError
from ecgmodel.records.imports.files import read_files, sniff_files
from ecgmodel.records.imports.formats.signal_file import lay_out
from ecgmodel.records.imports.understanding import ImportSettings

SECONDS = 8.0
"""More than any of these files may take on a busy machine; quadratic patterns took half a minute and more."""

SAMPLES = b"\n".join(b"%d" % (i % 7) for i in range(400))
ATOMS = (
    " ",
    "\t",
    "0",
    ".",
    "-",
    "a",
    "(",
    "[",
    ":",
    "=",
    "_",
    "0 ",
    "1:",
    "Hz ",
    "lead ",
    "1 Hz ",
    "2024-01-01 ",
    '"',
)
LENGTH = 60_000


def as_line(text: str) -> dict[str, bytes]:
    """Return a file whose first line is `text`."""
    return {"x.csv": text.encode() + b"\n" + SAMPLES}


def as_name(text: str) -> dict[str, bytes]:
    """Return a file whose first column is called `text`."""
    return {"x.csv": b"x" + text.encode() + b"y,b\n" + SAMPLES.replace(b"\n", b",1\n")}


def as_wfdb_header(text: str) -> dict[str, bytes]:
    """Return a WFDB record whose header has `text` where a number or a unit stands."""
    return {"x.hea": f"r 1 {text}\nx.dat 16 {text}\n".encode(), "x.dat": bytes(2000)}


@pytest.mark.parametrize("make", [as_line, as_name, as_wfdb_header])
@pytest.mark.parametrize("atom", ATOMS)
def test_no_text_costs_the_square_of_its_length(make, atom):
    """A pattern that tries again from each place of a long text holds the interpreter, and with it all visitors."""
    began = time.process_time()
    with contextlib.suppress(EcgModelError):
        sniff_files(make((atom * LENGTH)[:LENGTH]), ImportSettings())
    assert time.process_time() - began < SECONDS


def header(format_: str, n_samples: int, more: str = "") -> bytes:
    return f"x 1 250 {n_samples}\nx.dat {format_}{more} 200/mV 8 0 0 0 0 II\n".encode()


@pytest.mark.parametrize(("format_", "of"), [("80", 1), ("16", 2), ("212", 1.5)])
def test_a_wfdb_file_takes_a_few_times_its_samples(format_, of):
    """Format 80 took 45 bytes of memory for one of the file: 18 GB for the largest upload."""
    n_samples = 6_000_000
    data = np.random.default_rng(0).integers(0, 256, int(n_samples * of), dtype=np.uint8).tobytes()
    tracemalloc.start()
    found = read_files({"x.hea": header(format_, n_samples), "x.dat": data})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.record.n_samples == n_samples
    assert peak < 4 * n_samples * 8


@pytest.mark.parametrize("format_", ["16", "80", "212", "310", "311", "24", "32", "61", "160"])
@pytest.mark.parametrize("skew", ["", ":3"])
def test_pieces_of_a_wfdb_file_are_the_whole(format_, skew, monkeypatch):
    """A record read in pieces has the samples of one read at once, whatever its format, and where a lead is late."""
    from ecgmodel.records import wfdb_io

    n_samples = 1000
    data = np.random.default_rng(1).integers(0, 256, 2 * 4 * n_samples, dtype=np.uint8).tobytes()
    lines = f"x 2 250 {n_samples}\nx.dat {format_}{skew} 200/mV\nx.dat {format_} 100/mV\n"
    files = {"x.hea": lines.encode(), "x.dat": data}
    whole = read_files(files).record.signals
    monkeypatch.setattr(wfdb_io, "PIECE_VALUES", 240)
    pieces = read_files(files).record.signals
    assert len(pieces) == n_samples
    assert np.array_equal(whole, pieces, equal_nan=True)


@pytest.mark.parametrize("more", [":999999999", ":10001", "x2", "+9999999999999"])
def test_a_wfdb_signal_that_is_hours_late_is_refused(more):
    """A lead that is a billion samples late would be given room for them."""
    with pytest.raises(ImportFileError):
        read_files({"x.hea": header("16", 900, more), "x.dat": bytes(2000)})


def test_a_wfdb_record_without_a_length_is_as_long_as_its_file():
    """How many samples there are is known, and bounded, before they are read."""
    data = np.arange(1000, dtype="<i2").tobytes()
    found = read_files({"x.hea": b"x 1 250\nx.dat 16 200/mV 16 0 0 0 0 II\n", "x.dat": data})
    assert found.record.n_samples == 1000


def test_a_pause_takes_no_more_than_its_bound():
    """200 kB with a pause of hours were hundreds of megabytes of missing samples."""
    fs, n, pause_s = 1000, 5000, 6 * 3600
    rows = [f"{i / fs:.3f},{i % 50}" for i in range(n)] + [f"{pause_s + i / fs:.3f},{i % 50}" for i in range(n)]
    with pytest.raises(ImportFileError, match="jumps by"):
        read_files({"x.csv": ("time [s],ecg [uV]\n" + "\n".join(rows)).encode()})


def test_a_pause_between_pieces_takes_no_more_than_its_bound():
    """Pieces of EDF+D and of WFDB that lie months apart are refused before there is room for the months."""
    with pytest.raises(ImportFileError, match="pauses"):
        lay_out(np.zeros((200, 2), np.float32), np.array([100, 100]), np.array([0, 10_000_101]))
    whole, gaps = lay_out(np.zeros((200, 2), np.float32), np.array([100, 100]), np.array([0, 1000]))
    assert whole.shape == (1100, 2)
    assert len(gaps) == 1
