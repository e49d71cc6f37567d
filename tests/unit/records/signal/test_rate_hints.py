"""The heart rates that sampling rates would give."""

from __future__ import annotations

import numpy as np
import pytest

from ecgmodel.records.imports.files import sniff_files
from ecgmodel.records.signal.rate_hints import hint_heart_rates
from ecgmodel.records.sources.sample_files import make_plain_file, make_strap_file, make_watch_file
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record


def test_rates_of_a_simulated_heart():
    """75/min at 250 Hz are 60 at 200 and 150 at 500; what no heart does is left out."""
    plan = SimulationPlan(
        duration_s=60.0, fs=250.0, heart_rate_bpm=75.0, atrial_share=0.0, ventricular_share=0.0, rr_variation=0.0
    )
    found = hint_heart_rates(simulate_record(plan, seed=1).lead(), (250.0, 500.0, 200.0, 125.0, 1000.0, 50.0))
    assert found[250.0] == pytest.approx(75, abs=2)
    assert found[500.0] == pytest.approx(150, abs=4)
    assert found[200.0] == pytest.approx(60, abs=2)
    assert set(found) == {250.0, 500.0, 200.0}


def test_no_heart():
    """A flat line has none."""
    assert hint_heart_rates(np.zeros(10_000), (250.0, 500.0)) == {}


@pytest.mark.parametrize(
    ("make", "fs", "asks"),
    [(make_watch_file, 512.0, None), (make_strap_file, 130.0, None), (make_plain_file, None, "fs")],
)
def test_files_to_try(make, fs, asks):
    """Two of them say their rate, and the third is asked for it."""
    file = make()
    found = sniff_files({file.name: file.data})
    assert (found.question.setting if found.question else None) == asks
    if fs is not None:
        assert found.rate.value == pytest.approx(fs, rel=1e-4)
