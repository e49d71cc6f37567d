"""P, QRS and T of simulated beats, whose waves are known."""

import numpy as np
import pytest

from ecgmodel.records.signal.qrs_width import measure_qrs
from ecgmodel.records.signal.waves import find_waves
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record


@pytest.fixture(scope="module")
def record():
    plan = SimulationPlan(
        atrial_share=0.0, ventricular_share=0.1, couplet_share=0.0, bigeminy_share=0.0, duration_s=120.0
    )
    return simulate_record(plan, seed=4)


def measured(record, beats, symbol, r):
    return measure_qrs(record.signals, record.fs, int(r), beats.sample[beats.symbol == symbol])


def waves_of(record, symbol):
    beats = record.annotations.beats()
    signal = record.lead()
    return [
        (find_waves(signal, record.fs, int(r), int(beats.sample[place]), measured(record, beats, symbol, r)), int(r))
        for place, (r, mark) in enumerate(zip(beats.sample[1:-1], beats.symbol[1:-1], strict=True))
        if mark == symbol
    ]


def width_ms(record, waves):
    return (waves.qrs_stop - waves.qrs_start) / record.fs * 1000


def test_normal_beats(record):
    """In nine of ten normal beats P comes 0.1 to 0.25 s before R and T 0.2 to 0.4 s behind it; QRS is narrow."""
    found = waves_of(record, "N")
    right = [
        waves.p_peak is not None
        and waves.t_peak is not None
        and 0.10 < (r - waves.p_peak) / record.fs < 0.25
        and 0.20 < (waves.t_peak - r) / record.fs < 0.40
        and width_ms(record, waves) < 120
        and waves.qrs_start < r < waves.qrs_stop
        for waves, r in found
    ]
    assert np.mean(right) > 0.9


def test_ventricular_beats_are_broad(record):
    """The median QRS of ventricular beats takes at least 120 ms, and longer than that of normal ones."""
    broad = np.median([width_ms(record, waves) for waves, _ in waves_of(record, "V")])
    narrow = np.median([width_ms(record, waves) for waves, _ in waves_of(record, "N")])
    assert broad >= 120 > narrow


def test_at_the_edges_and_on_a_flat_line():
    """A beat at the start or the end, and a flat line, find what there is and raise nothing."""
    flat = np.zeros(720, np.float32)
    for r in (0, 5, 360, 719):
        waves = find_waves(flat, 360.0, r)
        assert waves.p_peak is None
        assert waves.t_peak is None
        assert waves.qrs_start <= r <= waves.qrs_stop
