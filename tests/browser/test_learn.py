"""The course in a browser: every chapter draws, and the numbers on the screen are the library's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.feature_maps import map_features
from ecgmodel.network.inside.gates import GateTrace, trace_gates
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.network.teaching.plain_rnn import impulse, run_plain_rnn
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.one_beat import cut_one, list_readable, nearest_beat
from ecgmodel.segments.runs import cut_runs
from tests.browser.conftest import watched_page
from tests.browser.server import Server
from tests.browser.steps import wait_until_still

KINDS = ("beats", "memory", "cell", "cell", "arms", "shapes", "network", "runs", "bars")
PATIENCE_MS = 60_000


class Course:
    """The Learn page, as a test reads and drives it."""

    def __init__(self, page: Page, url: str, lang: str = "en") -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_MS)
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/?lang={lang}")
        page.get_by_role("link", name={"en": "Learn", "zh": "学习"}[lang], exact=True).click()
        self.expect_chapter(1)

    def open(self, number: int) -> None:
        self.page.locator(".st-key-learn_chapters button").nth(number - 1).click()
        self.expect_chapter(number)

    def expect_chapter(self, number: int) -> None:
        heading = self.page.get_by_role("heading", name=re.compile(f"^{number} · "))
        expect(heading).to_be_visible(timeout=PATIENCE_MS)
        expect(self.figure).to_have_attribute("data-kind", KINDS[number - 1], timeout=PATIENCE_MS)
        expect(self.figure).to_have_attribute("data-draws", re.compile(r"\d"), timeout=PATIENCE_MS)
        wait_until_still(self.page)

    @property
    def figure(self):
        return self.page.locator(".figure").filter(visible=True)

    def value(self, name: str) -> float:
        return float(self.figure.get_attribute(f"data-{name}"))

    def address(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.page.url).query).items()}

    def model(self, cell: str) -> Model:
        name = self.figure.get_attribute("data-model")
        if name:
            return open_shipped_model(name)
        config = NetworkConfig(cell=cell)
        return Model(config, initialise_weights(config, seed=0), ModelCard("untrained", "runs"))

    def segment(self, model: Model) -> Segments:
        asked = self.address()
        record = open_record(asked["record"])
        # The page shows the beat of the address, or the nearest that the model can read.
        readable = list_readable(record, model.card.segments)
        nearest = int(np.abs(readable - nearest_beat(record, float(asked["beat"]))).argmin())
        return cut_one(record, model.card.segments, int(readable[nearest]))

    def trace(self, cell: str) -> GateTrace:
        model = self.model(cell)
        segment = self.segment(model)
        return trace_gates(model, Classifier(model).predict(segment, with_states=True), segment.length)


@pytest.fixture(scope="module")
def opened_course(chromium: BrowserContext, embedded_app_server: Server) -> Iterator[Course]:
    """One page for the tests of the module: each opens its chapter, and may find the beat that another has chosen."""
    with watched_page(chromium) as page:
        yield Course(page, embedded_app_server.url)


@pytest.fixture
def course(opened_course: Course) -> Course:
    """The page, on another chapter than the tests use."""
    opened_course.open(5)
    return opened_course


@pytest.mark.parametrize(("scheme", "lang"), [("light", "en"), ("dark", "zh")])
def test_every_chapter_draws(page: Page, embedded_app_server: Server, scheme: str, lang: str):
    """A click on each chapter shows its figure, text within 70 characters and questions, without a wider page."""
    page.emulate_media(color_scheme=scheme)
    course = Course(page, embedded_app_server.url, lang)
    for number in range(1, len(KINDS) + 1):
        course.open(number)
        assert course.figure.locator("svg, canvas").count() > 0
        assert page.locator(".st-key-learn_questions [role=radiogroup]").count() in (2, 3)
        box, figure = page.locator(".st-key-learn_text").bounding_box(), course.figure.bounding_box()
        assert box["x"] + box["width"] <= figure["x"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert course.address()["chapter"] == str(number)


def test_figure_stays_in_view(course: Course):
    """Scrolling the text down leaves the figure where it can be seen."""
    course.open(3)
    course.page.locator(".st-key-learn_questions").scroll_into_view_if_needed()
    box = course.figure.bounding_box()
    assert box["y"] >= 0
    assert box["y"] < 300


def test_narrow_screen(course: Course):
    """On 800 pixels figure and text stand one above the other, each as wide as the page."""
    size = course.page.viewport_size
    course.page.set_viewport_size({"width": 800, "height": 900})
    text = course.page.locator(".st-key-learn_text")
    figure = course.figure.bounding_box()
    assert figure["width"] > 400
    assert text.bounding_box()["y"] >= figure["y"] + figure["height"]
    course.page.set_viewport_size(size)


def test_memory(course: Course):
    """State and gradient are those of the library: above 1 the state latches, at 1 without tanh both are kept."""
    course.open(2)
    for weight in (0.9, 0.95):
        memory = run_plain_rnn(impulse(60), weight)
        expect(course.figure).to_have_attribute("data-weight", str(weight))
        assert course.value("gradient") == pytest.approx(memory.gradient[-1], rel=1e-5)
        assert course.value("state") == pytest.approx(memory.state[-1], rel=1e-5)
        course.figure.get_by_label("Weight w").press("ArrowRight")
    for _ in range(6):
        course.figure.get_by_label("Weight w").press("ArrowRight")
    expect(course.figure).to_have_attribute("data-weight", "1.3")
    latched = run_plain_rnn(impulse(60), 1.3)
    assert course.value("state") == pytest.approx(latched.state[-1], rel=1e-5)
    assert latched.state[-1] > 0.5 > 0.01 > latched.gradient[-1]
    expect(course.figure.locator(".words")).to_contain_text("the state latches")
    for _ in range(6):
        course.figure.get_by_label("Weight w").press("ArrowLeft")
    course.figure.get_by_role("button", name="no tanh").click()
    assert course.value("gradient") == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize(("number", "cell"), [(3, "lstm"), (4, "gru")])
def test_cell(course: Course, number: int, cell: str):
    """Every number of the cell is the library's, at the step that the arrow keys reach; the address follows."""
    course.open(number)
    trace = course.trace(cell)
    course.figure.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        course.figure.press(key)
        step, unit = int(course.value("step")), int(course.value("unit"))
        for row in trace.cell.rows:
            shown = course.value("candidate" if row == "h~" else row)
            assert shown == pytest.approx(float(trace.row(row)[step, unit]), abs=1e-5)
    course.page.wait_for_url(re.compile(rf"[?&]step={step}&unit={unit}(&|$)"))
    words = course.figure.locator(".sums").inner_text().replace("−", "-")
    assert f"{round(float(trace.states[step, unit]), 3) + 0:.3f}" in words  # + 0 makes 0 of -0


