"""Trainings in a real browser: a network that really learns, stopped, resumed and watched by two tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
from playwright.sync_api import BrowserContext, Page, WebError, expect

from ecgmodel.network.model_file import parse_model
from ecgmodel.training.jobs.jobs import list_runs
from tests.browser.axe import find_barriers
from tests.browser.conftest import visitor_page
from tests.browser.server import ROOT, Server, serve, without_database
from tests.browser.steps import save_file, wait_until_still

N_EPOCHS = 6
SLOW_MS = 240_000
"""A training waits for TensorFlow, and on a busy machine for that long."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def server(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as on a machine without the database."""
    env = without_database(tmp_path_factory.mktemp("cache"))
    with serve(ROOT / "app.py", env | {"ECG_RUNS_DIR": str(runs)}) as server:
        yield server


@pytest.fixture
def page(chromium: BrowserContext) -> Iterator[Page]:
    """A page beside which others may be opened; what a script throws in any of them fails the test.

    Streamlit itself asks for files below the page's address first when the page is reloaded, and is refused them.
    """
    faults: list[str] = []

    def note(error: WebError) -> None:
        faults.append(str(error.error))

    chromium.on("weberror", note)
    with visitor_page(chromium) as page:
        page.set_default_timeout(SLOW_MS)
        yield page
    chromium.remove_listener("weberror", note)
    assert faults == []


def fill(page: Page, label: str, value: object) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(str(value))
    box.press("Enter")


def test_train_stop_reload_go_on_use(page: Page, server: Server, runs: Path) -> None:
    """A student's whole way, on simulated records: every epoch that was seen is kept, the model serves at its end."""
    page.goto(server.url)
    expect(page.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_text("simulated records are used for training")).to_be_visible(timeout=SLOW_MS)
    page.get_by_text("The network", exact=True).click()
    page.get_by_text("Change it", exact=True).click()
    fill(page, "Units", 4)
    fill(page, "Filters in each layer", "2, 2, 2")
    fill(page, "Epochs", 0)
    expect(page.get_by_text("Epochs is 0; it must be from 1 to 1000.")).to_be_visible(timeout=SLOW_MS)
    fill(page, "Epochs", N_EPOCHS)
    fill(page, "Batch", 24)
    expect(page.get_by_text("549 weights")).to_be_visible(timeout=SLOW_MS)
    fill(page, "Name of the run", "browser")
    other = page.context.new_page()
    other.set_default_timeout(SLOW_MS)
    other.goto(page.url)
    page.get_by_role("button", name="Train", exact=True).click()
    # Nobody looks at a page that says nothing: each stage within seconds of the last, with the time to the first batch.
    stages = page.get_by_text("process → segments → TensorFlow → compiling → batches")
    expect(stages).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("to the first batch.").or_(page.get_by_text("longer than usual"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"batch \d+ of \d+ · loss \d\.\d{3}"))).to_be_visible(timeout=SLOW_MS)

    # Another tab sees the curves grow as well, and may stop the training.
    expect(other.get_by_text("Epochs as a table")).to_be_visible(timeout=SLOW_MS)
    other.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(f"of {N_EPOCHS} epochs are kept")).to_be_visible(timeout=SLOW_MS)
    n_kept = len(list_runs(runs)[0].epochs)
    assert 1 <= n_kept < N_EPOCHS

    page.reload()
    expect(page.get_by_text(f"{n_kept} of {N_EPOCHS} epochs are kept")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=SLOW_MS)
    page.reload()  # disturbs nothing
    expect(page.get_by_role("button", name="Use in Predict")).to_be_visible(timeout=SLOW_MS)
    (run,) = list_runs(runs)
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, N_EPOCHS + 1))
    assert run.epochs[-1].loss < run.epochs[0].loss
    assert set(run.epochs[0].gradient_norms) == {"conv1", "conv2", "conv3", "gru", "dense1", "dense2", "output"}
    page.get_by_text("Gradient norm of each layer", exact=True).click()
    expect(page.get_by_text("the gradient vanishes on its way back")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("conv1", exact=True)).to_be_visible()

    page.get_by_role("button", name="Download", exact=True).click()
    files = {}
    for ending in (".safetensors", ".onnx"):
        file = save_file(page, ending)
        assert file.suggested_filename == f"browser{ending}"
        files[ending] = Path(file.path()).read_bytes()
    assert parse_model(files[".safetensors"], "browser.safetensors").card.epochs == N_EPOCHS
    onnx.checker.check_model(onnx.load_from_string(files[".onnx"]))

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Use in Predict").click()
    expect(page.get_by_text("GRU, 4 units, 549 weights").first).to_be_visible(timeout=SLOW_MS)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("browser", exact=True)).to_be_visible(timeout=SLOW_MS)
    expect(sidebar.get_by_text("trained on simulated records")).to_be_visible()
    check_phone(page)


def check_phone(page: Page) -> None:
    """At 390 px the Train page with its run is as wide as the window, and every control is within it."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(page.url.replace("/predict", "/train"))
    for last in ("Epochs as a table", "Model file", "Copy settings", "Everyone who uses this app sees all runs."):
        expect(page.get_by_text(last)).to_be_visible(timeout=SLOW_MS)
    wait_until_still(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert find_barriers(page) == {}
    controls = page.get_by_test_id("stMain").locator("button:visible, input:visible")
    expect(controls.nth(15)).to_be_attached()
    boxes = [box for control in controls.all() if (box := control.bounding_box())]
    assert max(box["x"] + box["width"] for box in boxes) <= 391
    page.get_by_label("Epochs", exact=True).focus()
    page.keyboard.press("Tab")  # from field to field in the order in which they are read
    expect(page.get_by_label("Batch", exact=True)).to_be_focused()
