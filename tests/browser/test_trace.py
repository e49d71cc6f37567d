"""The trace in a browser: what a visitor sees and does, read from the words on the screen."""

import base64
import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.server import ROOT, serve
from tests.browser.steps import expect_number

APP = Path(__file__).parent / "apps" / "trace_app.py"
FS = 360
BEAT_S = 0.8


@pytest.fixture(scope="module")
def url():
    with serve(APP, {"PYTHONPATH": str(ROOT)}) as server:
        yield server.url


class Trace:
    """The trace on a page, as a test reads and drives it."""

    def __init__(self, page, url, case="plain", lang="en"):
        self.page = page
        page.goto(f"{url}?case={case}&lang={lang}")
        self.frame = page.locator(".ecg[data-paints]")
        self.frame.wait_for()
        self.surface = page.locator(".surface")

    def expect_view(self, start_s, window_s=10.0):
        expect(self.frame).to_have_attribute("data-window", f"{window_s:.3f}")
        expect(self.frame).to_have_attribute("data-start", f"{start_s:.3f}")

    def expect_start_near(self, start_s, within_s):
        expect_number(self.frame, "data-start", start_s - within_s, start_s + within_s)

    @property
    def start_s(self):
        """Where the window began at the last frame: an action that has just been taken may not be in it."""
        return float(self.frame.get_attribute("data-start"))

    @property
    def window_s(self):
        return float(self.frame.get_attribute("data-window"))

    @property
    def paper(self):
        """The left edge of the paper and its width, in pixels of the page."""
        box = self.surface.bounding_box()
        return box["x"] + 58, box["width"] - 59

    def x_of(self, seconds):
        left, width = self.paper
        return left + (seconds - self.start_s) / self.window_s * width

    def y_of(self, share):
        box = self.surface.bounding_box()
        return box["y"] + share * box["height"]

    def drag(self, from_s, to_s, share=0.5):
        self.drag_pixels(self.x_of(from_s), self.x_of(to_s), share)

    def drag_pixels(self, x, target, share=0.5):
        y = self.y_of(share)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(target, y, steps=6)
        self.page.mouse.up()

    def press(self, *keys):
        self.surface.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, name):
        self.page.locator(f"[data-name={name}]").click()

    def labels(self, row=0):
        return self.page.locator(f"[data-name=beats] [data-row='{row}']")

    def expect_page(self, text):
        expect(self.page.get_by_text(text, exact=True)).to_be_visible()

    def playhead_share(self):
        """Where in the window the playhead is, both as one frame has them."""
        return self.frame.evaluate(
            "({ dataset }) => (Number(dataset.playhead) - Number(dataset.start)) / Number(dataset.window)"
        )

    def paint(self):
        """Two frames later, all that was asked for is on the screen."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def trace(page, url):
    return Trace(page, url)


def test_labels_of_the_window_can_be_read(trace):
    """The window's beats stand in a list of words, with their symbol, name and time."""
    trace.expect_view(0)
    expect(trace.labels()).to_have_count(12)  # R peaks at 0.4 + 0.8 k
    expect(trace.labels().first).to_have_text("experts: 0:00.40 N Normal")


def test_the_tally_of_a_long_window_counts_all_of_its_beats(trace):
    """Where the view comes to rest, its beats are told: 221 N and 4 V in three minutes, of which the list holds 150."""
    trace.press(*"-" * 8)
    trace.expect_view(0, 180)
    expect(trace.page.locator("[data-name=live]")).to_have_text("0:00.0 – 3:00.0: N 221, V 4")
    expect(trace.labels()).to_have_count(150)


def test_next_window_and_back(trace):
    """The buttons turn by one window, and the page hears of it once the trace rests."""
    trace.click("forward")
    trace.expect_view(10)
    trace.expect_page("view 10.000 10.000")
    trace.click("back")
    trace.expect_view(0)
    trace.click("back")
    trace.expect_view(0)


def test_drag_moves_the_trace_by_what_was_dragged(trace):
    """Three seconds to the left show what comes three seconds later; the page runs once, after the rest."""
    trace.drag(8, 5)
    trace.expect_start_near(3, 0.02)
    trace.expect_page("run 2")


