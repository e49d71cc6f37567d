"""The main job in a browser: open a record, see what the shipped model says of every beat."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from ecgmodel.classification.agreement import compare_beats
from ecgmodel.classification.classify import classify_record
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.records.sources.catalogue import open_record
from tests.browser.server import Server
from tests.browser.steps import expect_number

RECORD = "simulated-mixed"
SLOW_MS = 60_000


@pytest.fixture(scope="module")
def prediction():
    return classify_record(open_record(RECORD), open_shipped_model("beats-gru"))


@pytest.fixture
def trace(page: Page, embedded_app_server: Server) -> Locator:
    """The Predict page as it is reached from a first visit, at rest."""
    page.goto(f"{embedded_app_server.url}/?record={RECORD}&t=20&lang=en")
    page.get_by_role("link", name="Predict").click()
    frame = page.locator(".ecg[data-replay=playing]")
    expect(frame).to_be_visible(timeout=SLOW_MS)
    page.locator("[data-name=stop]").click()
    frame = page.locator(".ecg[data-paints]")
    expect(frame).not_to_have_attribute("data-replay", "playing")
    return frame


def read_symbols(frame: Locator, row: int) -> dict[float, str]:
    """Return time and symbol of the labels of one row, as the list for screen readers says them."""
    items = frame.page.locator(f"[data-name=beats] [data-row='{row}']").all_text_contents()
    found = [re.search(r"(\d+):([\d.]+) (\S+) ", item) for item in items]
    return {round(60 * int(match[1]) + float(match[2]), 2): match[3] for match in found}


def test_labels_on_screen_are_the_library_s(trace: Locator, prediction) -> None:
    """Both rows: what the simulation knows and what `classify_record` says, beat by beat."""
    expect(trace.page.locator("[data-name=beats] [data-row='1']").first).to_be_attached()
    start_s = float(trace.get_attribute("data-start"))
    stop_s = start_s + float(trace.get_attribute("data-window"))
    seconds = prediction.r_sample / prediction.fs
    inside = (seconds > start_s + 0.05) & (seconds < stop_s - 0.05)
    for row, symbols in ((0, prediction.symbol), (1, prediction.predicted)):
        shown = read_symbols(trace, row)
        expected = {round(float(s), 2): str(symbol) for s, symbol in zip(seconds[inside], symbols[inside], strict=True)}
        near = {time: symbol for time, symbol in shown.items() if start_s + 0.05 < time < stop_s - 0.05}
        assert [near[time] for time in sorted(near)] == [expected[time] for time in sorted(expected)]
        np.testing.assert_allclose(sorted(near), sorted(expected), atol=0.011)


def test_the_page_states_delay_score_and_that_it_is_simulated(trace: Locator) -> None:
    """Nothing on the page lets a result be taken for more than it is."""
    page = trace.page
    expect(page.get_by_text("1.03 s after its R peak").first).to_be_visible()
    expect(page.get_by_text("people it never saw").first).to_be_visible()
    expect(page.get_by_text("Not a medical device").first).to_be_visible()
    expect(page.get_by_text("Simulated").first).to_be_visible()


def test_the_matrix_counts_what_the_library_counts(trace: Locator, prediction) -> None:
    """Agreement over the whole record, in words."""
    agreement = compare_beats(prediction, open_record(RECORD).annotations)
    right, judged = int(np.trace(agreement.matrix)), int(agreement.matrix.sum())
    expect(trace.page.get_by_text(f"{right:,} of {judged:,}").first).to_be_visible(timeout=SLOW_MS)


def test_a_disagreement_jumps_to_its_beat(trace: Locator, prediction) -> None:
    """`≠` in the list of jumps goes to the first beat behind the window on which both differ."""
    page = trace.page
    page.locator("[data-name=symbol]").select_option("≠")
    start_s = float(trace.get_attribute("data-start"))
    middle_s = start_s + float(trace.get_attribute("data-window")) / 2
    differing = prediction.r_sample[prediction.symbol != prediction.predicted] / prediction.fs
    target_s = differing[differing > middle_s][0]
    page.locator("[data-name=nextBeat]").click()
    expect(page.locator("[data-name=beats] li", has_text="model disagrees").first).to_be_attached()
    expect_number(trace, "data-start", target_s - 10, target_s)


def test_another_window_needs_no_server(trace: Locator) -> None:
    """Panning paints at once; the address follows when the trace rests."""
    page = trace.page
    start_s = float(trace.get_attribute("data-start"))
    page.locator("[data-name=forward]").click()
    expect(trace).to_have_attribute("data-start", f"{start_s + 10:.3f}")
    page.wait_for_url(re.compile(rf"[?&]t={start_s + 10:g}"), timeout=SLOW_MS)


def test_a_cell_of_the_matrix_lists_its_beats_and_a_row_leads_to_the_trace(trace: Locator, prediction) -> None:
    """V named V opens the list of those beats; a click in the middle of its second row brings that beat into view."""
    page = trace.page
    agreement = compare_beats(prediction, open_record(RECORD).annotations)
    beats = agreement.pairs.of_cell("V", "V")
    page.get_by_role("button", name=f"V named V: {len(beats)}").click()
    expect(page.get_by_text(re.compile(rf"^V named V: {len(beats):,} beats$"))).to_be_visible(timeout=SLOW_MS)
    table = page.get_by_test_id("stDataFrame").locator(".dvn-scroller").first
    table.click(position={"x": 200, "y": 35 * 2 + 17})
    middle = int(beats.sample[1]) / prediction.fs - float(trace.get_attribute("data-window")) / 2
    expect(trace).to_have_attribute("data-start", f"{max(0.0, middle):.3f}", timeout=SLOW_MS)
