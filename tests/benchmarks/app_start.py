"""How long it takes from `streamlit run app.py` to a trace on the screen."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.driver import PAINTED_TRACE, open_browser, open_page
from tests.benchmarks.effort import runs
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT, serve, without_database

N_RUNS = 9
ONE_LINE = Path(__file__).parent / "apps" / "one_line.py"


def measure_app_start() -> Measure:
    """Start the app with the records that there are, MIT-BIH's where `ECG_DATA_DIR` or the cache has them."""
    return _measure("start of streamlit run to a painted trace", {})


def measure_fresh_start() -> Measure:
    """Start the app as on a fresh machine, which has nothing but the repository."""
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as cache:
        return _measure("the same on a fresh machine", without_database(Path(cache)))


def _measure(name: str, env: Mapping[str, str | None]) -> Measure:
    """Start the app and a one-line page in turn, each in a new server process and a new browser context."""
    app, one_line = [], []
    with open_browser() as browser:
        for run in range(runs(N_RUNS) + 1):
            seconds = (
                _time_start(browser, ONE_LINE, "[data-testid=stMarkdownContainer] >> text=Hello", env),
                _time_start(browser, ROOT / "app.py", PAINTED_TRACE, env),
            )
            if run:  # the first reads programs from the disk
                one_line.append(seconds[0])
                app.append(seconds[1])
    return Measure(
        name=name,
        value=statistics.median(app),
        unit="s",
        target=Target("at most", 1.5, "ratio"),
        yardstick=Yardstick("a one-line Streamlit page", statistics.median(one_line)),
        note=f"median of {len(app)} fresh servers and browser contexts",
    )


def _time_start(browser: Browser, script: Path, painted: str, env: Mapping[str, str | None]) -> float:
    context = browser.new_context()
    try:
        page = context.new_page()
        start = time.perf_counter()
        with serve(script, env) as server:
            open_page(page, server.url, painted)
            return time.perf_counter() - start
    finally:
        context.close()
