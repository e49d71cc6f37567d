"""Annotations in MIT's format: the reader against `wfdb`'s, and against files that cost it."""

import contextlib
import time

import numpy as np
import pytest
import wfdb

from ecgmodel.errors import RecordError
from ecgmodel.records.annotation_file import MAX_BYTES, parse_annotations

SECONDS = 10.0
"""More than any file may take on a busy machine; `wfdb` took minutes, or never ended."""


def test_all_annotations_of_the_databases_are_those_that_wfdb_reads(mitdb_folder, svdb_folder):
    """Every sample, symbol and note of mitdb and svdb is `wfdb.rdann`'s."""
    files = [*sorted(mitdb_folder.glob("*.atr"))[::4], *sorted(svdb_folder.glob("*.atr"))[::8]]
    assert len(files) > 12
    for file in files:
        theirs, ours = wfdb.rdann(str(file.with_suffix("")), "atr"), parse_annotations(file.read_bytes())
        assert ours.sample.tolist() == theirs.sample.tolist()
        assert ours.symbol.tolist() == theirs.symbol
        assert ours.aux.tolist() == [text.rstrip("\0") for text in theirs.aux_note]


def test_every_kind_of_word_is_read(tmp_path):
    """Long steps, notes of odd and even length, subtypes, channels, numbers and symbols of a file's own."""
    rng = np.random.default_rng(0)
    n = 400
    wfdb.wrann(
        "x",
        "atr",
        np.cumsum(rng.integers(0, 5000, n)),
        symbol=rng.choice(list("NLRAV+~|q"), n).tolist(),
        aux_note=["x" * length for length in rng.integers(0, 9, n).tolist()],
        chan=rng.integers(0, 2, n),
        num=rng.integers(0, 4, n),
        subtype=rng.integers(0, 4, n),
        custom_labels=[(42, "q", "a quirk")],
        fs=250,
        write_dir=str(tmp_path),
    )
    theirs, ours = wfdb.rdann(str(tmp_path / "x"), "atr"), parse_annotations((tmp_path / "x.atr").read_bytes())
    assert ours.sample.tolist() == theirs.sample.tolist()
    assert ours.symbol.tolist() == theirs.symbol
    assert ours.aux.tolist() == theirs.aux_note


def test_an_unknown_note_at_the_start_ends():
    """A note at sample 0 that begins with ## and says something else: `wfdb` looks at it for ever."""
    note = b"## written by hand"
    data = (22 << 10).to_bytes(2, "little") + (63 << 10 | len(note)).to_bytes(2, "little") + note
    beat = (1 << 10 | 100).to_bytes(2, "little")
    marks = parse_annotations(data + beat + b"\0\0")
    assert (marks.sample.tolist(), marks.symbol.tolist()) == ([100], ["N"])


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff", b"\x00\xfc", b"\x02\xfc", b"\x00\xec", b"\x01\x04", b"\x00\x00"],
    ids=["long notes", "empty notes", "short notes", "long steps", "beats", "nothing"],
)
def test_the_largest_files_are_read_in_seconds(data):
    """Whatever four megabytes hold, they are read, or refused with a sentence, in little time."""
    began = time.process_time()
    with contextlib.suppress(RecordError):
        parse_annotations(data * (MAX_BYTES // 2))
    assert time.process_time() - began < SECONDS


def test_more_is_refused_before_it_is_read():
    """Fifty megabytes of annotations took two minutes, at each run of a page."""
    with pytest.raises(RecordError, match="at most 4 MB"):
        parse_annotations(bytes(50_000_000))


def test_notes_that_would_fill_the_memory_are_refused():
    """One note of 255 characters among a million beats would give each beat the room of 255."""
    note = (63 << 10 | 255).to_bytes(2, "little") + b"x" * 256
    with pytest.raises(RecordError, match="255 characters"):
        parse_annotations(b"\x01\x04" * 1_000_000 + note + b"\0\0")


def test_notes_cut_off_by_the_end_are_left_out():
    """A file that was not copied whole gives what is there."""
    beat = (1 << 10 | 100).to_bytes(2, "little")
    for end in (b"\x00\xec", b"\x00\xec\x01", b"\xff\xfcab", b"\x01"):
        assert parse_annotations(beat * 3 + end + b"\0\0").sample.tolist()[:3] == [100, 200, 300]
