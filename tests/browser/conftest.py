"""A Chromium, Streamlit servers, and pages whose errors fail the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch_chromium
from tests.browser.server import ROOT, Server, serve

RunApp = Callable[..., Server]

PATIENCE_MS = 30_000
"""What a page may take where a test says nothing else: as long as it does while every core is busy."""


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """A headless Chromium; where there is none, a skip on a laptop and a failure under `CI=true`."""
    executable = find_chromium()
    if executable is None:
        reason = "No Chromium or Chrome is on the path; install one, or name it in ECG_CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture
def run_app() -> Iterator[RunApp]:
    """Return `run_app(script=app.py, env=None) -> Server`; the servers end with the test, a traceback fails it."""
    with ExitStack() as stack:

        def run(script: Path = ROOT / "app.py", env: Mapping[str, str | None] | None = None) -> Server:
            return stack.enter_context(serve(script, env))

        yield run


@pytest.fixture(scope="module")
def app_server() -> Iterator[Server]:
    """The app on what this machine has, started once for the tests of a module."""
    with serve(ROOT / "app.py") as server:
        yield server


@pytest.fixture(scope="module")
def embedded_app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as on a machine without the database, started once for the tests of a module."""
    env = {"ECG_DATA_DIR": None, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    with serve(ROOT / "app.py", env) as server:
        yield server


@pytest.fixture
def page(chromium_browser: Browser) -> Iterator[Page]:
    """A page in a context of its own; console errors, script errors and requests to other machines fail the test."""
    with watched_page(chromium_browser) as page:
        yield page


@contextmanager
def watched_page(browser: Browser) -> Iterator[Page]:
    """Open a page in a context of its own; fail behind it as `page` does."""
    context = browser.new_context(viewport={"width": 1360, "height": 900}, locale="en-US")
    faults: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(f"asked for {request.url}") if _is_outside(request.url) else None)
    yield page
    context.close()
    assert faults == []


def _is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")
