"""From a number of a matrix to the beats behind it, in a browser without the database."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import open_record
from tests.browser.axe import find_barriers
from tests.browser.server import ROOT, Server, serve, without_database
from tests.browser.test_predict import read_symbols
from tests.evaluation_case import make_predictions, ship_result

SLOW_MS = 90_000
PEOPLE = {"right": 0.7, "seed": 1}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with made-up results of `gru`, and nothing to open but what it brings along."""
    folder = tmp_path_factory.mktemp("results")
    ship_result(folder, "gru", "segments-10fold", right=0.95)
    ship_result(folder, "gru", "patients-10fold", **PEOPLE)
    env = without_database(tmp_path_factory.mktemp("cache")) | {"ECG_RESULTS_DIR": str(folder)}
    with serve(ROOT / "app.py", env) as running:
        yield running


def test_a_cell_opens_to_its_beats_and_a_beat_to_the_trace(page: Page, server: Server) -> None:
    """By keyboard and by mouse; record, time and both rows of labels are the library's."""
    rows = make_predictions("runs", 10, **PEOPLE)
    matrix = rows.matrix()
    page.goto(f"{server.url}/?lang=en")
    page.get_by_role("link", name="Evaluate").click()
    pane = page.locator("[data-pane='gru.patients-10fold']").first
    expect(pane).to_be_visible(timeout=SLOW_MS)
    shown = [
        [int(cell.replace(",", "")) for cell in row.split()[1:6]] for row in pane.locator("tbody tr").all_inner_texts()
    ]
    assert shown == matrix.tolist()

    pane.locator("[data-cell='1.4.4']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    focused = page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset.cell")
    assert focused == "1.4.0"
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"V named N: {matrix[4, 0]} segments of gru · people")).to_be_visible(timeout=SLOW_MS)
    expect(pane.locator("[data-cell='1.4.0']")).to_have_attribute("aria-pressed", "true")

    tile = page.locator("[data-tile='2']")
    expect(tile).to_be_visible(timeout=SLOW_MS)
    expect(tile).to_be_in_viewport(ratio=0.9)
    expect(page.locator("[data-tile]")).to_have_count(min(12, matrix[4, 0]))
    head = tile.locator(".title")
    head.locator("span").first.evaluate("(place) => place.textContent = 'svdb/881 · 28:35.3'")  # the longest that is
    assert head.evaluate(
        "(place) => [...place.children].every((part) => part.getBoundingClientRect().right <= "
        "place.getBoundingClientRect().right + 1)"
    )
    assert find_barriers(page) == {}
    name, r_sample = tile.get_attribute("data-record"), int(tile.get_attribute("data-r-sample"))
    mine = rows.take((rows.record == name) & (rows.r_sample == r_sample))
    assert (len(mine), int(mine.truth[0]), int(mine.label[0])) == (1, 4, 0)
    tile.click()
    trace = page.locator(".ecg[data-paints]")
    expect(trace).to_be_visible(timeout=SLOW_MS)

    record = open_record(name)
    start_s = float(trace.get_attribute("data-start"))
    stop_s = start_s + float(trace.get_attribute("data-window"))
    assert start_s <= r_sample / record.fs <= stop_s
    expect(page.locator("[data-name=beats] [data-row='1']").first).to_be_attached()
    beats = record.annotations.beats()
    inside = (beats.sample / record.fs > start_s + 0.05) & (beats.sample / record.fs < stop_s - 0.05)
    expected = {
        round(float(s / record.fs), 2): str(m) for s, m in zip(beats.sample[inside], beats.symbol[inside], strict=True)
    }
    near = {time: symbol for time, symbol in read_symbols(trace, 0).items() if start_s + 0.05 < time < stop_s - 0.05}
    assert expected
    assert [near[time] for time in sorted(near)] == [expected[time] for time in sorted(expected)]
    of_record = rows.take(rows.record == name)
    said = {time: symbol for time, symbol in read_symbols(trace, 1).items() if start_s + 0.05 < time < stop_s - 0.05}
    assert len(said) == len(expected)
    for time, symbol in said.items():
        # The run in which this beat lies: the last one that began no later.
        began = of_record.r_sample / record.fs <= time + 0.011
        run = np.flatnonzero(began)[np.argmax(of_record.r_sample[began])]
        assert symbol == CLASSES[of_record.label[run]], time

    page.get_by_role("link", name="Open in Predict").click()
    page.wait_for_url(re.compile(rf"predict\?.*record={name}"), timeout=SLOW_MS)
    moved = page.locator(".ecg[data-paints]")
    expect(moved).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("link", name="Open this beat in Gates")).to_be_visible(timeout=SLOW_MS)
    opened_s = float(moved.get_attribute("data-start"))
    assert opened_s <= r_sample / record.fs <= opened_s + float(moved.get_attribute("data-window"))
