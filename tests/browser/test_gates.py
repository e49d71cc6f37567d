"""The recurrent cell in a browser: the numbers on the screen are the library's."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from ecgmodel.labels import CLASSES
from ecgmodel.network.inside.experiments import Experiment, Hold, run_experiment
from ecgmodel.network.inside.explain import explain_step
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.inside.units import contrast_units
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.edit import BeatEdit, apply_edit, beat_surroundings, cut_segment
from tests.browser.gates_case import make_trace
from tests.browser.server import ROOT, serve
from tests.browser.steps import wait_until_still

APP = Path(__file__).parent / "apps" / "gates_app.py"
RECORD = "simulated-mixed"
SLOW_MS = 60_000
LEFT, RIGHT = 62, 30  # of the figure, beside its heat maps


@pytest.fixture(scope="module")
def url():
    with serve(APP, {"PYTHONPATH": str(ROOT)}) as server:
        yield server.url


class CellView:
    """One pane of the view, as a test reads and drives it."""

    def __init__(self, page, index=0):
        self.page = page
        self.frame = page.locator(".gates[data-paints]")
        self.frame.wait_for(timeout=SLOW_MS)
        self.pane = page.locator(".gates .pane").nth(index)
        self.surface = self.pane.locator(".surface")

    def expect_place(self, step, unit):
        expect(self.frame).to_have_attribute("data-step", str(step))
        expect(self.frame).to_have_attribute("data-unit", str(unit))

    @property
    def place(self):
        return int(self.frame.get_attribute("data-step")), int(self.frame.get_attribute("data-unit"))

    def press(self, *keys):
        self.surface.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def paint(self):
        """Two frames later, all that was asked for is on the screen."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def count_marked(self):
        """Pixels that are outlined or brushed over the figure."""
        self.paint()
        return self.pane.locator("canvas.over").evaluate(
            """canvas => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              let n = 0;
              for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
              return n;
            }"""
        )

    def unfold(self):
        for name in self.pane.locator("button[data-more]").evaluate_all("all => all.map(one => one.dataset.more)"):
            button = self.pane.locator(f"button[data-more='{name}']")
            if button.is_visible() and button.get_attribute("aria-expanded") == "false":
                button.click()

    def read(self, gate):
        """The value, the sum and every listed product of one gate."""
        return self.pane.locator(f".gate[data-gate='{gate}']").evaluate(
            """node => ({
              value: Number(node.querySelector("h4 [data-value]").dataset.value),
              text: node.querySelector("h4 [data-value]").textContent,
              total: Number(node.querySelector("[data-total]")?.dataset.total),
              terms: Object.fromEntries([...node.querySelectorAll("li[data-term]")].map(
                (li) => [li.dataset.term, Number(li.dataset.product)])),
            })"""
        )

    def state(self):
        return float(self.pane.locator("[data-name=state]").get_attribute("data-value"))

    def chances(self, row="final"):
        """The probabilities of the answer, or ("so_far") of the step of the cursor."""
        nodes = self.pane.locator(f".chances[data-row={row}] [data-class]")
        found = nodes.evaluate_all(
            "all => Object.fromEntries(all.map(one => [one.dataset.class, Number(one.dataset.value)]))"
        )
        return [found[symbol] for symbol in CLASSES]

    def x_of(self, step, n_steps=131):
        box = self.surface.bounding_box()
        return box["x"] + LEFT + (step + 0.5) * (box["width"] - LEFT - RIGHT) / n_steps

    def compare(self, trace):
        """Everything that the calculator shows, with what the library says of the same step and unit."""
        self.unfold()
        step, unit = self.place
        expected = explain_step(trace, step, unit)
        for gate in expected.gates:
            shown = self.read(gate.name)
            assert shown["value"] == pytest.approx(gate.value, abs=1e-6)
            assert float(shown["text"].replace("−", "-")) == pytest.approx(gate.value, abs=6e-4)
            if gate.is_held:
                assert shown["terms"] == {}
                continue
            assert shown["total"] == pytest.approx(gate.total, abs=1e-5)
            products = {f"{term.source}:{term.index}": term.product for term in gate.terms}
            assert shown["terms"].keys() == products.keys()
            assert shown["terms"] == pytest.approx(products, abs=1e-5)
            assert list(shown["terms"]) == sorted(products, key=lambda key: -abs(shown["terms"][key]))
        assert self.state() == pytest.approx(expected.state, abs=1e-6)
        np.testing.assert_allclose(self.chances("so_far"), trace.probabilities[step], atol=1e-5)
        expect(self.pane.locator("[data-row=so_far] .words")).to_have_text(f"After step {step}")

    def check_sums(self):
        """What is printed adds up as printed where it says "=", and does not where it says "≈"."""
        sums = self.pane.locator(".gate ol:not([hidden])").evaluate_all(
            """all => all.map(list => [...list.children].map(li => [...li.children].map(one => one.textContent)))"""
        )
        signs = []
        for *rows, bias, total in sums:
            *terms, rest = [[text.replace("−", "-") for text in row] for row in rows]
            for _, factors, product, _ in terms:
                weight, value, sign = re.fullmatch(r"(\S+) × \(?([^ )]+)\)? ([=≈])", factors).groups()
                signs.append((sign, round(float(weight) * float(value), 9), product))
            summands = [float(text) for text in (*(product for *_, product, _ in terms), rest[-1] or 0)]
            summed = sum(summands) + float(bias[2].replace("−", "-"))
            signs.append((total[1], round(summed, 9), total[2].replace("−", "-")))
        for sign, exact, shown in signs:
            assert abs(exact - float(shown)) < 0.02  # rounded factors of some tens
            assert (sign == "=") == (abs(exact - float(shown)) < 0.0005 + 1e-9), (sign, exact, shown)
        assert {sign for sign, *_ in signs} == {"=", "≈"}
        expect(self.pane.get_by_text("All numbers are rounded.")).to_be_visible()


