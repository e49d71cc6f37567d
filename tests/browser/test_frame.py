"""The frame of every page: nothing beneath the header, the start page, the tour."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ecgmodel.figures.palette import CLASS_MARKS
from pages.start.heartbeat import read_heartbeat
from tests.browser.conftest import visitor_page, watched_page
from tests.browser.server import Server
from tests.browser.steps import PATIENCE_MS, wait_until_still

PATHS = ("", "learn", "records", "predict", "gates", "train", "evaluate", "upload", "annotate", "class", "cards")
SIZES = {"phone": (390, 844), "zoom": (680, 450)}
"""A phone, and a laptop's window of 1360 by 900 at 200 %: half as many CSS pixels."""

# What of the page's content lies under the header, and whether the page is wider than the window.
_HIDDEN = """
() => {
  const header = document.querySelector('[data-testid=stHeader]').getBoundingClientRect();
  const main = document.querySelector('[data-testid=stMain]');
  main.scrollTop = 0;
  const beneath = (box) => box.width > 0 && box.height > 0 && box.top < header.bottom - 0.5 && box.bottom > header.top
    && box.left < header.right && box.right > header.left;
  const covered = [...main.querySelectorAll('*')].filter((element) => beneath(element.getBoundingClientRect()));
  return {
    covered: covered.map((element) => element.outerHTML.slice(0, 80)),
    tooWide: document.documentElement.scrollWidth > innerWidth || main.scrollWidth > main.clientWidth + 1,
  };
}
"""


# The element that has the focus, also within a component: its outline and its contrast to what lies behind it (WCAG).
_FOCUSED = """
() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (element === document.body) return null;
  const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const over = (colour, ground) => {
    brush.fillStyle = `rgb(${ground})`;
    brush.fillRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const layers = [];
  const up = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  for (let node = up(element); node; node = up(node)) layers.unshift(getComputedStyle(node).backgroundColor);
  const ground = layers.reduce((below, colour) => over(colour, below), [255, 255, 255]);
  const light = (colour) => colour.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0.05);
  const { outlineColor, outlineStyle, outlineWidth } = getComputedStyle(element);
  const [a, b] = [light(over(outlineColor, ground)), light(ground)];
  return {
    name: element.outerHTML.slice(0, 100),
    inMenu: element.closest('[data-testid=stSidebarNav]') !== null,
    width: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth),
    contrast: Math.max(a, b) / Math.min(a, b),
  };
}
"""


