"""How smoothly the cell plays and steps, and how long another beat takes to its heat maps."""

from __future__ import annotations

import statistics
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.driver import click_to_paint, deep, open_browser, open_page
from tests.benchmarks.measure import Measure, Target
from tests.browser.server import ROOT, serve

N_RUNS = 5
N_CLICKS = 20
VIEW = ".gates[data-paints]"
"""The view of the cell counts its paintings in this attribute."""

EMPTY_RERUN = Path(__file__).parent / "apps" / "empty_rerun.py"

# Plays, or presses an arrow key a frame; returns the milliseconds from frame to frame, and how often the view painted.
_MOVE = """
async ([view, surface, way]) => {
  const frame = new Function('return (' + view + ')')();
  const target = new Function('return (' + surface + ')')();
  const press = (key) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  press('Home');
  await new Promise(requestAnimationFrame);
  if (way === 'play') press(' ');
  const before = Number(frame.dataset.paints);
  const times = [];
  for (let k = 0; k < 90; k++) {
    times.push(await new Promise(requestAnimationFrame));
    if (way === 'step') press('ArrowRight');
  }
  const paints = Number(frame.dataset.paints) - before;
  if (way === 'play') press(' ');
  return { gaps: times.slice(1).map((time, k) => time - times[k]), paints };
}
"""


def measure_gates_motion() -> Measure:
    """Play, and step by the arrow keys, through every gate of a beat."""
    slowest, fault = 0.0, ""
    with open_browser() as browser, serve(ROOT / "app.py") as server:
        context = browser.new_context()
        try:
            page = context.new_page()
            open_page(page, f"{server.url}/gates", VIEW)
            page.wait_for_load_state("networkidle")
            for way in ("play", "step"):
                runs = [page.evaluate(_MOVE, [deep(VIEW), deep(".gates .surface"), way]) for _ in range(N_RUNS)]
                slowest = max(slowest, statistics.median(statistics.median(run["gaps"]) for run in runs))
                painted = statistics.median(run["paints"] for run in runs)
                if painted < 85:
                    fault = f"{way}: painted in {painted:.0f} of 90 frames"
        finally:
            context.close()
    return Measure(
        name="playing and stepping in the cell, frame to frame",
        value=slowest,
        unit="ms",
        target=Target("at most", 20, "value"),
        fault=fault,
        note=f"the slower of both; Chromium paints a frame every 16.7 ms; median of {N_RUNS} runs of 90 frames",
    )


def measure_gates_beat() -> Measure:
    """Click to the next beat on the Gates page, and click for a rerun of a page that does nothing."""
    with open_browser() as browser:
        beat = _time_clicks(
            browser,
            ROOT / "app.py",
            "gates",
            VIEW,
            "document.querySelector('.st-key-gates-chevron_right button')",
            f"{deep(VIEW)}.dataset.segment",
        )
        empty = _time_clicks(
            browser,
            EMPTY_RERUN,
            "",
            "[data-testid=stText]",
            "document.querySelector('[data-testid=stButton] button')",
            "document.querySelector('[data-testid=stText]').textContent",
        )
    return Measure(
        name="another beat to its heat maps, more than an empty rerun",
        value=beat - empty,
        unit="ms",
        target=Target("at most", 150, "value"),
        note=f"{beat:.0f} ms against {empty:.0f} ms; medians of {N_CLICKS} clicks",
    )


def _time_clicks(browser: Browser, script: Path, path: str, painted: str, button: str, seen: str) -> float:
    with serve(script) as server:
        context = browser.new_context()
        try:
            page = context.new_page()
            open_page(page, f"{server.url}/{path}", painted)
            page.wait_for_load_state("networkidle")
            clicks = [click_to_paint(page, button, seen) for _ in range(N_CLICKS + 1)]
        finally:
            context.close()
    return statistics.median(clicks[1:])
