"""What pages count of records, without more than that needs."""

import numpy as np
import pytest

from ecgmodel.records.record import Header, Record
from ecgmodel.records.sources import catalogue
from pages.caches import records


@pytest.fixture
def _fresh():
    """Make the caches begin anew, and leave none of this test's behind."""
    caches = (records._shared_run_counts, records.shared_outline, records._shared_signals)
    for kept in caches:
        kept.clear()
    yield
    for kept in caches:
        kept.clear()


@pytest.mark.usefixtures("_fresh")
def test_runs_are_counted_without_signals(mitdb_folder, monkeypatch):
    """The published counts of the paper's runs come from the experts' marks alone; no signal is read for them."""
    monkeypatch.setattr(catalogue, "open_record", lambda *args, **more: pytest.fail("read a signal"))
    assert records.count_runs() == {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}
    assert sum(records.count_record_runs("208").values()) > 0


@pytest.mark.parametrize("fs", [128.0, 360.0], ids=["svdb", "mitdb"])
@pytest.mark.usefixtures("_fresh")
def test_a_segment_is_drawn_from_its_place_at_the_records_own_rate(fs, monkeypatch):
    """A spike 20 s into a record of 30 s stands 1 s into the stretch from 19 s, whatever the rate.

    Segments of results count samples at 360 Hz. Read as samples at 128 Hz, most of svdb lay beyond its records.
    """
    signal = np.zeros((round(30 * fs), 1), dtype=np.float32)
    signal[round(20 * fs)] = 1.0
    record = Record("svdb/x", signal, ("ECG1",), fs, None, Header(), "svdb")
    monkeypatch.setattr(catalogue, "open_record", lambda *args, **more: record)
    monkeypatch.setattr(records, "availability", lambda name: "folder")
    monkeypatch.setattr(records, "shared_stamp", lambda name: f"{fs}")
    rows = (("svdb/x", 19 * 360), ("svdb/x", 29 * 360), ("svdb/x", -360))
    inside, end, start = records.segment_signals(rows, 2 * 360)
    assert abs(int(np.argmax(inside)) - 360) <= 1
    assert not np.isnan(inside).any()
    assert int(np.isnan(end).sum()) == 360
    assert np.isnan(start[:360]).all()
    assert not np.isnan(start[360:]).any()
