"""What a visitor does on several pages."""

from __future__ import annotations

from playwright.sync_api import Download, Locator, Page, expect

PATIENCE_MS = 60_000


def wait_until_still(page: Page) -> None:
    """Wait until the page runs no more and nothing waits for its script; what it shows then is whole and of one run.

    Streamlit loads the script of each kind of control when the first of its kind is shown, and holds its place with a
    skeleton until then.
    """
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)


def expect_number(element: Locator, attribute: str, least: float, most: float) -> None:
    """Wait until a number that an element carries lies between two: it is written by the frame behind the action."""
    element.page.wait_for_function(
        "([node, name, least, most]) => { const x = Number(node.getAttribute(name)); return x >= least && x <= most; }",
        arg=[element.element_handle(), attribute, least, most],
        timeout=PATIENCE_MS,
    )


def save_file(page: Page, button: str) -> Download:
    """Take the file of a button home.

    A file is made on the click, by the run that drew its button, and a page that runs again draws the button anew: a
    click in between asks for a file that is gone, which the button then says.
    """
    wait_until_still(page)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value
