"""Doubts about a sampling rate: raised where it is half or double of the true one, and not by hearts that are odd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.classification.analysis import analyse_record
from ecgmodel.classification.doubts import find_doubts
from ecgmodel.records.signal.quality import find_stretches
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.embedded import read_excerpt
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("stated", "true"), [(125.0, 250.0), (180.0, 360.0), (500.0, 250.0)])
def test_a_rate_that_the_signal_contradicts_raises_a_doubt(stated: float, true: float, seed: int) -> None:
    """Half the rate makes a heart slow and its QRS complexes broad; the true rate is offered, and raises no doubt."""
    record = simulate_record(SimulationPlan(duration_s=60.0, fs=true, ventricular_share=0.05), seed=seed)
    assert analyse_record(record, None).doubts == ()
    doubts = analyse_record(replace(record, fs=stated), None).doubts
    assert [doubt.fs for doubt in doubts] == [true]
    assert f"{true:g} Hz" in str(doubts[0].sentence)


def test_a_real_record_at_twice_its_rate_raises_a_doubt() -> None:
    """The excerpt of record 208, 105 beats a minute, read at twice its rate."""
    record = read_excerpt()
    assert analyse_record(record, None).doubts == ()
    doubts = analyse_record(replace(record, fs=2 * record.fs), None).doubts
    assert doubts[0].fs == record.fs
    # At this rate the detector misses beats, so marks have others beside them that are as steep.
    assert [doubt.about_names for doubt in doubts] == [False, True]


@pytest.mark.parametrize(
    "every", [pytest.param(6), pytest.param(1, marks=pytest.mark.nightly)], ids=["every sixth record", "every record"]
)
def test_no_record_of_a_database_raises_a_doubt(every: int) -> None:
    """Hearts of patients are slow, fast and broad, and their sampling rates are right."""
    names = [entry.name for entry in list_records() if entry.available != "download"][::every]
    doubted = {}
    for name in names:
        record = open_record(name)
        lead = record.signals[:, 0]
        doubts = find_doubts(lead, record.fs, detect_r_peaks(lead, record.fs))
        if doubts:
            doubted[name] = doubts
    assert len(names) >= 1
    assert not doubted


@pytest.mark.parametrize(("n_beats", "said"), [(4, True), (12, True), (40, False), (80, False), (300, True)])
def test_too_few_and_too_many_beats_are_said(n_beats: int, said: bool) -> None:
    """Fewer than 20 or more than 250 beats a minute over a recording are no heart's."""
    signal = np.sin(np.arange(60 * 250) / 40).astype(np.float32)
    doubts = find_doubts(signal, 250.0, np.linspace(300, 14_000, n_beats).astype(np.int64))
    assert any("no heart keeps up" in str(doubt.sentence) for doubt in doubts) == said


def test_one_beat_is_said_in_a_sentence_that_fits_it() -> None:
    """The number stands where one, none and many fit alike: never "1 beats"."""
    signal = np.sin(np.arange(10 * 250) / 40).astype(np.float32)
    (doubt,) = find_doubts(signal, 250.0, np.array([900]))
    assert str(doubt.sentence).startswith("Beats found: 1 in 10 s, 6 a minute, which no heart keeps up")


def test_an_artefact_is_marked_where_it_is() -> None:
    """A spike of 40 mV between beats of 1.5 mV is an artefact; the beats are not."""
    signal = simulate_record(SimulationPlan(duration_s=30.0, fs=250.0), seed=4).signals[:, 0].copy()
    assert find_stretches(signal, 250.0) == ()
    signal[3000:3003] = 40.0
    (stretch,) = find_stretches(signal, 250.0)
    assert (stretch.kind, stretch.start, stretch.stop) == ("artefact", 3000, 3003)
