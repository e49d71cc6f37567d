"""Make the three pictures of the README: run with `python -m tests.browser.screenshots`.

They show simulated records, so that they come out alike on every machine.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch_chromium
from tests.browser.server import ROOT, serve, without_database

FOLDER = ROOT / "assets" / "screenshots"
SIZE = {"width": 1360, "height": 860}
PATIENCE_MS = 60_000

PICTURES = {
    "predict": ("predict?record=simulated-mixed&t=20&lang=en", ".ecg[data-paints]"),
    "gates": ("gates?record=simulated-mixed&lang=en", "canvas"),
    "learn": ("learn?record=simulated-mixed&chapter=3&lang=en", ".figure svg"),
}
"""Address of each, and what has to be drawn before it is taken."""


def take_pictures(url: str, page: Page, folder: Path) -> None:
    """Take all pictures of an app that runs at an address."""
    for name, (address, drawn) in PICTURES.items():
        page.goto(f"{url}/{address}")
        expect(page.locator(drawn).first).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=PATIENCE_MS
        )
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        page.screenshot(path=folder / f"{name}.png")


def main() -> None:
    """Take them into `assets/screenshots`."""
    with (
        tempfile.TemporaryDirectory() as cache,
        serve(ROOT / "app.py", without_database(Path(cache))) as server,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright, find_chromium())
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce", locale="en-US")
        take_pictures(server.url, page, FOLDER)
        browser.close()


if __name__ == "__main__":
    main()
