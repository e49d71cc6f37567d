"""What pages count of records, without more than that needs."""

import pytest

from ecgmodel.records.sources import catalogue
from pages.caches import records


@pytest.fixture
def _fresh():
    """Make the caches begin anew, and leave none of this test's behind."""
    caches = (records._shared_run_counts, records.shared_outline)
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