@pytest.mark.parametrize("case", ["gru", "lstm"])
def test_every_number_of_the_calculator_is_the_library_s(page, url, case):
    """At the start, inside, at the read-out, for several units: values, sums, and every product, largest first."""
    page.goto(f"{url}?case={case}")
    cell, trace = CellView(page), make_trace(case)
    cell.expect_place(30, 4)
    expect(cell.frame.locator(".place")).to_contain_text("step 30 (0 to 130): has seen sample 247")
    cell.check_sums()
    cell.compare(trace)
    cell.check_sums()
    cell.press("ArrowRight", "ArrowDown", "ArrowDown")
    cell.expect_place(31, 6)
    cell.compare(trace)
    cell.press("Home")
    cell.expect_place(0, 6)
    cell.compare(trace)
    cell.press("End", "ArrowUp")
    cell.expect_place(130, 5)
    cell.compare(trace)
    np.testing.assert_allclose(cell.chances(), trace.answer, atol=1e-6)
    expect(cell.pane.get_by_text("Answer, read out after step 130")).to_be_visible()
    # No colour stands for less than there is of it: x(t) and c(t) know no bounds.
    for row, values in (("x", trace.features), *([("c", trace.row("c"))] if case == "lstm" else [])):
        legend = cell.pane.locator(".legend > span", has=page.locator(f"[data-row={row}]"))
        end = float(re.search(r"([\d.]+) [xc] ", legend.text_content())[1])
        assert 0 <= end - np.abs(values).max() <= 0.0101


def test_side_by_side(page, url):
    """The step is one for both models; each calculator has its own numbers."""
    page.goto(f"{url}?case=both")
    left, right = CellView(page, 0), CellView(page, 1)
    left.press("ArrowRight")
    left.expect_place(31, 4)
    left.compare(make_trace("gru"))
    right.compare(make_trace("lstm"))


