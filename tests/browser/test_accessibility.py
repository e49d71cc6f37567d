"""What axe-core finds on every page, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched_page
from tests.browser.server import Server
from tests.browser.steps import PATIENCE_MS, wait_until_still
from tests.browser.test_frame import PATHS

AXE = resources.files("axe_playwright_python") / "axe.min.js"
GRAVE = ("serious", "critical")

_FIND = """
() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(
  ({ id, impact, nodes }) => [id, impact, nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)]
))
"""


@pytest.fixture(scope="module")
def reader(chromium: BrowserContext) -> Iterator[Page]:
    """One visitor who looks at all pages, without motion."""
    with watched_page(chromium) as page:
        page.emulate_media(reduced_motion="reduce")
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_grave(reader: Page, embedded_app_server: Server, path: str, scheme: str):
    """No barrier that axe-core calls serious or critical: contrast, names, roles, focus."""
    reader.emulate_media(color_scheme=scheme)
    reader.goto(f"{embedded_app_server.url}/{path}?lang=en")
    expect(reader.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    wait_until_still(reader)
    reader.evaluate(AXE.read_text(encoding="utf-8"))
    grave = {name: nodes for name, impact, nodes in reader.evaluate(_FIND) if impact in GRAVE}
    assert grave == {}
