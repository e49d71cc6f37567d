"""Labelling by hand in a browser: a click, a key a beat, and what a reload leaves."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import find_barriers
from tests.browser.steps import save_file, wait_until_still

RECORD = "simulated-normal"


class Annotation:
    """The Annotate page with the simulation's beats, not labelled yet."""

    def __init__(self, page, server):
        self.page = page
        self.address = f"{server.url}/?record={RECORD}"
        self.open_anew()
        self.words = page.locator(".beat-words")
        self.surface = page.locator(".surface")

    def open_anew(self):
        """Load the app as a new visitor of the same browser."""
        self.page.goto(self.address)
        self.page.get_by_role("link", name="Annotate").click()

    def begin(self):
        self.page.get_by_role("button", name="Annotate this record").click()
        self.words.wait_for()
        return self

    def x_of(self, seconds):
        box = self.surface.bounding_box()
        return box["x"] + 58 + seconds / 10 * (box["width"] - 59)

    def expect_symbols(self, symbols):
        """Wait until the visitor's row begins with these, in the list for screen readers."""
        for place, symbol in enumerate(symbols):
            expect(self.page.locator("[data-name=beats] li").nth(place)).to_have_attribute("data-symbol", symbol)

    def expect_count(self, text):
        expect(self.page.get_by_text(re.compile(rf"· {text}$"))).to_be_visible()


@pytest.fixture
def annotation(page, embedded_app_server):
    return Annotation(page, embedded_app_server).begin()


def test_the_first_click_selects_its_beat(annotation):
    """A click on a beat right behind the start is the selected one, with no second click."""
    fourth = annotation.page.locator("[data-name=beats] li").nth(3)
    at = int(fourth.get_attribute("data-sample")) / 360
    annotation.page.mouse.click(annotation.x_of(at), annotation.surface.bounding_box()["y"] + 100)
    expect(annotation.words).to_contain_text(f"beat 4, ?, {at:.2f} s, RR 0.")
    wait_until_still(annotation.page)
    chosen = annotation.page.get_by_role("combobox", name=re.compile("Label")).first
    expect(chosen).to_have_value(re.compile(r"^\? "))


def test_a_key_labels_a_beat_and_goes_on(annotation):
    """N V L R A label five beats in a row, however fast; the page has them all, and Ctrl Z takes one back."""
    expect(annotation.words).to_contain_text("beat 1, ?")
    annotation.page.keyboard.type("nvlraNNNNN")  # nothing has the focus
    expect(annotation.words).to_contain_text("beat 11, ?")
    annotation.expect_count("10 changes")
    annotation.expect_symbols("NVLRANNNNN?")
    annotation.page.keyboard.press("Control+z")
    annotation.expect_count("9 changes")
    annotation.expect_symbols("NVLRANNNN??")
    annotation.page.keyboard.press("Shift+B")
    annotation.page.keyboard.press("Delete")
    annotation.expect_count("10 changes")
    expect(annotation.words).to_contain_text("beat 10, ?")


def test_one_click_a_beat(annotation):
    """The buttons below the trace label and go on as the keys do."""
    for symbol in "NV":
        annotation.page.locator(f"[data-name=label{symbol}]").click()
    expect(annotation.words).to_contain_text("beat 3, ?")
    annotation.expect_count("2 changes")
    annotation.expect_symbols("NV?")
    assert find_barriers(annotation.page) == {}


def test_labels_outlive_a_reload_and_are_not_left_unasked(annotation):
    """A reload asks first and gives every label back; behind a saved file it does not ask; discarded ones stay away."""
    page = annotation.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.type("nv")
    expect(page.get_by_text("2 changes, kept in this browser alone")).to_be_visible()
    keeper = page.locator("[data-name=keeper]")
    expect(keeper).to_have_attribute("data-unsaved", "true")
    annotation.open_anew()
    annotation.words.wait_for()
    assert asked == ["beforeunload"]
    annotation.expect_count("2 changes")
    annotation.expect_symbols("NV?")
    expect(page.get_by_text("These are your labels from before")).to_be_visible()
    save_file(page, "My labels as CSV")
    expect(keeper).to_have_attribute("data-unsaved", "false")
    annotation.open_anew()
    annotation.words.wait_for()
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Discard them").click()
    page.get_by_role("button", name="Annotate this record").wait_for()
    wait_until_still(page)
    annotation.open_anew()
    page.get_by_role("button", name="Annotate this record").wait_for()
    wait_until_still(page)
    assert annotation.words.count() == 0
    assert asked == ["beforeunload"]
