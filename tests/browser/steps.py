"""What a visitor does on several pages."""

from __future__ import annotations

from playwright.sync_api import Download, Page, expect

PATIENCE_MS = 60_000


def wait_until_still(page: Page) -> None:
    """Wait until the page runs no more; what it shows then is of one run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)


def save_file(page: Page, button: str) -> Download:
    """Take the file of a button home.

    A file is made on the click, by the run that drew its button, and a page that runs again draws the button anew: a
    click in between asks for a file that is gone, which the button then says.
    """
    wait_until_still(page)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value
