"""A file that is made on a click stays until the browser has fetched it, whatever else runs meanwhile."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunApp
from tests.browser.server import ROOT
from tests.browser.steps import PATIENCE_MS, save_file

APP = Path(__file__).parent / "apps" / "download_app.py"
N_RUNS = 4


def test_a_file_is_there_for_a_browser_that_comes_late(run_app: RunApp, page: Page, tmp_path: Path):
    """Parts of the page end more runs than those for which Streamlit keeps a file; it is there all the same."""
    ticks = tmp_path / "ticks"
    server = run_app(APP, {"PYTHONPATH": str(ROOT), "TICKS": str(ticks)})
    page.goto(server.url)
    expect(page.get_by_role("button", name="Beats")).to_be_visible(timeout=PATIENCE_MS)
    file = save_file(page, "Beats")
    assert file.suggested_filename == "beats.csv"
    assert Path(file.path()).read_text() == "time_s,class\n0.5,N\n"

    before = ticks.stat().st_size
    while ticks.stat().st_size < before + N_RUNS:
        page.wait_for_timeout(50)
    late = page.request.get(file.url)
    assert late.status == 200
    assert late.text() == "time_s,class\n0.5,N\n"