def test_keys(trace):
    """Every key of the help does what it says."""
    trace.press("ArrowRight")
    trace.expect_view(1)
    trace.press("Shift+ArrowRight")
    trace.expect_view(6)
    trace.press("PageDown", "PageDown", "PageUp")
    trace.expect_view(16)
    trace.press("End")
    trace.expect_view(170)
    trace.press("Home")
    trace.expect_view(0)
    trace.press("PageDown", "+")
    trace.expect_view(10 + 10 / 6, 10 / 1.5)
    trace.press("0")
    trace.expect_view(10)
    trace.press("-")
    trace.expect_view(7.5, 15)


def test_the_wheel_is_the_page_s_and_zooms_with_ctrl(trace):
    """The wheel scrolls the page; with Ctrl it zooms, and what lies under the pointer stays; with Shift it moves."""
    page = trace.page
    page.set_viewport_size({"width": 1360, "height": 500})
    trace.click("forward")
    trace.expect_view(10)
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    page.mouse.move(trace.x_of(14), 300)
    page.mouse.wheel(0, 120)
    page.wait_for_function(f"{scrolled} > 50")
    trace.expect_view(10)
    page.set_viewport_size({"width": 1360, "height": 900})
    x = trace.x_of(14)
    page.mouse.move(x, trace.y_of(0.5))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect_number(trace.frame, "data-window", 0, 8)
    assert trace.x_of(14) == pytest.approx(x, abs=1.5)
    before = trace.start_s
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 200)
    page.keyboard.up("Shift")
    expect(trace.frame).not_to_have_attribute("data-start", f"{before:.3f}")
    page.mouse.dblclick(x, trace.y_of(0.5))
    expect(trace.frame).to_have_attribute("data-window", "10.000")


def test_jumps_to_beats_rhythms_and_times(trace):
    """Next V, V again, back, next rhythm, go to; each comes to the middle of the window."""
    trace.click("nextBeat")
    trace.expect_view(0.4 + 20 * BEAT_S - 5)
    trace.press("n")
    trace.expect_view(0.4 + 40 * BEAT_S - 5)
    trace.press("n")
    trace.expect_view(0.4 + 41 * BEAT_S - 5)
    trace.press("p")
    trace.expect_view(0.4 + 40 * BEAT_S - 5)
    trace.click("nextRhythm")
    trace.expect_view(95)
    trace.page.locator("[data-name=symbol]").select_option("rhythm:(N")
    trace.click("previousBeat")
    trace.expect_view(0)
    trace.page.locator("[data-name=symbol]").select_option("rhythm:(AFIB")
    trace.click("nextBeat")
    trace.expect_view(95)
    goto = trace.page.locator("[data-name=goto]")
    goto.fill("2:05")
    goto.press("Enter")
    trace.expect_view(120)
    for text, sentence in (
        ("later", "That is not a time. Write it as 19:35 or in seconds."),
        ("99:99", "That is not a time. Write it as 19:35 or in seconds."),
        ("99:59", "This record ends at 3:00.0. Choose a time before that."),
    ):
        goto.fill(text)
        goto.press("Enter")
        trace.expect_page(sentence)
        expect(goto).to_have_attribute("aria-invalid", "true")
        trace.expect_view(120)


def test_overview_takes_the_window_along(trace):
    """A click in the overview brings its time to the middle of the window."""
    box = trace.page.locator(".overview").bounding_box()
    x = box["x"] + 58 + (box["width"] - 59) * 90 / 180
    trace.page.mouse.click(x, box["y"] + 10)
    trace.expect_start_near(85, 0.3)


def test_calipers_measure_time_rate_and_voltage(trace):
    """Dragged over 1.2 s, the calipers read 1.2 s and 50/min; they do not move the trace."""
    trace.click("calipers")
    trace.drag(2, 3.2)
    expect(trace.page.locator(".readout")).to_have_text(re.compile(r"^Calipers: 1\.(19|20)\d s = 50/min, 0\.00 mV$"))
    trace.expect_view(0)
    trace.press("Escape")
    expect(trace.page.locator("[data-name=calipers]")).to_have_attribute("aria-pressed", "false")


