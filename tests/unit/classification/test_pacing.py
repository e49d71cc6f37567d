"""Spikes of a pacemaker: those of real records and made ones are found, and no heart's own waves are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.classification.classify import classify_record
from ecgmodel.classification.pacing import SHARE, doubt_pacing, measure_spikes
from ecgmodel.classification.reservations import find_reservations
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.records.record import Record
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.splits import PACED


def spikes_of(record: Record) -> float:
    return measure_spikes(record.lead(), record.fs, record.annotations.beats().sample)


@pytest.mark.parametrize("name", ["102", "104"])
def test_spikes_of_paced_records_are_found(name: str, mitdb_folder: Path) -> None:
    """More than a fifth of the beats have one that the recorder kept; the doubt lies on every name."""
    record = open_record(name)
    beats = record.annotations.beats().sample
    assert spikes_of(record) > 0.2
    assert "pacemaker" in str(find_reservations(record.lead(), record.fs, beats)[0])


@pytest.mark.parametrize(
    "every", [pytest.param(4), pytest.param(1, marks=pytest.mark.nightly)], ids=["every fourth record", "every record"]
)
def test_no_other_record_has_them(every: int, mitdb_folder: Path) -> None:
    """In both leads of people without a pacemaker, with premature beats, blocks and noise."""
    names = [entry.name for entry in list_records() if entry.source == "mitdb" and entry.available != "download"]
    for name in [name for name in names if name not in PACED][::every]:
        record = open_record(name)
        beats = record.annotations.beats().sample
        for lead in record.leads:
            assert measure_spikes(record.lead(lead), record.fs, beats) < SHARE / 2 + 0.01, (name, lead)


@pytest.mark.parametrize("fs", [250.0, 360.0, 500.0])
@pytest.mark.parametrize("height_mv", [0.5, -0.5])
def test_made_spikes_are_found(fs: float, height_mv: float) -> None:
    """One sample and half of it beside, 80 ms in front of each QRS complex, upwards or downwards."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=fs, ventricular_share=0.1), seed=2)
    assert spikes_of(record) < 0.05
    signals = record.signals.copy()
    place = record.annotations.beats().sample - round(0.08 * fs)
    for away, share in ((-1, 0.5), (0, 1.0), (1, 0.5)):
        signals[place[place > 1] + away] += height_mv * share
    assert spikes_of(replace(record, signals=signals)) > 0.9


def test_too_low_a_rate_says_nothing() -> None:
    """At 128 Hz a spike of two milliseconds is gone, and a sharp QRS complex has as few samples."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=128.0), seed=2)
    assert spikes_of(record) == 0
    assert doubt_pacing(record.lead(), record.fs, np.empty(0, np.int64)) is None


def test_no_name_of_a_paced_record_is_sure(mitdb_folder: Path) -> None:
    """The prediction itself says so, and that of a record without a pacemaker does not."""
    model = open_shipped_model("beats-gru")
    for name, suspected in (("104", True), ("100", False)):
        record = open_record(name)
        short = replace(record, signals=record.signals[: 300 * 360], annotations=None)
        assert (classify_record(short, model, beats="detected").reservations != ()) == suspected
