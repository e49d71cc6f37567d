"""Visitors at once, in a short form: whether the pages hold, and what they send."""

from pathlib import Path

import pytest

from tests.browser.server import serve, without_database
from tests.event_loop import run
from tests.load.load import Lecture, hold_lecture, see_again

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.load


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serve(ROOT / "app.py", without_database(tmp_path_factory.mktemp("cache"))) as running:
        yield running


def test_a_second_visit_costs_what_changed(server):
    """Once a record was seen, no page sends more than 60 kB: signals, labels and code travelled once."""
    seen = run(see_again(server.url))
    assert {page: n_bytes for page, n_bytes in seen.items() if n_bytes > 60_000} == {}


def test_visitors_at_once_are_all_served(server):
    """Eight visitors who go from page to page without a pause get every page, without an error."""
    outcome = run(
        hold_lecture(
            server.url, server.pid, Lecture(8, (0.0, 0.0), 3.0, pages=("start", "predict", "learn"), records=())
        )
    )
    assert outcome.errors == ()
    assert len(outcome.visits) > 8