def test_calipers_snap_to_r_peaks_and_leave_the_qrs_in_sight(trace):
    """Taken a few pixels beside two R peaks 1.6 s apart, they read 1.6 s; what they say stands below the paper."""
    surface = trace.surface.bounding_box()
    before = count_ink(trace.page, "canvas.over", (0.1, 0, 1, 1))
    trace.click("calipers")
    expect(trace.page.locator(".readout")).to_contain_text("Calipers: 0.800 s = 75/min")
    trace.drag_pixels(trace.x_of(2.0) + 4, trace.x_of(3.6) - 5, share=0.8)
    expect(trace.page.locator(".readout")).to_have_text(re.compile(r"^Calipers: 1\.600 s = 38/min, "))
    assert before == 0
    trace.paint()
    middle = (trace.x_of(2.8) - surface["x"]) / surface["width"]
    words = (middle - 0.05, middle + 0.05)
    paper_ends = 1 - 40 / surface["height"]
    assert count_ink(trace.page, "canvas.over", (words[0], paper_ends, words[1], 1)) > 100
    assert count_ink(trace.page, "canvas.over", (middle - 0.02, 0.1, middle + 0.02, 0.7)) == 0
    # An end is taken again where it stands.
    trace.drag_pixels(trace.x_of(3.6), trace.x_of(4.4) + 3, share=0.8)
    expect(trace.page.locator(".readout")).to_have_text(re.compile(r"^Calipers: 2\.400 s = 25/min, "))


def test_calipers_by_key(trace):
    """`c` lays them about an RR interval, `b` moves an end a beat on, arrows by 10 ms and 0.02 mV; all is read out."""
    live = trace.page.locator("[data-name=live]")
    trace.press("c")
    expect(live).to_contain_text("0.800 s = 75/min, 0.00 mV")
    trace.press("b")
    expect(live).to_have_text("1.600 s = 38/min, 0.00 mV")
    trace.press("ArrowRight", "ArrowRight", "ArrowUp")
    expect(live).to_have_text("1.620 s = 37/min, 0.02 mV")
    trace.press("Enter", "Shift+ArrowLeft")
    expect(live).to_have_text("1.720 s = 35/min, 0.02 mV")
    trace.expect_view(0)
    trace.press("c")
    expect(trace.page.locator("[data-name=calipers]")).to_have_attribute("aria-pressed", "false")


def test_beats_by_key_are_read_out(trace):
    """`b` walks from beat to beat, brings each into view, says it, and tells the page where it came to rest."""
    live = trace.page.locator("[data-name=live]")
    trace.press("b")
    expect(live).to_have_text("beat 1, N, 0.40 s")
    trace.press("b", "b")
    expect(live).to_have_text("beat 3, N, 2.00 s, RR 0.80 s")
    trace.expect_page(f"selected {round(2.0 * FS)}")
    trace.press("Shift+B")
    expect(live).to_have_text("beat 2, N, 1.20 s, RR 0.80 s")
    trace.press("End", *"b" * 12)
    expect(live).to_have_text("beat 224, N, 2:58.80, RR 0.80 s")
    trace.press("b", "b")
    trace.expect_page("No more beats in this direction.")
    trace.press("Home", *"b" * 12, "b")
    expect(live).to_have_text("beat 13, N, 10.00 s, RR 0.80 s")
    trace.expect_view(10 - 0.15 * 10)


def test_the_overview_is_explained(trace):
    """Words say what bars and dots are; under the pointer stand time, beats and heart rate."""
    expect(trace.page.get_by_text("bars are the beats of each second")).to_be_visible()
    box = trace.page.locator(".overview").bounding_box()
    trace.page.mouse.move(box["x"] + 58 + (box["width"] - 59) * 16.5 / 180, box["y"] + 10)
    expect(trace.page.locator(".readout")).to_have_text(re.compile(r"^0:16   V 1   75/min$"))


