"""The lesson without a server, from the disk and with the network off."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.lesson.site import export_lesson
from tests.browser.axe import find_barriers
from tests.browser.server import ROOT


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lesson on two beats, in both languages."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ECG_DATA_DIR", "ECG_SVDB_DIR"):
            patch.delenv(name, raising=False)
        return export_lesson(tmp_path_factory.mktemp("lesson"), symbols=("N", "V")).parent


@pytest.fixture
def reader(many_visitors: Browser) -> Iterator[Page]:
    """A page without a network; any fault of a script, and anything that is asked for beside files, fails the test."""
    faults: list[str] = []
    context = many_visitors.new_context(offline=True, viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    page.on("requestfailed", lambda asked: faults.append(asked.url))
    yield page
    context.close()
    assert faults == []


def test_every_page_draws_its_figure_from_the_disk(lesson: Path, reader: Page):
    """From `file:`, with no network, each page of both languages has its heading and a figure that is drawn."""
    reader.goto((lesson / "index.html").as_uri())
    links = reader.locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) == 20
    for link in links:
        reader.goto(link)
        expect(reader.locator("body[data-shown]")).to_be_attached()
        expect(reader.get_by_role("heading", level=1)).to_have_count(1)
        drawn = reader.locator("#figure").evaluate(
            "(place) => [...place.children].some((part) => part.shadowRoot.querySelector('svg, canvas, table'))"
        )
        assert drawn, link
        assert "\ufffd" not in reader.content()
    assert reader.locator("html").get_attribute("lang") == "zh-CN"


def test_the_same_content_is_the_same_file(lesson: Path):
    """No file says when it was made, so a folder that is exported anew differs only where the lesson does."""
    texts = [path.read_text("utf-8") for path in sorted((lesson / "data").glob("*.js"))]
    packets = [base64.b64decode(packet) for text in texts for packet in re.findall(r'"packet":"([^"]+)"', text)]
    texts += [packet[4 : 4 + int.from_bytes(packet[:4], "little")].decode() for packet in packets]
    stamps = [stamp for text in texts for stamp in re.findall(r'"stamp":\s*(\d+)', text)]
    assert len(stamps) > 10
    assert set(stamps) == {"1"}


def test_another_beat_shows_its_own_numbers(lesson: Path, reader: Page):
    """The figure of the GRU, its questions and the Gates page follow the beat that is chosen."""
    reader.goto((lesson / "en" / "4.html").as_uri())
    figure = reader.locator("#figure .figure").first
    expect(figure.locator("svg").first).to_be_visible()
    before = figure.inner_text()
    reader.get_by_role("button", name="V · Ventricular premature").click()
    expect(figure).not_to_have_text(before)
    reader.goto((lesson / "en" / "gates.html").as_uri())
    expect(reader.locator("#figure canvas").first).to_be_visible()
    words = "() => document.querySelector('#figure .gates').shadowRoot.textContent"
    before = reader.evaluate(words)
    reader.get_by_role("button", name="V · Ventricular premature").click()
    reader.wait_for_function(f"(before) => ({words})() !== before", arg=before)


def test_nothing_looks_as_if_a_server_answered_it(lesson: Path, reader: Page):
    """In chapter 1 letters and examples are pictures, in Gates nobody is asked to brush; the notice stands once.

    On a telephone the chapter that is open is in view among the chapters.
    """
    reader.set_viewport_size({"width": 390, "height": 900})
    reader.goto((lesson / "en" / "1.html").as_uri())
    figure = reader.locator("#figure .figure")
    expect(figure.get_by_role("img", name=re.compile(r"^A \d"))).not_to_have_count(0)
    expect(figure.locator(".example")).to_have_count(5)
    expect(figure.get_by_role("button")).to_have_count(0)
    assert (
        figure.locator("*").evaluate_all("all => all.map((part) => getComputedStyle(part).cursor)").count("pointer")
        == 0
    )
    expect(reader.get_by_text("Not a medical device")).to_have_count(1)
    reader.goto((lesson / "en" / "gates.html").as_uri())
    expect(reader.get_by_text("Click a cell, or use the arrow keys.", exact=True)).to_be_visible()
    expect(reader.get_by_text("Not a medical device")).to_have_count(1)
    expect(reader.locator("nav [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_figure_answers_keys(lesson: Path, reader: Page):
    """What the app's own code does in the browser, it does here: the slider of the plain network moves its numbers."""
    reader.goto((lesson / "en" / "2.html").as_uri())
    slider = reader.get_by_role("slider").first
    words = reader.locator("#figure .words").first
    expect(words).to_contain_text("0.90")
    slider.focus()
    slider.press("ArrowRight")
    expect(words).to_contain_text("0.95")


def test_questions_are_answered_with_a_reason(lesson: Path, reader: Page):
    """A wrong answer gets its own reason, the right one another; both are said to a screen reader."""
    reader.emulate_media(reduced_motion="reduce")  # or the contrast is that of a figure that still fades in
    reader.goto((lesson / "zh" / "8.html").as_uri())
    first = reader.locator("fieldset").first
    said = set()
    for option in first.get_by_role("radio").all():
        option.check()
        said.add(first.get_by_role("status").inner_text())
    assert len(said) == first.get_by_role("radio").count()
    assert sum("不是这一项" not in text for text in said) == 1
    assert find_barriers(reader) == {}


@pytest.mark.parametrize(
    "words",
    ["Type symbols", "Click any letter", "Turn the", "our model on one record", "在图上方输入", "点击波形中", "拨动"],
)
def test_it_asks_for_nothing_that_only_the_app_can_do(lesson: Path, words: str):
    """Fields and switches that a server answers are not in it, nor are the sentences that send a reader to them."""
    pages = sorted(lesson.glob("*/[1-9].html"))
    assert len(pages) == 18
    assert [page.name for page in pages if words in page.read_text(encoding="utf-8")] == []


def test_the_command_says_where_to_begin(tmp_path: Path):
    """A record without labels is refused in one sentence, and nothing is written."""
    command = [sys.executable, "-m", "ecgmodel", "export-lesson", str(tmp_path / "new"), "--record", "208-excerpt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no labelled beats" in done.stderr
    assert not (tmp_path / "new").exists()
