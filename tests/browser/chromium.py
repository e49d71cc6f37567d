"""Find and start a Chromium that stays on this machine."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


def find_chromium() -> str | None:
    """Return the path of a browser that Playwright can drive, or `None`.

    `ECG_CHROMIUM` names one that is not on the path.
    """
    named = os.environ.get("ECG_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def launch_chromium(playwright: Playwright, executable: str) -> Browser:
    """Start a headless browser."""
    return playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
