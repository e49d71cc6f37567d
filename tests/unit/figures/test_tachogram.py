"""Tachogram and Poincaré plot: what they draw is what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from ecgmodel.figures.tachogram import draw_poincare, draw_tachogram
from ecgmodel.records.variability import find_normal_intervals, measure_variability, take_intervals

WORDS = {"title": "T", "x": "x", "y": "y", "counted": "counted", "others": "others"}


def test_intervals_that_do_not_count_stand_apart():
    """The line holds normal-to-normal intervals alone; those beside a V are points of their own; a gap is neither."""
    end_s = np.array([0.0, 0.8, 1.3, 2.4, 3.2, 4.2])
    rr_s = np.array([np.nan, 0.8, 0.5, 1.1, 0.8, np.nan])
    counted = np.array([False, True, False, False, True, False])
    line, others = draw_tachogram(rr_s, WORDS, end_s=end_s, counted=counted).data
    np.testing.assert_array_equal(line.y, [np.nan, 0.8, np.nan, np.nan, 0.8, np.nan])
    np.testing.assert_array_equal(others.y, [np.nan, 0.5, 1.1, np.nan])
    assert (line.name, others.name) == ("counted", "others")


def test_a_list_of_intervals_runs_on():
    """Without beats each interval ends where all before it end together."""
    (line,) = draw_tachogram(np.array([0.8, 0.9, 0.7]), WORDS).data
    assert line.x.tolist() == pytest.approx([0.8, 1.7, 2.4])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ellipse_has_the_axes_that_were_measured(theme):
    """Its points lie at most SD2 along and SD1 across the diagonal from the mean of the pairs."""
    intervals = take_intervals(np.array([0.8, 0.81, 0.79, 0.85, 0.8]))
    found = measure_variability(intervals)
    points, _identity, ellipse = draw_poincare(intervals, found, WORDS, theme).data
    assert points.x.tolist() == [0.8, 0.81, 0.79, 0.85]
    assert points.y.tolist() == [0.81, 0.79, 0.85, 0.8]
    x, y = ellipse.x - np.mean(points.x), ellipse.y - np.mean(points.y)
    assert np.abs(x + y).max() / 2**0.5 == pytest.approx(found.sd2_ms / 1000)
    assert np.abs(x - y).max() / 2**0.5 == pytest.approx(found.sd1_ms / 1000)


def test_pairs_of_a_real_order():
    """A V between them keeps two intervals from being a pair."""
    intervals = find_normal_intervals(np.arange(1, 9) * 300, np.array(list("NNNVNNNN")), 360.0)
    points = draw_poincare(intervals, measure_variability(intervals), WORDS).data[0]
    assert len(points.x) == 3


def test_half_an_hour_needs_no_graphics_processor():
    """Without WebGL a browser shows an apology in place of such a figure; only a day of beats asks for it."""
    rng = np.random.default_rng(0)
    for n, kind in ((3000, "scatter"), (100_000, "scattergl")):
        intervals = take_intervals(rng.normal(0.8, 0.05, n))
        figures = (
            draw_tachogram(intervals.nn_s, WORDS),
            draw_poincare(intervals, measure_variability(intervals), WORDS),
        )
        assert [figure.data[0].type for figure in figures] == [kind, kind]
