"""What the app's server process holds in memory while a record and a model are open."""

from __future__ import annotations

import psutil

from tests.benchmarks.driver import PAINTED_TRACE, open_browser, open_page
from tests.benchmarks.measure import Measure, Target
from tests.browser.server import ROOT, serve

FORBIDDEN = ("tensorflow", "libtorch")


def measure_app_memory() -> Measure:
    """Open the Records page, then the Predict page, in one visit; read the resident memory of the server."""
    with open_browser() as browser, serve(ROOT / "app.py") as server:
        page = browser.new_page()
        for address in (f"{server.url}/records", f"{server.url}/predict"):
            open_page(page, address, PAINTED_TRACE)
            page.wait_for_load_state("networkidle")
        process = psutil.Process(server.pid)
        resident = process.memory_info().rss + sum(child.memory_info().rss for child in process.children(True))
        loaded = find_forbidden(process)
    return Measure(
        name="memory of the app process with a record and a model open",
        value=resident / 1e6,
        unit="MB",
        target=Target("at most", 350, "value"),
        fault=f"loaded: {', '.join(loaded)}" if loaded else "",
        note="resident set, one run",
    )


def find_forbidden(process: psutil.Process) -> list[str]:
    """Return which packages that only training needs have their libraries mapped into the process."""
    if not hasattr(process, "memory_maps"):  # macOS keeps this to itself
        return []
    paths = [mapping.path for mapping in process.memory_maps()]
    return [name for name in FORBIDDEN if any(name in path for path in paths)]
