"""The printed report: what it says, that nothing of a file becomes markup, and its Chinese."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po

from ecgmodel.classification.beat_summary import summarise_beats
from ecgmodel.figures import report, result_report
from ecgmodel.figures.rendering import TEMPLATES
from ecgmodel.figures.report import ReportBeats, draw_strip, write_report
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

ROOT = Path(__file__).resolve().parents[3]


class Tags(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def record():
    return simulate_record(SimulationPlan(duration_s=60.0, ventricular_share=0.1), seed=2)


def write(record, **options):
    marks = record.annotations.beats()
    beats = ReportBeats(marks.sample, marks.symbol)
    summary = summarise_beats(beats.r_sample, beats.symbol, record.fs, record.n_samples)
    return write_report(record, "MLII", beats, summary, [("File", record.name)], ["a <b>note</b>"], **options)


def read(html):
    tags = Tags()
    tags.feed(html)
    return tags, " ".join(tags.text)


def test_what_it_says(record):
    """Counts, rate, strips, the model, and twice that it is no medical device."""
    tags, text = read(write(record, model="beats-gru"))
    marks = record.annotations.beats()
    assert text.count("Not a medical device") == 2
    assert f"{(marks.symbol == 'V').sum():,}" in text
    assert "Median rate" in text
    assert "beats-gru" in text
    assert tags.tags.count("svg") >= 2


def test_nothing_becomes_markup(record):
    """A name with markup stays text; there are no scripts, and nothing is fetched from elsewhere."""
    evil = replace(record, name='<script>alert("x")</script>=HYPERLINK("http://x")')
    html = write(evil)
    tags, text = read(html)
    assert not {"script", "img", "link", "iframe", "b", "a"} & set(tags.tags)
    assert 'alert("x")' in text
    assert "url(" not in html
    assert "src=" not in html


def test_strip_is_drawn_to_scale(record):
    """Seven seconds are 175 mm wide, and an R peak stands below its label."""
    marks = record.annotations.beats()
    svg = ElementTree.fromstring(draw_strip(record, "MLII", ReportBeats(marks.sample, marks.symbol), 0.0))
    assert svg.get("width") == "175mm"
    texts = svg.findall("{http://www.w3.org/2000/svg}text")
    inside = marks.sample[marks.sample < 7 * record.fs]
    assert [float(text.get("x")) for text in texts] == pytest.approx((inside / record.fs * 25).tolist(), abs=0.01)


def test_gaps_and_nothing(record):
    """A record without beats and with missing samples has a report."""
    signals = np.full_like(record.signals, np.nan)
    empty = replace(record, signals=signals)
    beats = ReportBeats(np.empty(0, np.int64), np.empty(0, "U1"))
    html = write_report(empty, "MLII", beats, summarise_beats(beats.r_sample, beats.symbol, 360.0, 100), [])
    assert "<svg" in html


@pytest.mark.parametrize("module", [report, result_report], ids=["recording", "result"])
def test_every_word_is_in_the_catalogue(module):
    """All that a report says has a translation, and no template says anything of its own."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    words = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "say"
        and isinstance(node.args[0], ast.Constant)
    }
    known = set()
    for path in (ROOT / "assets/locale/zh/LC_MESSAGES").glob("*.po"):
        with path.open("rb") as stream:
            known |= {message.id for message in read_po(stream) if isinstance(message.id, str)}
    assert len(words) > 10
    assert words - known == set()
    for path in TEMPLATES.glob("*.html"):
        literal = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.S)
        said = re.sub(r"<[^>]*>", "", literal)
        assert said.split() == [], path.name
