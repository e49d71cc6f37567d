"""A record's leads and beats, and annotation files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgmodel.errors import RecordError
from ecgmodel.records import wfdb_io
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.sources.simulated import open_simulated


def record_of(leads: tuple[str, ...]) -> Record:
    signals = np.arange(6 * len(leads), dtype=np.float32).reshape(6, len(leads))
    return Record("x", signals, leads, 2.0, None, Header(), "upload")


@pytest.mark.parametrize(
    ("leads", "default"),
    [(("V5", "MLII"), "MLII"), (("V1", "II"), "II"), (("V1", "I"), "I"), (("V5", "V2"), "V5"), (("ECG",), "ECG")],
)
def test_default_lead(leads: tuple[str, ...], default: str):
    """MLII where there is one, then II, then I, else the first."""
    record = record_of(leads)
    assert record.default_lead == default
    np.testing.assert_array_equal(record.lead(), record.signals[:, leads.index(default)])
    assert record.duration_s == 3.0


def test_a_lead_that_is_not_there():
    """The error says which leads there are."""
    with pytest.raises(RecordError, match=r"Lead 'V9' is not in record x, which has MLII, V1\. Choose one of these\."):
        record_of(("MLII", "V1")).lead("V9")


def test_beats_leave_other_marks_out():
    """Of N, rhythm, noise, V, comment, paced and flutter waves three are beats."""
    symbols = np.array(["N", "+", "~", "V", '"', "/", "!"])
    marks = Annotations(np.arange(7), symbols, np.array([""] * 7))
    assert marks.beats().symbol.tolist() == ["N", "V", "/"]
    assert marks.beats().sample.tolist() == [0, 3, 5]


def test_written_annotations_read_back(tmp_path: Path):
    """What `write_annotations` writes, `wfdb.rdann` reads: samples, symbols, rhythms and the sampling frequency."""
    record = open_simulated("simulated-ventricular")
    wfdb_io.write_annotations(tmp_path / "simulated.atr", record.annotations, record.fs)
    marks = wfdb.rdann(str(tmp_path / "simulated"), "atr")
    np.testing.assert_array_equal(marks.sample, record.annotations.sample)
    assert marks.symbol == record.annotations.symbol.tolist()
    assert [text.rstrip("\0") for text in marks.aux_note] == record.annotations.aux.tolist()
    assert marks.fs == record.fs
    again = wfdb_io.read_annotations(tmp_path / "simulated")
    np.testing.assert_array_equal(again.aux, record.annotations.aux)
