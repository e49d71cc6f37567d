"""Recordings that are short, slow, fast, paced, upside down or none: no exception, and no false certainty.

What the detector alone makes of them is in `test_r_peaks`; here they go the whole way of an upload, with the model that
is shipped.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.classification.analysis import Analysis, analyse_record
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Header, Record
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

CALM = SimulationPlan(duration_s=60.0, atrial_share=0.0, ventricular_share=0.0)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(open_shipped_model("beats-gru"))


def upload(record: Record, classifier: Classifier) -> Analysis:
    """Analyse a record as a stranger's, without its labels."""
    return analyse_record(replace(record, source="upload", annotations=None), classifier)


def sureness(found: Analysis) -> np.ndarray:
    return found.prediction.probabilities.max(axis=1)


def test_eight_beats(classifier: Classifier):
    """Each of them is found and named."""
    record = simulate_record(replace(CALM, duration_s=7.0))
    assert len(record.annotations.beats().sample) == 8
    assert upload(record, classifier).prediction.predicted.tolist() == ["N"] * 8


def test_a_beat_at_the_end(classifier: Classifier):
    """A beat 0.2 s before the end is found and named; what would come after it is not made up."""
    record = simulate_record(CALM, seed=1)
    beats = record.annotations.beats().sample
    found = upload(replace(record, signals=record.signals[: beats[-3] + 72]), classifier)
    assert abs(found.r_sample[-1] - beats[-3]) < 18
    assert len(found.prediction) == len(beats) - 2
    assert found.prediction.stop_sample.max() <= beats[-3] + 72


@pytest.mark.parametrize("bpm", [40, 220])
def test_slow_and_fast(bpm: int, classifier: Classifier):
    """All beats are found; 220 a minute (110 played twice as fast) are doubted, 40 are not."""
    record = simulate_record(replace(CALM, heart_rate_bpm=min(bpm, 110), duration_s=120.0, rr_variation=0.01), seed=3)
    if bpm == 220:
        record = replace(record, fs=720.0)
    found = upload(record, classifier)
    assert len(found.prediction) == pytest.approx(len(record.annotations.beats().sample), abs=2)
    assert bool(found.doubts) is (bpm == 220)
    assert np.mean(found.prediction.predicted == "N") > 0.95


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["white", "wandering"])
def test_ten_seconds_of_noise(kind: str, seed: int, classifier: Classifier):
    """Hardly a beat; what passes for one is doubted, or named with less certainty than a heart's beats are."""
    noise = np.random.default_rng(seed).standard_normal((3600, 1))
    noise = noise if kind == "white" else np.cumsum(noise, axis=0)
    noise = ((noise - noise.mean()) / noise.std() * 0.5).astype(np.float32)
    found = upload(Record("noise", noise, ("MLII",), 360.0, None, Header(), "upload"), classifier)
    assert len(found.prediction) <= 6
    assert found.doubts or sureness(found).mean() < 0.7
    heart = sureness(upload(simulate_record(CALM), classifier))
    assert heart.mean() > 0.9


@pytest.mark.parametrize("height", [0.5, 0.75])
def test_tall_p_waves_are_no_beats(height: float, classifier: Classifier, monkeypatch: pytest.MonkeyPatch):
    """Up to three quarters of R's height every beat is found where it is, and named so."""
    from ecgmodel.records.sources import simulated_shapes

    (wave,) = simulated_shapes._P
    monkeypatch.setattr(simulated_shapes, "_P", (replace(wave, mlii_mv=1.35 * height),))
    record = simulate_record(CALM, seed=2)
    found = upload(record, classifier)
    beats = record.annotations.beats().sample
    np.testing.assert_allclose(found.r_sample, beats, atol=18)
    assert np.mean(found.prediction.predicted == "N") > 0.95


@pytest.mark.parametrize("name", ["102", "104", "107", "217"])
def test_no_name_of_a_paced_rhythm_is_sure(name: str, classifier: Classifier, mitdb_folder: Path):
    """None of the classes fits: by spikes, or by waves as steep as those that were marked, an upload is told so."""
    found = upload(open_record(name), classifier)
    assert any(doubt.about_names and "pacemaker" in str(doubt.sentence) for doubt in found.doubts)


@pytest.mark.parametrize("name", ["119", "109"])
def test_inverted_leads_change_few_names(name: str, classifier: Classifier, mitdb_folder: Path):
    """Swapped electrodes: the same beats, and at least 95 % of their names."""
    record = open_record(name)
    record = replace(record, signals=record.signals[: 600 * 360])
    upright, inverted = upload(record, classifier), upload(replace(record, signals=-record.signals), classifier)
    np.testing.assert_array_equal(upright.r_sample, inverted.r_sample)
    assert np.mean(upright.prediction.label == inverted.prediction.label) > 0.95


def test_a_record_without_its_second_lead(classifier: Classifier, svdb_folder: Path):
    """The model reads one lead, so nothing changes."""
    record = open_record("svdb/811")
    record = replace(record, signals=record.signals[: 300 * 128])
    alone = replace(record, signals=record.signals[:, :1], leads=record.leads[:1])
    both, one = upload(record, classifier), upload(alone, classifier)
    np.testing.assert_array_equal(both.prediction.probabilities, one.prediction.probabilities)
    assert one.lead == "ECG1"
