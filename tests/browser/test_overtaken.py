"""Components whose data change before their code is there, as happens where a browser is busy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server

HOLD_MODULES = """
globalThis.held = new Promise((resolve) => (globalThis.letGo = resolve));
const createUrl = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const isLarge = blob.type === "text/javascript" && blob.size > 8000;
  return createUrl(isLarge ? new Blob(["await globalThis.held;", blob], { type: blob.type }) : blob);
};
"""
"""Streamlit imports a component's code as a blob: what draws now waits until the test lets it go."""


@pytest.mark.parametrize(
    ("link", "component"),
    [("Records", ".ecg[data-paints]"), ("Gates", ".gates[data-paints]"), ("Learn", ".figure[data-draws]")],
)
def test_a_call_that_was_overtaken_takes_nothing_away(
    page: Page, embedded_app_server: Server, link: str, component: str
) -> None:
    """Streamlit then cleans up behind the older call while the newer one shows the component."""
    page.add_init_script(HOLD_MODULES)
    page.goto(f"{embedded_app_server.url}/?lang=en")
    page.get_by_role("link", name=link, exact=True).click()
    at_rest = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(page.locator(".stBidiComponent").first).to_be_attached()
    expect(at_rest).to_be_attached()
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_role("link", name="学习", exact=True)).to_be_visible()
    expect(at_rest).to_be_attached()
    page.evaluate("letGo()")
    shown = page.locator(component).first
    expect(shown).to_be_visible()
    # Behind every call that was held back; what is cleaned up is gone by then.
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(shown).to_be_visible()
    if link == "Gates":
        step = shown.get_attribute("data-step")
        page.locator(".gates .surface").first.press("ArrowLeft")
        expect(shown).not_to_have_attribute("data-step", step)
