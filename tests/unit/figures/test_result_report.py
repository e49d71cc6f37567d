"""A result on paper, and its curves."""

import math
import re
from dataclasses import replace

import pytest

from ecgmodel.evaluation.results import find_intervals
from ecgmodel.figures.curves import draw_precision_recall, draw_reliability, draw_roc, draw_training
from ecgmodel.figures.result_report import write_result_report
from tests.evaluation_case import ship_result

WORDS = {"title": "T", "x": "X", "y": "Y", "epoch": "E", "training": "fit", "validation": "held", "segments": "s"}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return ship_result(tmp_path_factory.mktemp("results"), "gru", "segments-10fold")


def test_report_holds_every_figure(result):
    """Scores with intervals, matrix, classes, groups, simple rules, records; and nothing from elsewhere."""
    html = write_result_report(result, find_intervals(result))
    assert f"{result.scores.accuracy:.2%}" in html
    for count in result.matrix.flatten():
        assert f">{count:,}</td>" in html
    for name in result.records:
        assert name in html
    assert "always the most common class" in html
    assert "Not a medical device" in html
    assert result.command in html
    assert not re.search(r"<script|https?://|<link|<img", html)


def rows_of(result):
    """Return the cells of all rows of the report; the paper's figures have no interval behind them."""
    rows = re.findall(r"<tr>(.*?)</tr>", write_result_report(result, find_intervals(result)))
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def test_the_paper_stands_beside_the_question_it_answers(result):
    """Abnormal or not, on the paper's segments and folds; nowhere else, and never beside figures over five classes."""
    beside = [row for row in rows_of(result) if row and row[-1] in ("98.10%", "98.70%")]
    binary = result.scores.abnormal
    assert [row[1] for row in beside] == [f"{binary.accuracy:.2%}", f"{binary.specificity:.2%}"]
    assert not any("98.10%" in row for row in rows_of(replace(result, protocol="patients-10fold")))


def test_text_is_escaped(result):
    """A name cannot bring markup into the report."""
    html = write_result_report(replace(result, preset="<b>x", command="a & b"), find_intervals(result))
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html
    assert "a &amp; b" in html


def test_curves_are_those_of_the_result(result):
    """Each line has the points that the result keeps; each training its epochs."""
    for figure, kind in (
        (draw_roc(result.class_curves, WORDS), "roc"),
        (draw_precision_recall(result.class_curves, WORDS, "dark"), "precision_recall"),
    ):
        lines = [trace for trace in figure.data if trace.name]
        assert [trace.name[0] for trace in lines] == list(result.class_curves)
        for trace, curve in zip(lines, result.class_curves.values(), strict=True):
            assert tuple(zip(trace.x, trace.y, strict=True)) == getattr(curve, kind)
    training = draw_training({"": result.folds[0].epochs}, "loss", WORDS)
    assert [trace.name for trace in training.data] == ["fit", "held"]
    assert list(training.data[1].y) == [epoch.validation_loss for epoch in result.folds[0].epochs]
    unheld = [replace(epoch, validation_loss=math.nan) for epoch in result.folds[0].epochs]
    assert [trace.name for trace in draw_training({"": unheld}, "loss", WORDS).data] == ["fit"]
    reliability = draw_reliability(result.reliability, WORDS)
    assert list(reliability.data[-1].y) == [tenth.accuracy for tenth in result.reliability]