def test_two_kinds_of_segments_keep_time(page, url):
    """A model of runs beside one of beats: both cells stand where they have seen as much, or at their ends."""
    page.goto(f"{url}?case=apart")
    runs, beats = CellView(page, 0), CellView(page, 1)

    def seen(cell):
        return cell.pane.evaluate(
            """node => {
              const step = Number(node.querySelector(".unit strong").textContent.match(/step (\\d+)/)[1]);
              return Number(node.dataset.stride) * (step + 1) - 1 - Number(node.dataset.r);
            }"""
        )

    for _ in range(3):
        beats.press("ArrowRight")
        beats.paint()
        assert 0 <= seen(beats) - seen(runs) < 8  # samples from one step of the run to the next
        runs.press("ArrowRight")
        runs.paint()
        assert 0 <= seen(runs) - seen(beats) < 16
    expect(runs.frame.locator(".place")).to_contain_text("R, in both")
    beats.press("Home")  # long before the run begins
    expect(runs.pane.get_by_text("step 0, unit 4", exact=True)).to_be_visible()
    runs.press("End")  # long after the beat's window has ended
    expect(beats.pane.get_by_text("step 65, unit 4", exact=True)).to_be_visible()


def test_what_an_experiment_holds_is_marked(page, url):
    """Inside the held steps the gate has no sum; a unit that is off says so; the rest follows the changed states."""
    page.goto(f"{url}?case=held")
    cell, trace = CellView(page), make_trace("gru", held=True)
    cell.compare(trace)
    cell.press("Home", "Shift+ArrowRight", "ArrowRight", "ArrowUp")
    cell.expect_place(11, 3)
    cell.compare(trace)
    expect(cell.pane.get_by_text("held by the experiment")).to_be_visible()
    expect(cell.pane.get_by_text("switched this unit off")).to_be_visible()


def test_a_cell_and_its_term_light_each_other_up(page, url):
    """Pointing at a feature's cell marks its term in every gate and says what it adds; clicking a cell goes there."""
    page.goto(f"{url}?case=gru")
    cell, trace = CellView(page), make_trace("gru")
    cell.unfold()
    cell.surface.evaluate("node => node.scrollIntoView()")
    box = cell.surface.bounding_box()
    # Down the column of this step until the pointer is on a feature that is not 0.
    digits = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    for y in range(10, int(box["height"]), 2):
        page.mouse.move(cell.x_of(30), box["y"] + y)
        text = cell.pane.locator(".readout").text_content()
        found = re.match(r"feature x([₀-₉]+)", text)
        if found and trace.features[30, int(found[1].translate(digits))] > 0.05:
            break
    index = int(found[1].translate(digits))
    assert f"(30) = {trace.features[30, index]:.3f}" in text
    # What it adds to each gate of the unit in view, as the library has it.
    for gate in explain_step(trace, 30, 4).gates:
        product = f"{gate.terms[index].product:.3f}".replace("-", "−").replace("−0.000", "0.000")
        assert re.search(rf" [=≈] {product}", text)
    expect(cell.pane.locator("li[data-lit]")).to_have_count(3)
    assert set(cell.pane.locator("li[data-lit]").evaluate_all("all => all.map(one => one.dataset.term)")) == {
        f"x:{index}"
    }
    page.mouse.move(0, 0)
    expect(cell.pane.locator("li[data-lit]")).to_have_count(0)
    assert cell.count_marked() == 0
    cell.pane.locator("li[data-term='x:2']").first.hover()
    assert cell.count_marked() > 0
    page.mouse.click(cell.x_of(60), box["y"] + y)
    cell.expect_place(60, 4)
    cell.compare(trace)


def test_playing(page, url):
    """Play goes on by itself without the server; pause stops it, and only then does the page know the step."""
    page.goto(f"{url}?case=gru")
    cell = CellView(page)
    cell.frame.locator("[data-name=speed]").select_option("5")  # steps a second, so that a busy machine is not too late
    cell.press(" ")
    expect(cell.frame).to_have_attribute("data-step", re.compile(r"^(3[1-9]|[4-9]\d|1[01]\d)$"))
    expect(page.get_by_text("step None, unit None, brush None")).to_be_visible()
    cell.press(" ")
    cell.paint()
    stopped_at = cell.place[0]
    assert 30 < stopped_at < 130
    # The page hears half a second later, in which two more steps would have gone by.
    expect(page.get_by_text(f"step {stopped_at}, unit 4, brush None")).to_be_visible()
    cell.expect_place(stopped_at, 4)
    cell.compare(make_trace("gru"))
    # Who cannot see it hears where it stopped.
    live = cell.frame.locator("[aria-live]")
    expect(live).to_contain_text(f"step {stopped_at}, unit 4")
    expect(live).to_contain_text(f"After step {stopped_at}: N {cell.chances('so_far')[0]:.2f}")