def test_rhythms_are_named_without_the_bracket_of_the_files(trace):
    """What the annotation file calls "(N" is the normal sinus rhythm to the visitor, "(AFIB" is AFIB."""
    trace.page.locator("[data-name=symbol]").select_option("rhythm:(AFIB")
    expect(trace.page.locator("[data-name=nextBeat]")).to_have_text("Next AFIB")
    expect(trace.page.locator("option", has_text="Normal sinus rhythm")).to_have_text(re.compile(r"^N  Normal sinus"))


def test_pointer_reads_time_voltage_and_beat(trace):
    """At the second R peak, a sample wide, the read-out gives time, mV, name and the RR interval before it."""
    trace.press(*"++++++")  # until a sample is more than a pixel
    goto = trace.page.locator("[data-name=goto]")
    goto.fill("1.2")
    goto.press("Enter")
    trace.expect_view(1.2 - 5 / 1.5**6, 10 / 1.5**6)
    trace.page.mouse.move(trace.x_of(1.2), trace.y_of(0.5))
    expect(trace.page.locator(".readout")).to_have_text(
        re.compile(r"^0:01\.200\s+lead 0 1\.00 mV\s+lead 1 1\.00 mV\s+N Normal, RR 0\.800 s = 75/min$")
    )
    trace.page.mouse.move(trace.x_of(1.25), trace.y_of(0.5))
    expect(trace.page.locator(".readout")).to_have_text(re.compile(r"^0:01\.250\s+lead 0 0\.00 mV\s+lead 1 0\.00 mV"))


def test_a_clicked_beat_is_told_to_the_page(trace):
    """A click on a label selects its beat; the view stays."""
    trace.page.mouse.click(trace.x_of(2.0), trace.surface.bounding_box()["y"] + 10)
    trace.expect_page(f"selected {round(2.0 * FS)}")
    trace.expect_view(0)


def test_page_moves_the_trace_also_to_the_same_place_again(trace):
    """A wish of the page is followed, each time; another run of the page leaves the visitor's view alone."""
    jump = trace.page.get_by_role("button", name="Jump to 60 s")
    jump.click()
    trace.expect_view(60)
    expect(trace.labels().first).to_have_text("experts: 1:00.40 N Normal")
    trace.click("forward")
    trace.expect_page("view 70.000 10.000")
    trace.page.get_by_role("button", name="Run again").click()
    trace.expect_page("run 4")
    trace.expect_view(70)
    jump.click()
    trace.expect_view(60)


def test_a_silent_trace_runs_nothing(page, url):
    """With `report_view=False` the page does not run when the visitor moves."""
    trace = Trace(page, url, "silent")
    trace.click("forward")
    trace.expect_view(10)
    trace.page.get_by_role("button", name="Run again").click()
    trace.expect_page("run 2")  # the first run, and the button's
    trace.expect_view(10)


def test_a_run_does_not_send_the_record_again(page, url):
    """Moving the trace costs a few kilobytes, not the samples."""
    received = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: received.append(len(data))))
    trace = Trace(page, url)
    assert sum(received) > 2 * 180 * FS * 2  # two leads of int16 have come
    trace.expect_page("run 1")
    received.clear()
    trace.click("forward")
    trace.expect_page("run 2")
    assert sum(received) < 20_000


def test_window_as_csv(trace):
    """The CSV holds the window's samples with their times, and nothing else."""
    trace.click("forward")
    with trace.page.expect_download() as download:
        trace.click("csv")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    assert len(rows) == 10 * FS
    assert rows[0].keys() == {"time_s", "lead 0_mV", "lead 1_mV"}
    assert (float(rows[0]["time_s"]), float(rows[-1]["time_s"])) == (10.0, pytest.approx(20 - 1 / FS, abs=1e-5))
    peaks = [float(row["time_s"]) for row in rows if float(row["lead 0_mV"]) > 0.5]
    assert peaks == pytest.approx([0.4 + BEAT_S * k for k in range(12, 25)], abs=1e-4)