def test_both_conventions_give_the_same_state(course: Course):
    """Turning z round shows 1 - z, and the same h."""
    course.open(4)
    before = course.figure.locator(".sums p").nth(3).inner_text()
    z = course.value("z")
    course.figure.get_by_role("button", name="z weighs the old").click()
    after = course.figure.locator(".sums p")
    assert after.nth(3).inner_text().rsplit("=", 1)[1] == before.rsplit("=", 1)[1]
    assert f"= {1 - z:.3f}" in after.nth(2).inner_text()


def test_kernel(course: Course):
    """The sum at every place is the library's convolution, and the borders give the lengths of the text."""
    course.open(7)
    model = course.model("gru")
    layers = map_features(model.config, model.weights, course.segment(model).signal[0])
    place = course.figure.get_by_label("Place")
    # It opens, and slides, where the lead has something to show, not over a flat stretch.
    lead = np.pad(course.segment(model).signal[0][:, 0], model.config.kernels[0] - 1)
    ranges = np.ptp(np.lib.stride_tricks.sliding_window_view(lead, model.config.kernels[0]), axis=1)
    assert ranges[int(course.value("place"))] >= 0.5 * ranges.max()
    for _ in range(3):
        place.press("ArrowRight")
        k, f = int(course.value("place")), int(course.value("filter"))
        assert course.value("relu") == pytest.approx(float(layers[0].output[k, f]), abs=1e-4)
    course.figure.locator(".map.clickable").nth(1).click(position={"x": 120, "y": 9})
    k, f = int(course.value("place")), int(course.value("filter"))
    assert course.value("relu") == pytest.approx(float(layers[1].output[k, f]), abs=1e-4)
    course.figure.locator(".map.clickable").nth(0).click(position={"x": 120, "y": 2})
    n, kernel = model.config.n_samples, model.config.kernels[0]
    for border, length in (("same", n), ("valid", n - kernel + 1), ("full", n + kernel - 1)):
        course.figure.get_by_role("button", name=border).click()
        assert course.value("outputs") == length


