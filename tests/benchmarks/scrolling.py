"""How smoothly the trace follows the pointer."""

from __future__ import annotations

import statistics
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.driver import PAINTED_TRACE, TRACE_PATH, deep, open_browser, open_page
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT, serve

N_DRAGS = 5
DAY = Path(__file__).parent / "apps" / "day_trace.py"

# Drags the paper by some pixels a frame; returns the milliseconds from frame to frame.
_DRAG = """
async ([surface, pixels]) => {
  const target = new Function('return (' + surface + ')')();
  const { left, width, top } = target.getBoundingClientRect();
  const y = top + 200;
  const send = (type, x) => target.dispatchEvent(
    new PointerEvent(type, { pointerId: 1, clientX: x, clientY: y, button: 0, bubbles: true }));
  target.setPointerCapture = () => {};
  send('pointerdown', left + width * 0.9);
  const times = [];
  for (let k = 0; k < 90; k++) {
    times.push(await new Promise(requestAnimationFrame));
    send('pointermove', left + width * 0.9 - pixels * k);
  }
  send('pointerup', left + width * 0.9 - 90 * pixels);
  return times.slice(1).map((time, k) => time - times[k]);
}
"""


def measure_scrolling() -> Measure:
    """Drag ten seconds of a record of half an hour, all of which the browser holds."""
    with open_browser() as browser:
        value = _time_drags(browser, ROOT / "app.py")
    return Measure(
        name="scrolling the trace, frame to frame",
        value=value,
        unit="ms",
        target=Target("at most", 20, "value"),
        note=f"headless Chromium paints a frame every 16.7 ms; median of {N_DRAGS} drags of 90 frames",
    )


def measure_scrolling_day() -> Measure:
    """Drag ten seconds of a whole day with its beats, beside half an hour."""
    with open_browser() as browser:
        half_hour = _time_drags(browser, ROOT / "app.py")
        day = _time_drags(browser, DAY)
    return Measure(
        name="scrolling the trace of a day, frame to frame",
        value=day,
        unit="ms",
        target=Target("at most", 20, "value"),
        yardstick=Yardstick("the trace of half an hour", half_hour),
        note=f"21.6 million samples at 250 Hz; median of {N_DRAGS} drags of 90 frames",
    )


def _time_drags(browser: Browser, script: Path) -> float:
    with serve(script, {"PYTHONPATH": str(ROOT)}) as server:
        context = browser.new_context()
        try:
            page = context.new_page()
            open_page(page, server.url + TRACE_PATH.get(script.name, ""), PAINTED_TRACE)
            page.wait_for_load_state("networkidle")
            medians = [statistics.median(page.evaluate(_DRAG, [deep(".surface"), 5])) for _ in range(N_DRAGS)]
        finally:
            context.close()
    return statistics.median(medians)
