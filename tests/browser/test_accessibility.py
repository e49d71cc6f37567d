"""What axe-core finds on every page, in both themes and languages, at first sight and in what opens on it.

What needs a visitor who has done more, such as a training or a class room, is looked at in the tests of those pages.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import find_barriers
from tests.browser.conftest import watched_page
from tests.browser.server import Server
from tests.browser.steps import PATIENCE_MS, wait_until_still
from tests.browser.test_frame import PATHS


@pytest.fixture(scope="module")
def reader(chromium: BrowserContext) -> Iterator[Page]:
    """One visitor who looks at all pages, without motion."""
    with watched_page(chromium) as page:
        page.emulate_media(reduced_motion="reduce")
        yield page


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_grave(reader: Page, embedded_app_server: Server, path: str, scheme: str, language: str):
    """No barrier that axe-core calls serious or critical: contrast, names, roles, focus, language."""
    reader.emulate_media(color_scheme=scheme)
    reader.goto(f"{embedded_app_server.url}/{path}?lang={language}")
    expect(reader.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    wait_until_still(reader)
    assert find_barriers(reader) == {}
    if path == "records":
        _look_at_what_opens_on_records(reader, language)
    if path == "gates":
        _look_at_the_tools_of_gates(reader)


def _look_at_what_opens_on_records(reader: Page, language: str) -> None:
    filter_name, table_name = {"en": ("Filter", "All records"), "zh": ("筛选", "全部记录")}[language]
    reader.get_by_role("button", name=filter_name).click()
    expect(reader.get_by_test_id("stPopoverBody")).to_be_visible()
    assert find_barriers(reader) == {}
    reader.keyboard.press("Escape")
    reader.get_by_role("button", name=table_name).click()
    expect(reader.get_by_role("dialog").get_by_test_id("stDataFrame")).to_be_visible()
    wait_until_still(reader)
    assert find_barriers(reader) == {}
    reader.keyboard.press("Escape")
    reader.locator(".surface").focus()
    reader.keyboard.press("?")
    expect(reader.get_by_role("dialog")).to_be_visible()
    assert find_barriers(reader) == {}


def _look_at_the_tools_of_gates(reader: Page) -> None:
    for tool in reader.get_by_test_id("stMain").get_by_test_id("stPills").get_by_role("radio").all():
        tool.click()
        wait_until_still(reader)
        assert find_barriers(reader) == {}