def test_padding(course: Course):
    """Without a bias the padding stays 0; with one it does not."""
    course.open(7)
    course.figure.get_by_role("button", name="padding").click()
    assert course.value("worst") > 0
    # What a bias says in the padding is drawn over the line of the network without one.
    drawn = course.figure.locator("path.accent, path.warm").evaluate_all("all => all.map((one) => one.classList[0])")
    assert drawn[:6] == ["accent", "warm"] * 3
    course.figure.get_by_label("Bias in every convolution").press("Home")
    assert course.value("worst") == 0
    expect(course.figure.locator(".words")).to_contain_text("exactly 0")


def test_shapes(course: Course):
    """The course's example gives its shapes, with the switches on and off."""
    course.open(6)
    expect(course.figure).to_have_attribute("data-shapes", "(32, 10, 4) (32, 4)")
    course.page.locator(".st-key-learn-shapes-RETURN_SEQUENCES label").click()
    expect(course.figure).to_have_attribute("data-shapes", "(32, 4) (32, 4)", timeout=PATIENCE_MS)
    course.page.locator(".st-key-learn-shapes-RETURN_STATE label").click()
    expect(course.figure).to_have_attribute("data-shapes", "(32, 4)", timeout=PATIENCE_MS)


def test_runs(course: Course):
    """NNV+NN falls into four runs, three of them kept."""
    course.open(8)
    box = course.page.get_by_label("Annotations, one character each")
    box.fill("NNV+NN")
    box.press("Enter")
    expect(course.figure).to_have_attribute("data-runs", "4", timeout=PATIENCE_MS)
    expect(course.figure).to_have_attribute("data-kept", "N2 V1 N2")


def test_run_as_the_model_gets_it(course: Course):
    """A click on a bar shows its segment, as long as the library cuts it."""
    course.open(8)
    bars = course.figure.locator("[data-segment]")
    record = open_record(course.address()["record"])
    lengths = set(cut_runs(record).length.tolist())
    shown = []
    for k in range(min(bars.count(), 3)):
        bars.nth(k).press("Enter")
        expect(bars.nth(k)).to_have_attribute("aria-pressed", "true")
        shown.append(int(course.value("length")))
    assert len(shown) > 1
    assert set(shown) <= lengths


def test_click_on_a_beat(course: Course):
    """A click on a letter of the trace makes that beat the lesson's, in the figure and in the address."""
    course.open(1)
    letters = course.figure.get_by_role("button")
    before = course.figure.get_attribute("data-sample")
    letters.nth(1).click()
    expect(course.figure).not_to_have_attribute("data-sample", before, timeout=PATIENCE_MS)
    sample = int(course.value("sample"))
    course.page.wait_for_url(re.compile(rf"beat={sample / 360:.3f}"))
    record = open_record(course.address()["record"])
    assert sample in record.annotations.sample
    assert np.isfinite(course.value("qrs"))


def test_answer(course: Course):
    """A right answer is praised with its reason, and a wrong one told why it is wrong."""
    course.open(1)
    question = course.page.locator(".st-key-learn_questions")
    question.get_by_text("Left bundle branch block").click()
    expect(question.get_by_text("Not this one. It comes in time.")).to_be_visible(timeout=PATIENCE_MS)
    question.get_by_text("Atrial premature").click()
    expect(question.get_by_text("Right.")).to_be_visible(timeout=PATIENCE_MS)


def test_link_for_a_class(course: Course):
    """The link carries chapter, record, time and place, and can hide the controls."""
    course.open(4)
    course.page.get_by_role("button", name="Link for a class").click()
    course.page.get_by_text("Hide the controls").click()
    link = course.page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    expect(link).to_contain_text("controls=off")
    for part in ("/learn?", "chapter=4", "record=simulated-mixed", "beat=", "step=", "unit="):
        expect(link).to_contain_text(part)
