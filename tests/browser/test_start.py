"""The first visit, on a machine that has neither the database nor a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import RunApp, watched_page
from tests.browser.server import Server, without_database

FIRST_PAINT_LIMIT_MS = 30_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_visit_paints_a_trace(page: Page, embedded_app_server: Server, scheme: str):
    """Without a database and a network, Records shows a trace; nothing asks another machine for anything."""
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{embedded_app_server.url}/records")
    frame = page.locator("[data-paints]")
    expect(frame).to_be_visible(timeout=FIRST_PAINT_LIMIT_MS)
    expect(frame).to_have_attribute("data-theme", scheme)
    expect(page.get_by_text("simulated").first).to_be_visible()
    canvas = frame.locator("canvas").first
    assert (
        canvas.evaluate(
            "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
        )
        > 3
    ), "the canvas is of one colour"


def test_wrong_record_in_the_address(page: Page, embedded_app_server: Server):
    """`?record=../x` names the records that there are, and still shows a trace."""
    page.goto(f"{embedded_app_server.url}/?record=../../secret")
    expect(page.locator("[data-paints]")).to_be_visible(timeout=FIRST_PAINT_LIMIT_MS)
    expect(page.get_by_text("There is no record").first).to_be_visible()


def test_first_page_by_its_name(page: Page, embedded_app_server: Server):
    """`/start` leads to the first page, as every other page's name does."""
    page.goto(f"{embedded_app_server.url}/start?lang=zh")
    expect(page.locator(".figure[data-kind=heartbeat][data-paints]")).to_be_visible(timeout=FIRST_PAINT_LIMIT_MS)
    expect(page).to_have_url(f"{embedded_app_server.url}/?lang=zh")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_page_by_its_address_right_after_the_start(chromium: BrowserContext, run_app: RunApp, tmp_path: Path):
    """The first visit of a new server may be to any page: it comes in its frame, and nothing is said to be missing."""
    server = run_app(env=without_database(tmp_path))
    with watched_page(chromium) as page:  # closed before its server
        page.goto(f"{server.url}/predict?record=simulated-rbbb")
        expect(page.locator("[data-paints]")).to_be_visible(timeout=FIRST_PAINT_LIMIT_MS)
        expect(page.get_by_test_id("stSidebar").get_by_text("simulated-rbbb").first).to_be_visible()
        expect(page.get_by_role("tab", name="Whole record")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
