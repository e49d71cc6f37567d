"""How long the file of a watch takes from the drop to a label on every beat."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from ecgmodel.records.sources.sample_files import make_watch_file
from tests.benchmarks.driver import PAINTED_TRACE, REACTION_LIMIT_MS, open_browser, open_page
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT, serve

N_DROPS = 5
DROP_ZONE = "[data-testid=stFileUploaderDropzone]"
INPUT = "[data-testid=stFileUploaderDropzoneInput]"
LABELLED = '[data-record="upload: {name}"] li[data-row]'
COUNT_BYTES = Path(__file__).parent / "apps" / "count_bytes.py"


def measure_watch_file() -> Measure:
    """Drop half a minute at 512 Hz, and wait for the trace with its labels; beside a page that counts the bytes."""
    with open_browser() as browser:
        labels = _time_drops(browser, ROOT / "app.py", "/upload", PAINTED_TRACE, LABELLED)
        count = _time_drops(browser, COUNT_BYTES, "", DROP_ZONE, "text={name} has")
    return Measure(
        name="file of a watch, drop to labels",
        value=labels,
        unit="s",
        target=Target("at most", 1, "value"),
        yardstick=Yardstick("a page that counts the file's bytes", count),
        note=f"30 s at 512 Hz; median of {N_DROPS} drops",
    )


def _time_drops(browser: Browser, script: Path, place: str, painted: str, seen: str) -> float:
    context = browser.new_context(reduced_motion="reduce")
    try:
        with serve(script) as server:
            page = context.new_page()
            open_page(page, server.url + place, painted)
            page.wait_for_load_state("networkidle")
            seconds = [_time_drop(page, f"mine-{k}.csv", seen) for k in range(N_DROPS + 1)]
    finally:
        context.close()
    return statistics.median(seconds[1:])


def _time_drop(page: Page, name: str, seen: str) -> float:
    file = {"name": name, "mimeType": "text/csv", "buffer": make_watch_file().data}
    zone = page.locator(INPUT).first
    start = time.perf_counter()
    zone.set_input_files(file)
    page.locator(seen.format(name=name)).first.wait_for(state="attached", timeout=REACTION_LIMIT_MS)
    return time.perf_counter() - start
