"""What is written is what `wfdb` reads, and what our own import reads."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import wfdb

from ecgmodel.errors import ImportFileError
from ecgmodel.labels import CLASSES
from ecgmodel.records.exports.beat_table import format_beats
from ecgmodel.records.exports.wfdb_files import add_note, format_atr, format_wfdb, parse_atr, wfdb_name
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.record import Annotations
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record


@pytest.fixture(scope="module")
def record():
    simulated = simulate_record(SimulationPlan(duration_s=20.0, fs=512.0), seed=3)
    signals = simulated.signals.copy()
    signals[1000:1100, 0] = np.nan
    signals[:, 1] *= 30  # beyond what 16 bits hold at 1 uV
    return replace(simulated, name="upload: my =watch.csv", signals=signals)


def test_wfdb_reads_it(record, tmp_path):
    """Samples come back within half a step, gaps as gaps, and every beat where it was."""
    marks = record.annotations.beats()
    with zipfile.ZipFile(io.BytesIO(format_wfdb(record, marks))) as archive:
        assert sorted(archive.namelist()) == ["README.txt", *(f"my-watch-csv.{end}" for end in ("atr", "dat", "hea"))]
        archive.extractall(tmp_path)
    found = wfdb.rdrecord(str(tmp_path / "my-watch-csv"))
    assert found.fs == 512
    assert tuple(found.sig_name) == record.leads
    assert found.units == ["mV", "mV"]
    assert "Not a medical device" in found.comments[0]
    for column, gain in enumerate(found.adc_gain):
        np.testing.assert_allclose(found.p_signal[:, column], record.signals[:, column], atol=0.51 / gain)
    labels = wfdb.rdann(str(tmp_path / "my-watch-csv"), "atr")
    np.testing.assert_array_equal(labels.sample, marks.sample)
    assert labels.symbol == marks.symbol.tolist()


def test_own_import_reads_it(record):
    """A downloaded record can be dropped again."""
    archive = format_wfdb(record, record.annotations.beats())
    files = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = {name: opened.read(name) for name in opened.namelist() if not name.endswith(".txt")}
    found = read_files(files).record
    assert found.fs == record.fs
    assert len(found.annotations.sample) == len(record.annotations.beats().sample)


def test_labels_come_back(record):
    """An .atr that was written is read, also an empty one; what is none is refused."""
    marks = record.annotations.beats()
    found = parse_atr(format_atr(marks, record.fs))
    np.testing.assert_array_equal(found.sample, marks.sample)
    np.testing.assert_array_equal(found.symbol, marks.symbol)
    empty = Annotations(np.empty(0, np.int64), np.empty(0, "U1"), np.empty(0, "U1"))
    assert len(parse_atr(format_atr(empty, 360.0)).sample) == 0
    with pytest.raises(ImportFileError, match="not a WFDB annotation file"):
        parse_atr(b"r_sample,s\n1,2\n3")


def test_a_note_goes_before_the_labels(record, tmp_path):
    """An .atr that carries the note has it as a comment at its start, and the same beats."""
    marks = record.annotations.beats()
    (tmp_path / "x.atr").write_bytes(format_atr(add_note(marks), record.fs))
    found = wfdb.rdann(str(tmp_path / "x"), "atr")
    assert (found.sample[0], found.symbol[0]) == (1, '"')
    assert found.aux_note[0].rstrip("\0").startswith("Not a medical device")
    np.testing.assert_array_equal(found.sample[1:], marks.sample)
    np.testing.assert_array_equal(parse_atr((tmp_path / "x.atr").read_bytes()).beats().symbol, marks.symbol)
    nothing = Annotations(np.empty(0, np.int64), np.empty(0, "U1"), np.empty(0, "U1"))
    assert len(parse_atr(format_atr(add_note(nothing), 360.0)).sample) == 1


@pytest.mark.parametrize(("name", "safe"), [("../../x", "x"), ("upload: a b.csv", "a-b-csv"), ("心电图", "record")])
def test_names_are_safe(name, safe):
    """A file's name brings no folder and no sign that WFDB does not allow."""
    assert wfdb_name(name) == safe


def test_table_of_beats():
    """One line a beat with its RR interval and probabilities; a formula in the name stays text."""
    probabilities = np.eye(5, dtype=np.float32)[:3]
    text = format_beats("=1+1", 250.0, np.array([100, 350, 600]), np.array(["N", "?", "V"]), probabilities)
    lines = text.splitlines()
    assert lines[0].startswith("# Not a medical device")
    assert lines[1] == "# =1+1, 250 Hz"
    rows = list(csv.DictReader(lines[2:]))
    assert [row["r_sample"] for row in rows] == ["100", "350", "600"]
    assert [row["rr_s"] for row in rows] == ["", "1.0000", "1.0000"]
    assert [row["class"] for row in rows] == ["N", "?", "V"]
    assert [float(rows[2][f"p_{name}"]) for name in CLASSES] == [0, 0, 1, 0, 0]


def test_table_across_a_gap():
    """The beat after a gap has no RR interval."""
    text = format_beats("x", 250.0, np.array([100, 350, 900]), np.full(3, "N"), gaps=np.array([[400, 800]]))
    assert [row["rr_s"] for row in csv.DictReader(text.splitlines()[2:])] == ["", "1.0000", ""]


def test_table_without_beats():
    """No beats, no lines, no fault."""
    text = format_beats("x", 250.0, np.empty(0, np.int64), np.empty(0, "U1"), np.empty((0, 5), np.float32))
    assert len(text.splitlines()) == 3
