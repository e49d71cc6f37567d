"""A record in a few numbers."""

import numpy as np
import pytest

from ecgmodel.records.facts import find_facts
from ecgmodel.records.record import Annotations, Header, Record


def record_of(samples, symbols, aux, n_samples=10_000, fs=100.0):
    annotations = Annotations(np.asarray(samples), np.asarray(symbols), np.asarray(aux))
    return Record("x", np.zeros((n_samples, 1), np.float32), ("MLII",), fs, annotations, Header(), "simulated")


def test_numbers_by_hand():
    """Six beats a second apart but for one early V and the pause after it."""
    facts = find_facts(
        record_of(
            [0, 100, 200, 300, 360, 500, 510, 600],
            ["+", "N", "N", "N", "V", "V", "+", "N"],
            ["(N", "", "", "", "", "", "(B", ""],
            n_samples=1020,
        )
    )
    assert facts.n_beats == 6
    assert [(count.symbol, count.n) for count in facts.counts] == [("N", 4), ("V", 2)]
    assert facts.median_rate_bpm == pytest.approx(60.0)
    assert (facts.longest_rr_s, facts.longest_rr_start_s) == pytest.approx((1.4, 3.6))
    assert facts.prematurity == pytest.approx(1.0)  # the median of 0.6 s and 1.4 s over 1 s
    run = facts.longest_ventricular_run
    assert (run.n, run.start_s) == (2, pytest.approx(3.6))
    assert [(part.rhythm, part.share, part.longest_s) for part in facts.rhythms] == [
        ("(N", pytest.approx(0.5), pytest.approx(5.1)),
        ("(B", pytest.approx(0.5), pytest.approx(5.1)),
    ]


def test_no_beats():
    """Marks without a heartbeat give no rate."""
    facts = find_facts(record_of([5], ["~"], [""]))
    assert facts.n_beats == 0
    assert facts.median_rate_bpm is facts.longest_rr_s is facts.longest_ventricular_run is facts.prematurity is None


def test_not_annotated():
    """Nothing is said of a record that nobody annotated."""
    record = record_of([5], ["N"], [""])
    bare = Record(record.name, record.signals, record.leads, record.fs, None, Header(), "upload")
    assert find_facts(bare) is None


def test_a_gap_is_no_interval():
    """Ten minutes that were not recorded are neither a pause nor a rate."""
    record = record_of([100, 200, 310, 60_310, 60_410], list("NNNAN"), [""] * 5, n_samples=61_000)
    record.signals[400:60_200] = np.nan
    facts = find_facts(record)
    assert (facts.longest_rr_s, facts.longest_rr_start_s) == pytest.approx((1.1, 2.0))
    assert facts.median_rate_bpm == pytest.approx(60.0)
    assert facts.prematurity is None
