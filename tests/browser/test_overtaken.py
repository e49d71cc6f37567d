"""Components whose data change before their code is there, as happens where a browser is busy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pages.components.packets import pack, read_asset
from tests.browser.server import Server

LATE_CODE = """
globalThis.held = new Promise((resolve) => (globalThis.release = resolve));
const createUrl = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const draws = blob.type === "text/javascript" && blob.size > 8000;
  return createUrl(draws ? new Blob(["await globalThis.held;", blob], { type: blob.type }) : blob);
};
"""
"""Streamlit imports a component's code as a blob: that of what draws now waits until the test releases it."""

LATE_FIRST_CALLS = """
globalThis.held = new Promise((resolve) => (globalThis.release = resolve));
const createUrl = URL.createObjectURL;
URL.createObjectURL = (blob) => createUrl(blob.type !== "text/javascript" ? blob : new Blob([`
  import show from "${createUrl(blob)}";
  const known = new WeakSet();
  export default async (component) => {
    if (!known.has(component.parentElement)) {
      known.add(component.parentElement);
      await globalThis.held;
    }
    return show(component);
  };
`], { type: blob.type }));
"""
"""The first call for each element waits until the test releases it, and so comes after those that were made later."""


@pytest.mark.parametrize("late", [LATE_CODE, LATE_FIRST_CALLS], ids=["code", "first calls"])
@pytest.mark.parametrize(
    ("link", "component"),
    [("Records", ".ecg[data-paints]"), ("Gates", ".gates[data-paints]"), ("Learn", ".figure[data-draws]")],
)
def test_the_newest_call_counts(page: Page, embedded_app_server: Server, late: str, link: str, component: str) -> None:
    """Calls wait for a component's code and then come in any order, and Streamlit cleans up behind the older ones."""
    page.add_init_script(late)
    page.goto(f"{embedded_app_server.url}/?lang=en")
    page.get_by_role("link", name=link, exact=True).click()
    at_rest = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(page.locator(".stBidiComponent").first).to_be_attached()
    expect(at_rest).to_be_attached()
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_role("link", name="学习", exact=True)).to_be_visible()
    expect(at_rest).to_be_attached()
    page.evaluate("release()")
    shown = page.locator(component).first
    chinese = re.compile("[\u4e00-\u9fff]")
    expect(shown).to_contain_text(chinese)
    # Behind every call that was held back; what is cleaned up is gone by then.
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(shown).to_be_visible()
    expect(shown).to_contain_text(chinese)
    if link == "Gates":
        step = shown.get_attribute("data-step")
        page.locator(".gates .surface").first.press("ArrowLeft")
        expect(shown).not_to_have_attribute("data-step", step)


def test_what_was_not_used_yet_stays(page: Page) -> None:
    """Of two packets of one element the older may come last and be used first; then the newer one is still there."""
    page.add_script_tag(
        content=f"{read_asset('shared/channel.js')}; globalThis.channel = {{ carry, settle, receive }};", type="module"
    )
    older, newer = pack({"name": "older"}, {}), pack({"name": "newer"}, {})
    for packet in (newer, older):
        page.evaluate("bytes => { channel.carry(document.body, Uint8Array.from(bytes)) }", list(packet.data))
    received = "id => Promise.race([channel.receive(id).then(({ name }) => name), new Promise(setTimeout)])"
    page.evaluate("id => channel.settle(id)", older.id)
    assert page.evaluate(received, newer.id) == "newer"
    page.evaluate("id => channel.settle(id)", newer.id)
    assert page.evaluate(received, newer.id) == "newer"
    assert page.evaluate(received, older.id) is None
