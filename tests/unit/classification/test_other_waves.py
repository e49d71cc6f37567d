"""Waves as steep as R: tall P waves and paced records are doubted, no other person's heart is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.classification.analysis import analyse_record
from ecgmodel.classification.classify import classify_record
from ecgmodel.classification.other_waves import SHARE, USUAL_RATIO, doubt_other_waves, measure_other_waves
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Record
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources import simulated_shapes
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.splits import PACED

CALM = SimulationPlan(duration_s=60.0, atrial_share=0.0, ventricular_share=0.0)


def with_tall_p(height: float, monkeypatch: pytest.MonkeyPatch, seed: int) -> Record:
    """A calm heart whose P waves have this part of R's height."""
    (wave,) = simulated_shapes._P
    monkeypatch.setattr(simulated_shapes, "_P", (replace(wave, mlii_mv=1.35 * height),))
    return simulate_record(CALM, seed=seed)


def test_a_hand_made_case() -> None:
    """A spike of 1 mV a second, one of 0.5 mV 0.2 s behind it: half as steep; the other way round, twice."""
    signal, marks = np.zeros(7200), np.arange(720, 6800, 360)
    signal[marks], signal[marks + 72] = 1.0, 0.5
    ratio, away_s = measure_other_waves(signal, 360.0, marks)
    np.testing.assert_allclose(ratio, 0.5)
    np.testing.assert_allclose(away_s, 0.2, atol=0.02)
    ratio, away_s = measure_other_waves(signal, 360.0, marks + 72)
    np.testing.assert_allclose(ratio, 2.0)
    np.testing.assert_allclose(away_s, -0.2, atol=0.02)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("height", [1.5, 2.0, 3.0])
def test_tall_p_waves_make_no_name_sure(height: float, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where P towers over R the detector takes it for R, at least in some beats: an upload is told so."""
    record = with_tall_p(height, monkeypatch, seed)
    found, true = detect_r_peaks(record.lead(), record.fs), record.annotations.beats().sample
    away = np.abs(found - true[:, np.newaxis]).min(axis=1)
    assert np.mean(away > 36) > 0.2, "P waves as tall as these are told from R now: take taller ones"
    upload = replace(record, source="upload", annotations=None)
    for classifier in (Classifier(open_shipped_model("beats-gru")), None):
        analysis = analyse_record(upload, classifier)
        assert [doubt.about_names for doubt in analysis.doubts] == [True]
        assert "P waves" in str(analysis.doubts[0].sentence)


@pytest.mark.parametrize("height", [0.1, 0.5, 1.0])
def test_p_waves_up_to_the_height_of_r_are_no_matter(height: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the marks stand on R, and nothing is said."""
    record = with_tall_p(height, monkeypatch, 2)
    found, true = detect_r_peaks(record.lead(), record.fs), record.annotations.beats().sample
    assert np.mean(np.abs(true - found[:, np.newaxis]).min(axis=0) <= 18) > 0.95
    assert doubt_other_waves(record.lead(), record.fs, found) is None


@pytest.mark.parametrize(
    "every", [pytest.param(4), pytest.param(1, marks=pytest.mark.nightly)], ids=["every fourth record", "every record"]
)
def test_no_person_without_a_pacemaker_is_doubted(every: int, mitdb_folder: Path, svdb_folder: Path) -> None:
    """Both leads of both databases stay clear of the limits."""
    entries = [entry for entry in list_records() if entry.source in ("mitdb", "svdb") and entry.available != "download"]
    for name in [entry.name for entry in entries if entry.name not in PACED][::every]:
        record = open_record(name)
        for lead in record.leads[:2]:
            signal = record.lead(lead)
            ratio, _ = measure_other_waves(signal, record.fs, detect_r_peaks(signal, record.fs))
            assert np.mean(ratio > 1) < SHARE - 0.03, (name, lead)
            assert np.median(ratio) < USUAL_RATIO - 0.05, (name, lead)


def test_short_strips_are_hardly_ever_doubted(mitdb_folder: Path, svdb_folder: Path) -> None:
    """Of 10 s of a person without a pacemaker: where a few of a dozen marks have a steep wave beside them, nothing is
    said. 108, whose P waves pass for beats, is in it.
    """
    doubted, n_strips = 0, 0
    for name in ("100", "108", "116", "203", "222", "svdb/821", "svdb/865", "svdb/890"):
        record = open_record(name)
        signal, strip = record.lead(), round(10 * record.fs)
        found = detect_r_peaks(signal, record.fs)
        for start in range(0, record.n_samples - strip, strip):
            inside = found[(found >= start) & (found < start + strip)] - start
            doubted += doubt_other_waves(signal[start : start + strip], record.fs, inside) is not None
            n_strips += 1
    assert n_strips > 1300
    assert doubted < 0.02 * n_strips


def test_marks_on_either_wave_are_told_by_the_commoner_side() -> None:
    """Two waves 0.2 s apart, the second the steeper one; of every five marks three stand on the first."""
    signal, beats = np.zeros(18000), np.arange(720, 17000, 360)
    signal[beats], signal[beats + 72] = 1.0, 1.2
    marks = beats + 72 * (np.arange(len(beats)) % 5 > 2)
    said = doubt_other_waves(signal, 360.0, marks)
    assert said.values["ms"] == pytest.approx(200, abs=20)
    assert "after" in said.template


@pytest.mark.parametrize(("beats", "doubted"), [("detected", True), ("annotated", False)])
def test_experts_marks_are_not_doubted(beats: str, doubted: bool, mitdb_folder: Path) -> None:
    """Those of 217 stand where they should; the detector's do not."""
    record = open_record("217")
    prediction = classify_record(record, open_shipped_model("beats-gru"), beats=beats)
    assert bool(prediction.reservations) == doubted


def test_a_paced_record_without_spikes_is_doubted(mitdb_folder: Path) -> None:
    """217, whose spikes are too small to be told by their shape: marks stand now on the spike, now on the complex."""
    record = open_record("217")
    assert doubt_other_waves(record.lead(), record.fs, detect_r_peaks(record.lead(), record.fs)) is not None


def test_fast_hearts_are_not_doubted() -> None:
    """At 240 a minute the next beat is 0.25 s away, and as steep."""
    record = simulate_record(replace(CALM, heart_rate_bpm=120.0, rr_variation=0.01), seed=3)
    beats = record.annotations.beats().sample
    assert doubt_other_waves(record.lead(), 2 * record.fs, beats) is None


def test_too_little_says_nothing() -> None:
    """No beat, four beats, beats in a gap."""
    signal = np.zeros(3600)
    assert doubt_other_waves(signal, 360.0, np.empty(0, np.int64)) is None
    signal[[900, 1260, 1620, 1980]], signal[[1000, 1360, 1720, 2080]] = 1.0, 2.0
    assert doubt_other_waves(signal, 360.0, np.array([900, 1260, 1620, 1980])) is None
    assert doubt_other_waves(np.full(3600, np.nan), 360.0, np.arange(400, 3300, 300)) is None
