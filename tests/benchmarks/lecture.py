"""A lecture hall at one server: 50 visitors of the websocket protocol who go from page to page."""

from __future__ import annotations

import asyncio
import statistics
from functools import cache

from ecgmodel.records.sources.catalogue import list_records
from tests.benchmarks.effort import QUICK
from tests.benchmarks.measure import Measure, Target
from tests.browser.server import ROOT, serve
from tests.load.load import RECORDS, Lecture, Outcome, hold_lecture, see_again

VISITORS = 50
AT_EASE = (5.0, 15.0)
FLAT_OUT = (0.0, 0.0)


@cache
def hold(pause_s: tuple[float, float], sessions: int = VISITORS, seconds: float | None = None) -> Outcome:
    """Let visitors into a fresh server, and return what they met."""
    held = {entry.name for entry in list_records() if entry.available in ("folder", "cache")}
    records = tuple(name for name in RECORDS if name in held)
    lecture = Lecture(sessions, pause_s, seconds or (12.0 if QUICK.get() else 60.0), records=records)
    with serve(ROOT / "app.py") as server:
        return asyncio.run(hold_lecture(server.url, server.pid, lecture))


def measure_visits() -> Measure:
    """Count the visits that a server answers where nobody pauses."""
    outcome = hold(FLAT_OUT)
    return _measure("visits of 50 visitors without a pause", outcome, "visits_per_s", "visits/s", "at least", 20)


def measure_wait() -> Measure:
    """Take the wait that 19 of 20 visits stay below."""
    outcome = hold(AT_EASE)
    return _measure("wait of 50 visitors, each every 5 to 15 s, 95th percentile", outcome, "p95_s", "s", "at most", 1)


def measure_bytes() -> Measure:
    """Take what a page sends to whom has seen it with this record, in the mean of the pages."""
    with serve(ROOT / "app.py") as server:
        n_bytes = asyncio.run(see_again(server.url))
    most = max(n_bytes, key=n_bytes.get)
    return Measure(
        name="sent for a visit once a record was seen",
        value=statistics.mean(n_bytes.values()) / 1e3,
        unit="kB",
        target=Target("at most", 60, "value"),
        note=f"mean of {len(n_bytes)} pages; most for {most}: {n_bytes[most] / 1e3:.0f} kB",
    )


def measure_hall_memory() -> Measure:
    """Take the largest resident set of the server while 50 are in."""
    return _measure("memory of the server with 50 visitors", hold(AT_EASE), "peak_mb", "MB", "at most", 600)


def measure_memory_left() -> Measure:
    """Take what the server still holds of them once they have left."""
    return _measure("memory that 50 visitors leave behind", hold(AT_EASE), "left_mb", "MB", "at most", 50)


def _measure(name: str, outcome: Outcome, key: str, unit: str, kind: str, limit: float) -> Measure:
    memory = {"peak_mb": outcome.peak_mb, "left_mb": outcome.end_mb - outcome.start_mb}
    described = outcome.describe() | memory
    n_errors = len(outcome.errors)
    return Measure(
        name=name,
        value=float(described[key]),
        unit=unit,
        target=Target(kind, limit, "value"),
        fault=f"{n_errors} visits failed, the first: {outcome.errors[0]}" if n_errors else "",
        note=f"{len(outcome.visits)} visits in {outcome.seconds:.0f} s, a third of them to another record",
    )
