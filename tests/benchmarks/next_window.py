"""How long the next ten seconds of a record take from the click to the screen."""

from __future__ import annotations

import statistics
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.driver import PAINTED_TRACE, click_to_paint, deep, open_browser, open_page
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT, serve

N_CLICKS = 20
NAIVE_PLOTLY = Path(__file__).parent / "apps" / "naive_plotly.py"


def measure_next_window() -> Measure:
    """Click to the next window in the trace and in a page that redraws a Plotly figure."""
    with open_browser() as browser:
        trace = _time_clicks(
            browser, ROOT / "app.py", PAINTED_TRACE, deep("[data-name=forward]"), f"{deep(PAINTED_TRACE)}.dataset.start"
        )
        plotly = _time_clicks(
            browser,
            NAIVE_PLOTLY,
            ".js-plotly-plot .xtick",
            "document.querySelector('[data-testid=stButton] button')",
            "document.querySelector('.js-plotly-plot .xtick text')?.textContent",
        )
    return Measure(
        name="next window, click to paint",
        value=trace,
        unit="ms",
        target=Target("at most", 0.2, "ratio"),
        yardstick=Yardstick("a naive st.plotly_chart page", plotly),
        note=f"median of {N_CLICKS} clicks",
    )


def _time_clicks(browser: Browser, script: Path, painted: str, button: str, seen: str) -> float:
    env = {"PYTHONPATH": str(ROOT)}  # the naive page reads its record with the library, too
    with serve(script, env) as server:
        context = browser.new_context()
        try:
            page = context.new_page()
            open_page(page, server.url, painted)
            page.wait_for_load_state("networkidle")
            clicks = [click_to_paint(page, button, seen) for _ in range(N_CLICKS + 1)]
        finally:
            context.close()
    return statistics.median(clicks[1:])