def count_ink(page, canvas, box):
    """Count the pixels of a canvas that are as dark as the line of a lead, in a box as shares of its size."""
    return page.locator(canvas).evaluate(
        """(canvas, [left, top, right, bottom]) => {
          const [w, h] = [canvas.width, canvas.height];
          const at = [left * w, top * h, (right - left) * w, (bottom - top) * h].map(Math.round);
          const { data } = canvas.getContext("2d").getImageData(...at);
          let n = 0;
          for (let i = 0; i < data.length; i += 4) n += data[i + 3] > 200 && data[i] + data[i + 1] + data[i + 2] < 200;
          return n;
        }""",
        list(box),
    )


def test_view_as_png(trace):
    """The picture is a PNG of the size of a slide, with both leads on it."""
    with trace.page.expect_download() as download:
        trace.click("png")
    data = Path(download.value.path()).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 2800
    trace.page.evaluate(
        """async (encoded) => {
          const image = new Image();
          image.src = `data:image/png;base64,${encoded}`;
          await image.decode();
          const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
          canvas.className = "png";
          canvas.getContext("2d").drawImage(image, 0, 0);
          document.body.append(canvas);
        }""",
        base64.b64encode(data).decode(),
    )
    # The line of a lead, a pixel high at least, all along the paper, and 13 spikes of 1 mV.
    assert count_ink(trace.page, "canvas.png", (0.1, 0.2, 0.98, 0.9)) > 2 * 2400


def test_disagreements_are_named_and_found(page, url):
    """The beat that the model calls N and the experts V is said to differ, and `≠` jumps to it."""
    trace = Trace(page, url, "model")
    trace.page.locator("[data-name=symbol]").select_option("≠")
    trace.click("nextBeat")
    trace.expect_view(0.4 + 40 * BEAT_S - 5)
    differing = trace.page.locator("[data-name=beats] li", has_text="model disagrees")
    expect(differing).to_have_text(
        [
            "experts: 0:32.40 V Ventricular premature, model disagrees",
            "model: 0:32.40 N Normal, model disagrees",
        ]
    )


def test_replay_names_a_beat_when_its_segment_is_complete(page, url):
    """Steps reveal one label of the model at a time, each no earlier than half a second after its R peak."""
    trace = Trace(page, url, "replay")
    expect(trace.labels(1)).to_have_count(12)
    trace.press("Home")
    trace.page.locator("[data-name=play]").click()
    expect(trace.frame).to_have_attribute("data-replay", "playing")
    trace.page.locator("[data-name=play]").click()
    expect(trace.frame).to_have_attribute("data-replay", "paused")
    for _step in range(3):
        known, before = trace.labels(0).count(), trace.labels(1).count()
        trace.click("stepOn")
        expect(trace.labels(1)).to_have_count(before + 1)
        assert trace.labels(0).count() >= known
        expect(trace.page.locator(".panel time")).to_have_text(re.compile(r"0:0\d\.\d"))
    expect(trace.page.locator(".panel")).to_contain_text("Named 0.50 s after its R peak")
    expect(trace.page.locator(".probability[data-best]")).to_contain_text("0.90")
    trace.click("forward")  # a whole window ahead of the playhead: a trace without labels would tell nothing
    expect(trace.frame).to_have_attribute("data-replay", "off")
    expect(trace.labels(1)).to_have_count(13)
    trace.press("Home")
    trace.click("play")
    trace.page.mouse.click(trace.x_of(0.4), trace.y_of(0.5))  # a beat that has its name: the replay waits there
    expect(trace.frame).to_have_attribute("data-replay", "paused")
    expect(trace.page.locator(".panel time")).to_have_text("0:00.4")
    trace.click("stop")
    expect(trace.labels(1)).to_have_count(12)


def test_replay_runs_and_stays_in_view(page, url):
    """The record runs under the playhead, which stays at 0.8 of the window; a drag pauses it, and it stands still."""
    trace = Trace(page, url, "replay")
    trace.page.locator(".transport select").select_option("8")
    trace.page.locator("[data-name=play]").click()
    expect(trace.frame).not_to_have_attribute("data-start", "0.000")
    assert trace.playhead_share() == pytest.approx(0.8, abs=0.001)
    left, width = trace.paper  # a time would have moved on before the pointer is there
    trace.drag_pixels(left + 0.6 * width, left + 0.5 * width)
    expect(trace.frame).to_have_attribute("data-replay", "paused")
    trace.paint()
    start_s = trace.start_s
    assert start_s > 0
    trace.expect_page(f"view {start_s:.3f} 10.000")  # the page hears of it once the trace has come to rest
    trace.expect_view(start_s)


