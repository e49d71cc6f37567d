"""A Chromium, Streamlit servers, and pages whose errors fail the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium, launch_chromium
from tests.browser.server import ROOT, Server, serve, without_database

RunApp = Callable[..., Server]

PATIENCE_MS = 30_000
"""What a page may take where a test says nothing else: as long as it does while every core is busy."""


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def executable() -> str:
    """A Chromium; where there is none, a skip on a laptop and a failure under `CI=true`."""
    found = find_chromium()
    if found is None:
        reason = "No Chromium or Chrome is on the path; install one, or name it in ECG_CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def driver(executable: str) -> Iterator[Playwright]:
    """What drives every browser of this process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright, executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A headless Chromium.

    It has a profile on disk, as a visitor's has: only there does it keep what it compiled of Streamlit's scripts, which
    is a third of what a page costs.
    """
    context = driver.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=executable,
        args=list(ARGUMENTS),
        viewport={"width": 1360, "height": 900},
        locale="en-US",
    )
    yield context
    context.close()


@pytest.fixture(scope="module")
def many_visitors(driver: Playwright, executable: str) -> Iterator[Browser]:
    """A browser of its own, for visitors with different machines, each in a context of theirs."""
    browser = launch_chromium(driver, executable)
    yield browser
    browser.close()


@pytest.fixture
def run_app() -> Iterator[RunApp]:
    """Return `run_app(script=app.py, env=None) -> Server`; the servers end with the test, a traceback fails it."""
    with ExitStack() as stack:

        def run(script: Path = ROOT / "app.py", env: Mapping[str, str | None] | None = None) -> Server:
            return stack.enter_context(serve(script, env))

        yield run


@pytest.fixture(scope="session")
def embedded_app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as on a machine without the database, started once: each test is a visitor of its own."""
    with serve(ROOT / "app.py", without_database(tmp_path_factory.mktemp("cache"))) as server:
        yield server


@pytest.fixture
def page(chromium: BrowserContext) -> Iterator[Page]:
    """A new visitor's page; console errors, script errors and requests to other machines fail the test."""
    with watched_page(chromium) as page:
        yield page


@contextmanager
def watched_page(context: BrowserContext) -> Iterator[Page]:
    """Open a new visitor's page; fail behind it as `page` does."""
    faults: list[str] = []
    with visitor_page(context) as page:
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.append(f"asked for {asked.url}") if is_outside(asked.url) else None)
        yield page
    assert faults == []


@contextmanager
def visitor_page(context: BrowserContext) -> Iterator[Page]:
    """Open a page; then close it and those that it opened, and forget what the visitor left, but for files."""
    before = set(context.pages)
    page = context.new_page()
    yield page
    parts = urlsplit(page.url)
    if parts.scheme == "http":
        stored = {"origin": f"{parts.scheme}://{parts.netloc}", "storageTypes": "local_storage,indexeddb"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", stored)
    context.clear_cookies()
    for opened in set(context.pages) - before:
        opened.close()


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")
