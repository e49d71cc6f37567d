"""The address of the app and the browser's history: Back goes back, and shows what the address says."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.steps import PATIENCE_MS, wait_until_still

RECORD = "simulated-mixed"


def settle_on(page: Page, path: str) -> None:
    """Wait until the page at a path is through, with its choices in the address."""
    expect(page).to_have_url(re.compile(f"{re.escape(path)}[?].*record={RECORD}"), timeout=PATIENCE_MS)
    wait_until_still(page)


def move_on(page: Page) -> None:
    """Move the trace to the next window, and wait until the address says so."""
    before = page.url
    page.locator("[data-name=forward]").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    wait_until_still(page)


def assert_shows_what_the_address_says(page: Page) -> None:
    asked = parse_qs(urlsplit(page.url).query)
    expect(page.locator(".ecg[data-paints]")).to_have_attribute("data-start", f"{float(asked['t'][0]):.3f}")
    expect(page.get_by_test_id("stSidebar").get_by_text(asked["record"][0])).to_be_visible()


def test_back_goes_back(page: Page, embedded_app_server: Server):
    """One entry a page; moving within a page adds none; Back and Forward show what their address says."""
    page.goto(f"{embedded_app_server.url}/records?record={RECORD}&t=20&w=10&lang=en")
    settle_on(page, "/records")
    expect(page.locator(".ecg[data-paints]")).to_be_visible(timeout=PATIENCE_MS)
    first = page.evaluate("history.length")
    move_on(page)
    move_on(page)
    records = page.url
    assert "t=20&" not in records
    assert page.evaluate("history.length") == first

    page.get_by_role("link", name="Annotate").click()
    settle_on(page, "/annotate")
    move_on(page)
    annotate = page.url
    page.get_by_role("link", name="Learn").click()
    settle_on(page, "/learn")
    assert page.evaluate("history.length") == first + 2

    page.go_back()
    expect(page).to_have_url(annotate)
    wait_until_still(page)
    assert_shows_what_the_address_says(page)
    page.go_back()
    expect(page).to_have_url(records)
    wait_until_still(page)
    assert_shows_what_the_address_says(page)
    page.go_forward()
    expect(page).to_have_url(annotate)
    wait_until_still(page)
    assert_shows_what_the_address_says(page)
    assert page.evaluate("history.length") == first + 2


def test_the_document_says_its_language(page: Page, embedded_app_server: Server):
    """`<html lang>` follows the switch in the sidebar, at once and back again."""
    page.goto(f"{embedded_app_server.url}/annotate?lang=en")
    document = page.locator("html")
    wait_until_still(page)  # a page that is opened by its address may load once more, and a click before that is lost
    expect(document).to_have_attribute("lang", "en")
    page.get_by_test_id("stSidebar").get_by_text("中文").click()
    expect(document).to_have_attribute("lang", "zh-CN", timeout=PATIENCE_MS)
    page.get_by_test_id("stSidebar").get_by_text("English").click()
    expect(document).to_have_attribute("lang", "en", timeout=PATIENCE_MS)