def test_brushing(page, url):
    """A drag across the segment is a stretch of steps, for the page too; Escape takes it away."""
    page.goto(f"{url}?case=gru")
    cell = CellView(page)
    y = cell.surface.bounding_box()["y"] + 60
    page.mouse.move(cell.x_of(40), y)
    page.mouse.down()
    page.mouse.move(cell.x_of(50), y, steps=4)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"brush \(40, 50\)"))).to_be_visible()
    cell.press("Escape")
    expect(page.get_by_text("brush None")).to_be_visible()
    # By key: one end, and from there to the other.
    cell.press("Home", "Shift+ArrowRight", "b", "Shift+ArrowRight", "ArrowLeft", "b")
    expect(page.get_by_text("brush (10, 19)")).to_be_visible()
    cell.press("ArrowRight")
    expect(page.get_by_text("step 20, unit 4, brush (10, 19)")).to_be_visible()


@pytest.mark.parametrize(("width", "height", "is_touched"), [(390, 844, True), (680, 450, False)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_phones_and_zoom(page, url, lang, width, height, is_touched):
    """At 390 px, and at the 680 px that 1360 are at 200 % zoom, nothing is cut off or squeezed; fingers hit buttons."""
    page.set_viewport_size({"width": width, "height": height})
    if is_touched:
        page.context.new_cdp_session(page).send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{url}?case=both&lang={lang}")
    cell = CellView(page)
    assert cell.frame.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    for block in page.locator(".gates :is(.place, .words, .legend > span, .hint, .readout, .equation)").all():
        box, text = block.bounding_box(), block.text_content()
        assert box["width"] >= min(120, 6 * len(text)), (text, box)
    if is_touched:
        sizes = page.locator(".gates :is(button, select)").evaluate_all(
            "all => all.filter(one => one.offsetParent).map(one => [one.offsetWidth, one.offsetHeight])"
        )
        assert len(sizes) > 10
        assert min(min(size) for size in sizes) >= 44
    # Less motion: it plays step by step, slowly, and nothing glides.
    expect(cell.frame.locator("[data-name=speed]")).to_have_value("5")
    assert cell.pane.locator(".playhead").evaluate("node => getComputedStyle(node).display") == "none"


@pytest.mark.parametrize(
    ("scheme", "lang", "said"), [("dark", "en", "step 30, unit 4"), ("light", "zh", "第 30 步，隐藏单元 4")]
)
def test_themes_and_languages(page, url, scheme, lang, said):
    """Dark is dark, Chinese is Chinese, and the canvas has colours."""
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{url}?case=lstm&lang={lang}")
    cell = CellView(page)
    expect(cell.frame).to_have_attribute("data-theme", scheme)
    expect(cell.pane.get_by_text(said)).to_be_visible()
    n_colours = cell.pane.locator("canvas.base").evaluate(
        """canvas => {
          const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(image.data.buffer)).size;
        }"""
    )
    assert n_colours > 100


# The page, with the shipped model


@pytest.fixture
def opened(page, embedded_app_server):
    """The Gates page as it is reached from a first visit."""
    page.goto(f"{embedded_app_server.url}/?record={RECORD}&model=beats-gru&lang=en")
    page.get_by_role("link", name="Gates").click()
    return CellView(page)


def library_trace(page, edit=None, experiment=None):
    """What the library says of the beat in the address."""
    record, model = open_record(RECORD), open_shipped_model("beats-gru")
    beats = record.annotations.beats()
    second = float(re.search(r"beat=([\d.]+)", page.url)[1])
    index = int(np.abs(beats.sample / record.fs - second).argmin())
    around = beat_surroundings(RECORD, record.default_lead, record.lead(), beats.sample, beats.symbol, record.fs, index)
    segment = cut_segment(apply_edit(around, edit or BeatEdit()))
    trace = trace_gates(model, Classifier(model).predict(segment, with_states=True), segment.length)
    return run_experiment(model, trace, experiment or Experiment())


def wait_for_beat(page):
    page.wait_for_url(re.compile(r"beat=\d+"))


def test_the_page_shows_the_shipped_model(page, opened):
    """The beat in the address, its answer and the calculator of a step and a unit."""
    wait_for_beat(page)
    trace = library_trace(page)
    np.testing.assert_allclose(opened.chances(), trace.answer, atol=1e-5)
    opened.compare(trace)
    assert max(opened.chances()) > 0.9  # a first visit opens on a beat that the model is sure of


def test_what_if_r_is_always_1(page, opened):
    """Two clicks; the states, the answer and the matrices follow."""
    wait_for_beat(page)
    before = opened.frame.get_attribute("data-segment")
    page.get_by_text("What if …").click()
    page.locator("[data-testid=stButtonGroup]").filter(has_text="r is always").get_by_text("1", exact=True).click()
    expect(opened.frame).not_to_have_attribute("data-segment", before)
    trace = library_trace(page, experiment=Experiment((Hold("r", 1.0),)))
    np.testing.assert_allclose(opened.chances(), trace.answer, atol=1e-5)
    opened.compare(trace)
    # What it brings about is said beside the control, for the beat and for a sample of the record's.
    changed = page.get_by_text(re.compile(r"now\.$")).first
    expect(changed).to_contain_text(f"{trace.answer.max():.2f} now.")
    control = page.locator("[data-testid=stButtonGroup]").filter(has_text="r is always")
    for said in (changed, page.get_by_text("under the experiment.")):
        expect(said).to_be_visible(timeout=SLOW_MS)
        assert 0 < said.bounding_box()["y"] - control.bounding_box()["y"] < 200


def test_an_edited_beat(page, opened):
    """A preset changes the beat, the gates and the answer to what the library makes of the same edit."""
    wait_for_beat(page)
    before = opened.frame.get_attribute("data-segment")
    page.get_by_text("Edit the beat").click()
    page.get_by_role("button", name="Early and wide").click()
    expect(opened.frame).not_to_have_attribute("data-segment", before)
    trace = library_trace(page, edit=BeatEdit(early=0.35, widen=2.2))
    np.testing.assert_allclose(opened.chances(), trace.answer, atol=1e-5)
    opened.compare(trace)


def test_hunting(page, opened):
    """Brush, list, find: a row opens another beat, in which the same units do the same as the library says."""
    wait_for_beat(page)
    first_beat = library_trace(page)
    n_steps = first_beat.n_steps
    first, last = round(0.58 * n_steps), round(0.67 * n_steps)
    page.get_by_text("Unit hunting").click()
    expect(page.get_by_text("Drag across a stretch of the segment")).to_be_visible()
    wait_until_still(page)  # the sentence has moved the heat maps
    y = opened.surface.bounding_box()["y"] + 60
    page.mouse.move(opened.x_of(first, n_steps), y)
    page.mouse.down()
    page.mouse.move(opened.x_of(last, n_steps), y, steps=4)
    page.mouse.up()
    expect(page.get_by_text(f"Steps {first} to {last}.")).to_be_visible()
    page.get_by_role("button", name="Find beats in which").click()
    expect(page.get_by_text("Correlation of their states")).to_be_visible(timeout=SLOW_MS)
    address = page.url
    table = page.locator(".st-key-gates_similar, [class*='st-key-gates-similar']")
    box = table.locator("canvas").first.bounding_box()
    page.mouse.click(box["x"] + 15, box["y"] + 52)  # the box in front of the first row
    page.wait_for_url(lambda url: url != address and "beat=" in url)
    expect(opened.frame).to_have_attribute("data-segment", re.compile("."))
    wait_until_still(page)
    found = library_trace(page)
    opened.compare(found)
    units = contrast_units(first_beat.states, first, last, n_steps - 1).unit[:4]
    pieces = [trace.states[first : last + 1][:, units].ravel() for trace in (first_beat, found)]
    assert np.corrcoef(*pieces)[0, 1] > 0.9