@pytest.fixture(scope="module")
def wanderer(chromium: BrowserContext, embedded_app_server: Server) -> Iterator[Page]:
    """One visitor for the pages that are only looked at."""
    with watched_page(chromium) as page:
        page.goto(f"{embedded_app_server.url}/?lang=en")
        yield page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_lies_beneath_the_header(wanderer: Page, embedded_app_server: Server, path: str, size: str):
    """With the menu closed, on a phone and at 200 %, a page begins below the header and is no wider than the window."""
    width, height = SIZES[size]
    wanderer.set_viewport_size({"width": width, "height": height})
    wanderer.goto(f"{embedded_app_server.url}/{path}?lang=en")
    expect(wanderer.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    expect(wanderer.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    wait_until_still(wanderer)
    assert wanderer.evaluate(_HIDDEN) == {"covered": [], "tooWide": False}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_everywhere(wanderer: Page, embedded_app_server: Server, scheme: str):
    """Whatever Tab reaches on Records, the menu and the trace among it, has an outline of 2 pixels with 3:1."""
    wanderer.set_viewport_size({"width": 1360, "height": 900})
    wanderer.emulate_media(color_scheme=scheme)
    wanderer.goto(f"{embedded_app_server.url}/records?lang=en")
    expect(wanderer.locator(".ecg[data-paints]")).to_be_visible(timeout=PATIENCE_MS)
    wait_until_still(wanderer)
    stops = []
    for _ in range(80):
        wanderer.keyboard.press("Tab")
        stop = wanderer.evaluate(_FOCUSED)
        if stop is None or (stops and stop == stops[0]):
            break
        stops.append(stop)
    assert sum(stop["inMenu"] for stop in stops) >= len(PATHS) - 1
    assert any("overview" in stop["name"] for stop in stops)
    assert [stop for stop in stops if stop["width"] < 2 or stop["contrast"] < 3] == []


def test_the_heartbeat_runs_to_its_answer(page: Page, embedded_app_server: Server):
    """It starts by itself, can be stopped, and ends with what the model and the experts say."""
    page.goto(f"{embedded_app_server.url}/?lang=en")
    figure = page.locator(".figure[data-kind=heartbeat]")
    expect(figure).to_have_attribute("data-playing", "true", timeout=PATIENCE_MS)
    expect(page.get_by_text("What is the one with the frame?")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(figure).to_have_attribute("data-playing", "false")
    page.get_by_role("slider", name="Moment of the animation").fill("12")
    expect(page.get_by_text("the gates decide")).to_be_visible()
    page.get_by_role("slider", name="Moment of the animation").fill("20")
    heartbeat = read_heartbeat()
    answer = heartbeat.probabilities[heartbeat.readout_step].max()
    expect(page.get_by_text(f"The last step is the answer: V, Ventricular premature, {answer:.0%}.")).to_be_visible()
    expect(page.get_by_text("The experts say: V, Ventricular premature.")).to_be_visible()
    expect(page.locator(".start-signs .mark")).to_have_count(len(CLASS_MARKS))


def test_no_motion_where_none_is_wanted(page: Page, embedded_app_server: Server):
    """Under reduced motion the heartbeat stands at its answer, and plays when asked to."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{embedded_app_server.url}/?lang=en")
    figure = page.locator(".figure[data-kind=heartbeat]")
    expect(page.get_by_text("The last step is the answer")).to_be_visible(timeout=PATIENCE_MS)
    expect(figure).to_have_attribute("data-playing", "false")
    figure.get_by_role("button", name="Play").click()
    expect(figure).to_have_attribute("data-playing", "true")


def test_a_link_to_a_record_from_before_the_start_page(chromium: BrowserContext, embedded_app_server: Server):
    """`/?record=...` opens the record, and Back does not lead to it a second time."""
    with visitor_page(chromium) as page:
        page.goto("about:blank")
        page.goto(f"{embedded_app_server.url}/?record=simulated-rbbb&t=60&w=5&lang=en")
        expect(page).to_have_url(re.compile("/records[?]record=simulated-rbbb&t=60&w=5"), timeout=PATIENCE_MS)
        expect(page.locator("[data-paints]")).to_have_attribute("data-start", "60.000", timeout=PATIENCE_MS)
        wait_until_still(page)
        page.go_back()
        expect(page).to_have_url("about:blank")


def test_the_tour_has_eight_stops(page: Page, embedded_app_server: Server):
    """Each stop is a page of its own; the tour can be left and goes on where it was, ended, and begun again."""
    page.set_viewport_size({"width": 390, "height": 844})  # where the button is far below what it brings
    page.goto(f"{embedded_app_server.url}/?lang=en")
    page.get_by_role("button", name="Take the tour: 8 stops").click()
    expect(page.get_by_text("Tour, stop 1 of 8")).to_be_in_viewport(timeout=PATIENCE_MS)
    page.set_viewport_size({"width": 1360, "height": 900})
    for stop, path in enumerate(("", "learn", "records", "predict", "gates", "train", "evaluate", "upload"), start=1):
        expect(page.get_by_text(f"Tour, stop {stop} of 8")).to_be_visible(timeout=PATIENCE_MS)
        expect(page).to_have_url(re.compile(f"{re.escape(embedded_app_server.url)}/{path}([?]|$)"))
        wait_until_still(page)
        if stop == 3:
            page.get_by_role("link", name="Annotate").click()
            page.get_by_role("button", name="Go on with the tour").click(timeout=PATIENCE_MS)
            expect(page.get_by_text("Real ECG records")).to_be_visible(timeout=PATIENCE_MS)
            wait_until_still(page)
        if stop < 8:
            page.get_by_role("button", name="Next stop").click()
    expect(page.get_by_role("button", name="Next stop")).to_have_count(0)
    page.get_by_role("button", name="End the tour").click()
    expect(page.get_by_text("Tour, stop")).to_have_count(0)
    page.get_by_role("button", name="Tour", exact=True).click()
    expect(page.get_by_text("Tour, stop 1 of 8")).to_be_visible(timeout=PATIENCE_MS)
