"""How long the next ten seconds of a record take from the click to the screen."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from ecgmodel.errors import EcgModelError
from ecgmodel.records.sources import simulated
from ecgmodel.training.jobs.job_file import RUNS_VARIABLE
from ecgmodel.training.jobs.jobs import create_run, read_run, request_stop
from ecgmodel.training.presets import PRESETS
from tests.benchmarks.driver import PAINTED_TRACE, TRACE_PATH, click_to_paint, deep, open_browser, open_page
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT, serve

N_CLICKS = 20
START_LIMIT_S = 300
TRAINING_EPOCHS = 1000
TWO_FRAMES_MS = 2 * 1000 / 60
"""A click is drawn in the frame after the one that it falls into."""

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
        target=Target("at most", TWO_FRAMES_MS, "value"),
        yardstick=Yardstick("a naive st.plotly_chart page", plotly),
        note=f"median of {N_CLICKS} clicks",
    )


def measure_next_window_while_training() -> Measure:
    """Click to the next window while the app trains, its Train page open beside, and while it rests."""
    preset = replace(PRESETS["paper-gru"], records=simulated.NAMES)
    preset = replace(preset, settings=replace(preset.settings, epochs=TRAINING_EPOCHS))
    with (
        tempfile.TemporaryDirectory(prefix="ecgmodel-", ignore_cleanup_errors=True) as folder,
        open_browser() as browser,
    ):
        runs = Path(folder)
        with serve(ROOT / "app.py", {RUNS_VARIABLE: folder}) as server:
            pages = browser.new_context()
            trace = pages.new_page()
            open_page(trace, f"{server.url}/records", PAINTED_TRACE)
            trace.wait_for_load_state("networkidle")
            idle = _time_app_clicks(trace)
            run = create_run(runs, preset, 0, "benchmark")
            train = pages.new_page()  # not before: a page behind another one paints once a second
            train.goto(f"{server.url}/train")
            _wait_for_epochs(run, 2)
            trace.bring_to_front()
            busy = _time_app_clicks(trace)
            trained = read_run(run).state == "training"
            pages.close()
            request_stop(run)
            _wait_for_rest(run)
    return Measure(
        name="next window while a network is trained",
        value=busy,
        unit="ms",
        target=Target("at most", 2, "ratio"),
        yardstick=Yardstick("the same at rest", idle),
        fault="" if trained else "the training ended before the clicks",
        note=f"median of {N_CLICKS} clicks, the Train page open in another tab",
    )


def _time_app_clicks(page: Page) -> float:
    button, seen = deep("[data-name=forward]"), f"{deep(PAINTED_TRACE)}.dataset.start"
    clicks = [click_to_paint(page, button, seen) for _ in range(N_CLICKS + 1)]
    return statistics.median(clicks[1:])


def _wait_for_epochs(run: Path, n: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while len(read_run(run).epochs) < n:
        state = read_run(run)
        if state.error is not None or time.monotonic() > deadline:
            raise EcgModelError("The training did not begin: {reason}.", reason=state.error or state.state)
        time.sleep(0.1)


def _wait_for_rest(run: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while read_run(run).is_busy and time.monotonic() < deadline:
        time.sleep(0.1)


def _time_clicks(browser: Browser, script: Path, painted: str, button: str, seen: str) -> float:
    env = {"PYTHONPATH": str(ROOT)}  # the naive page reads its record with the library, too
    with serve(script, env) as server:
        context = browser.new_context()
        try:
            page = context.new_page()
            open_page(page, server.url + TRACE_PATH.get(script.name, ""), painted)
            page.wait_for_load_state("networkidle")
            clicks = [click_to_paint(page, button, seen) for _ in range(N_CLICKS + 1)]
        finally:
            context.close()
    return statistics.median(clicks[1:])
