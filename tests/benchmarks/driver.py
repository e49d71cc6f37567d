"""A browser for the measures, and the clock inside of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from ecgmodel.errors import EcgModelError
from tests.browser.chromium import find_chromium, launch_chromium

PAINTED_TRACE = "[data-paints]"
"""The frame of the trace component counts its paintings in this attribute, from the first signal on the screen on."""

TRACE_PATH = {"app.py": "/records"}
"""Where a script shows its trace, by its file's name; all others at their root."""

START_LIMIT_MS = 90_000
REACTION_LIMIT_MS = 30_000

# Clicks, then looks once a frame whether what `seen` returns has changed; a frame later the change is on the screen.
_CLICK_TO_PAINT = """
async ([button, seen, limit]) => {
  const look = new Function('return (' + seen + ')');
  const find = new Function('return (' + button + ')');
  const frame = () => new Promise(requestAnimationFrame);
  const before = look();
  const start = performance.now();
  find().click();
  while (look() === before) {
    if (performance.now() - start > limit) throw new Error('nothing changed after the click');
    await frame();
  }
  await frame();
  return performance.now() - start;
}
"""

# Streamlit mounts components in open shadow roots; this looks through them as Playwright's selectors do.
FIND_DEEP = """
((root, selector) => {
  const search = (node) => {
    const hit = node.querySelector(selector);
    if (hit) return hit;
    for (const child of node.querySelectorAll('*')) {
      const found = child.shadowRoot && search(child.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  return search(root);
})
"""


def deep(selector: str) -> str:
    """Return a JavaScript expression for the first element, in any open shadow root, that `selector` finds."""
    return f"{FIND_DEEP.strip()}(document, {selector!r})"


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a headless Chromium, or say that there is none."""
    executable = find_chromium()
    if executable is None:
        raise EcgModelError(
            "The benchmark drives Chromium, and none is on the path. Install it, or name a browser in ECG_CHROMIUM."
        )
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        try:
            yield browser
        finally:
            browser.close()


def open_page(page: Page, address: str, painted: str) -> None:
    """Open `address` and wait until what the selector `painted` names is on the screen."""
    page.goto(address, wait_until="commit")
    try:
        page.locator(painted).first.wait_for(timeout=START_LIMIT_MS)
    except TooLate as error:
        raise EcgModelError(
            "Nothing was painted at {address} within {limit} s; see in a browser what the page says.",
            address=address,
            limit=START_LIMIT_MS // 1000,
        ) from error


def click_to_paint(page: Page, button: str, seen: str) -> float:
    """Click and return the milliseconds until the change is painted.

    Parameters
    ----------
    page : Page
    button : str
        JavaScript expression for what is clicked.
    seen : str
        JavaScript expression that changes with the painting.
    """
    return page.evaluate(_CLICK_TO_PAINT, [button, seen, REACTION_LIMIT_MS])
