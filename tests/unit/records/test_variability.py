"""Heart rate variability against cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ecgmodel.records.variability import find_normal_intervals, measure_variability, take_intervals

FS = 1000.0


def intervals_of(samples, symbols, gaps=None):
    gaps = None if gaps is None else np.array(gaps)
    return find_normal_intervals(np.array(samples), np.array(list(symbols)), FS, gaps)


def test_five_intervals_by_hand():
    """NN of 800, 810, 790, 850 and 800 ms: differences 10, -20, 60 and -50 ms.

    Mean 810 ms; squared distances 100 + 0 + 400 + 1600 + 100 = 2200, over 4: SDNN = sqrt(550) ms.
    RMSSD = sqrt((100 + 400 + 3600 + 2500) / 4) = sqrt(1650) ms. One difference of five intervals is above 50 ms: 20 %.
    SD1: differences / sqrt(2) have the mean 0, so sqrt(6600 / 2 / 3) = sqrt(1100) ms.
    SD2: sums 1610, 1600, 1640, 1650 have the mean 1625 and squared distances 225 + 625 + 225 + 625 = 1700, so
    sqrt(1700 / 2 / 3) ms.
    """
    found = measure_variability(take_intervals(np.array([0.8, 0.81, 0.79, 0.85, 0.8])))
    assert (found.n_intervals, found.n_pairs) == (5, 4)
    assert found.seconds == pytest.approx(4.05)
    assert found.mean_s == pytest.approx(0.81)
    assert found.sdnn_ms == pytest.approx(550**0.5)
    assert found.rmssd_ms == pytest.approx(1650**0.5)
    assert found.pnn50 == pytest.approx(0.2)
    assert found.sd1_ms == pytest.approx(1100**0.5)
    assert found.sd2_ms == pytest.approx((1700 / 6) ** 0.5)


def test_intervals_beside_an_ectopic_beat_do_not_count():
    """Of N N V N N N only N-N, and N-N-N behind the pause, are normal-to-normal; nothing reaches over the V."""
    found = intervals_of([1000, 1800, 2300, 3400, 4200, 5010], "NNVNNN")
    assert found.nn_s.tolist() == pytest.approx([0.8, 0.8, 0.81])
    assert found.end_s.tolist() == pytest.approx([1.8, 4.2, 5.01])
    assert found.follows.tolist() == [False, False, True]
    before, after = found.pairs_s
    assert (before.tolist(), after.tolist()) == (pytest.approx([0.8]), pytest.approx([0.81]))


@pytest.mark.parametrize("ectopic", "AaJSVFejnE/fQ?")
def test_every_beat_that_is_no_sinus_beat_breaks_the_row(ectopic):
    """Premature, escape, fused, paced and unclassified beats are none of the sinus node's."""
    assert len(intervals_of([1000, 1800, 2600], f"N{ectopic}N")) == 0


def test_bundle_branch_block_is_sinus_rhythm():
    """L, R and B are conducted another way and come from the sinus node; marks that are no beats are not between."""
    found = intervals_of([1000, 1800, 2000, 2600, 3400], "LR+BN")
    assert found.nn_s.tolist() == pytest.approx([0.8, 0.8, 0.8])
    assert found.follows.tolist() == [False, True, True]


def test_no_interval_across_a_gap():
    """Where samples are missing, a beat may be, too."""
    found = intervals_of([1000, 1800, 2600, 3400, 4200], "NNNNN", gaps=[[2000, 2100]])
    assert found.end_s.tolist() == pytest.approx([1.8, 3.4, 4.2])
    assert found.follows.tolist() == [False, False, True]


@pytest.mark.parametrize("symbols", ["", "N", "NN", "NNN", "NVNVN", "NNVNNVNN"])
def test_too_little_is_nothing(symbols):
    """Without two intervals that follow another there is no variability, and no fault."""
    assert measure_variability(intervals_of(1000 + 800 * np.arange(len(symbols)), symbols)) is None


def test_a_heart_like_a_clock_does_not_vary():
    """Equal intervals give zeros."""
    found = measure_variability(intervals_of(1000 + 800 * np.arange(10), "N" * 10))
    assert (found.sdnn_ms, found.rmssd_ms, found.pnn50) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9), 0)
    assert (found.sd1_ms, found.sd2_ms) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))


def test_exactly_50_ms_are_not_more():
    """At 360 Hz 18 samples are 50 ms: not counted; 19 are."""
    samples = np.cumsum([0, 300, 318, 300, 319, 300])
    found = measure_variability(find_normal_intervals(samples, np.full(6, "N"), 360.0))
    assert found.pnn50 == pytest.approx(2 / 5)  # 318, 300 differ by 18 twice; 319 by 19 twice


def test_the_poincare_plot_holds_the_other_two():
    """Brennan et al. 2001: SD1 is RMSSD over the root of 2, SD1² + SD2² twice the variance, of many intervals."""
    rng = np.random.default_rng(3)
    found = measure_variability(take_intervals(rng.normal(0.8, 0.05, 20_000)))
    assert found.sd1_ms == pytest.approx(found.rmssd_ms / 2**0.5, rel=1e-3)
    assert found.sd1_ms**2 + found.sd2_ms**2 == pytest.approx(2 * found.sdnn_ms**2, rel=1e-3)