@pytest.mark.parametrize(
    ("case", "view", "said"),
    [
        ("unlabelled", (165, 15), "lead 0 0.00 mV   lead 1 0.00 mV"),
        ("gaps", (165, 15), "lead 0 0.00 mV   lead 1 –   N Normal"),
        ("short", (0, 10), "lead 0 0.00 mV   lead 1 0.00 mV   N Normal"),
        ("one", (0, 10), None),
        ("leads", (165, 15), "   ".join(f"lead {i} 0.00 mV" for i in range(10))),
    ],
)
def test_unusual_records(page, url, case, view, said):
    """No labels, missing samples, three seconds, one sample, ten leads: all are painted, read and moved."""
    trace = Trace(page, url, case)
    trace.expect_view(0)
    rows = 0 if case == "unlabelled" else 0.1  # of beat labels, above the paper
    if said is not None:
        assert count_ink(page, "canvas.base", (0.08, rows, 1, 0.85)) > 200
    trace.press("PageDown", "-", "n", "r", "End")
    trace.expect_view(*view)
    trace.page.mouse.move(trace.x_of(trace.start_s + 0.9), trace.y_of(0.5))
    readout = trace.page.locator(".readout")
    if said is None:  # there is no sample at 0.9 s
        expect(readout).to_have_text("")
        trace.page.mouse.move(trace.x_of(0), trace.y_of(0.5))
        said = "0:00.000   lead 0 0.00 mV   lead 1 0.00 mV"
    expect(readout).to_contain_text(said)


def test_a_gap_is_neither_painted_nor_read(page, url):
    """From 2 s to 3 s nothing was recorded: no ink, no number; beside it there are both."""
    trace = Trace(page, url, "gaps")
    at = [(trace.x_of(second) - trace.surface.bounding_box()["x"]) for second in (2.05, 2.95, 3.05, 3.95)]
    shares = [x / trace.surface.bounding_box()["width"] for x in at]
    assert count_ink(page, "canvas.base", (shares[0], 0.1, shares[1], 0.85)) == 0
    assert count_ink(page, "canvas.base", (shares[2], 0.1, shares[3], 0.85)) > 20
    trace.page.mouse.move(trace.x_of(2.5), trace.y_of(0.5))
    expect(trace.page.locator(".readout")).to_contain_text("lead 0 –   lead 1 –")


def test_chinese(page, url):
    """Buttons, names and words for screen readers are in the visitor's language."""
    trace = Trace(page, url, lang="zh")
    expect(page.get_by_role("button", name="下一窗口")).to_be_visible()
    expect(trace.labels().first).to_have_text("experts：0:00.40 N 正常")
    trace.press(*"-" * 8)
    expect(page.locator("[data-name=live]")).to_have_text("0:00.0 – 3:00.0：N 221、V 4")
    trace.click("help")
    expect(page.get_by_role("dialog")).to_contain_text("回到 10 秒")


_FOCUS_IS_KEPT = """
() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused === document.body || focused.matches("dialog, dialog *");
}
"""


def test_the_help_keeps_the_focus_and_esc_closes_it(trace):
    """Tab stays within the open help, whose keys do not move the trace; Esc closes it and gives the focus back."""
    page = trace.page
    start = trace.frame.get_attribute("data-start")
    trace.click("help")
    dialog = page.get_by_role("dialog", name="Keys and gestures")
    expect(dialog).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate(_FOCUS_IS_KEPT)
    page.keyboard.press("ArrowRight")
    assert trace.frame.get_attribute("data-start") == start
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-name=help]")).to_be_focused()


def test_every_control_has_a_name(trace):
    """Each button, list and field can be reached by keyboard and has a name for screen readers."""
    for control in trace.page.locator(".ecg :is(button, select, input)").all():
        name = control.get_attribute("aria-label") or control.inner_text()
        assert name.strip()
        assert control.get_attribute("tabindex") != "-1"


def touch(session, kind, *points):
    session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
    )


def test_two_fingers_zoom_and_one_drags(page, url):
    """Fingers that part to twice their distance halve the window; one finger drags the paper."""
    trace = Trace(page, url)
    trace.click("forward")
    trace.expect_view(10)
    y = trace.y_of(0.5)
    middle = trace.x_of(15)
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (middle - 100, y), (middle + 100, y))
    touch(session, "touchMove", (middle - 200, y), (middle + 200, y))
    touch(session, "touchEnd")
    expect_number(trace.frame, "data-window", 4.99, 5.01)
    assert trace.x_of(15) == pytest.approx(middle, abs=2)
    start_s = trace.start_s
    touch(session, "touchStart", (middle, y))
    for moved in (20, 60, 100):
        touch(session, "touchMove", (middle - moved, y))
    touch(session, "touchEnd")
    _left, width = trace.paper
    trace.expect_start_near(start_s + 100 / width * 5, 0.1)


def test_a_tap_reads_and_selects(page, url):
    """A finger that taps a beat gets time, voltage and beat, and they stay; the beat is selected."""
    trace = Trace(page, url)
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (trace.x_of(2.8) + 6, trace.y_of(0.5)))
    touch(session, "touchEnd")
    trace.expect_page(f"selected {round(2.8 * FS)}")
    expect(page.locator(".readout")).to_have_text(re.compile(r"^0:02\.8\d\d .*N Normal, RR 0\.800 s = 75/min$"))


def test_a_phone_s_trace(page, url):
    """At 390 px every control is 44 px high, nothing is wider than the screen, and a finger up scrolls the page."""
    session = page.context.new_cdp_session(page)
    phone = {"width": 390, "height": 700, "deviceScaleFactor": 2, "mobile": True}
    session.send("Emulation.setDeviceMetricsOverride", phone)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    trace = Trace(page, url)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    for control in page.locator(".ecg :is(button, select, input) >> visible=true").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    x, y = trace.x_of(5), trace.y_of(0.5)
    touch(session, "touchStart", (x, y))
    for moved in range(20, 300, 20):
        touch(session, "touchMove", (x, y - moved))
    touch(session, "touchEnd")
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 50")
    trace.expect_view(0)


def test_a_long_record_brings_its_samples_where_it_is_looked_at(page, url):
    """The spikes of the last beats can be read, hours behind what was sent at first; the whole record is a picture."""
    trace = Trace(page, url, "long")
    expect(trace.frame).to_have_attribute("data-missing", "0")
    trace.press("End")
    expect(trace.frame).to_have_attribute("data-missing", "0")
    last_r = 0.4 + BEAT_S * 13_499
    trace.expect_view(3 * 3600 - 10)
    page.mouse.move(trace.x_of(last_r), trace.y_of(0.5))
    expect(page.locator(".readout")).to_contain_text("lead 0 1.00 mV")
    page.mouse.move(trace.x_of(last_r - 0.2), trace.y_of(0.5))
    expect(page.locator(".readout")).to_contain_text("lead 0 0.00 mV")


def test_a_window_of_a_long_record_is_saved_whole_or_not_at_all(page, url):
    """A quarter of an hour, two pieces of it not there yet, holds every spike; three hours are refused."""
    trace = Trace(page, url, "long")
    trace.press(*"-----------")
    expect(trace.frame).to_have_attribute("data-missing", "2")
    window_s = trace.window_s
    assert 600 < window_s < 1000
    with page.expect_download() as download:
        trace.click("csv")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text())))
    assert len(rows) == pytest.approx(window_s * FS, abs=3)
    assert sum(row[1] == "1" for row in rows) == pytest.approx(window_s / BEAT_S, abs=2)
    assert all(row[1] != "" for row in rows)
    trace.press(*"------")
    trace.click("csv")
    expect(page.locator(".note")).to_contain_text("at most 48 minutes")
