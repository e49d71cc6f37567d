"""The whole way of a recording, with a model that nobody trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.classification.analysis import analyse_record
from ecgmodel.classification.beat_summary import name_or_unsure, summarise_beats
from ecgmodel.classification.classify import classify_record
from ecgmodel.errors import ImportStoppedError, RecordError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.records.signal.preparation import Preparation
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.beats import CHANNELS


@pytest.fixture(scope="module")
def classifier():
    config = NetworkConfig(n_channels=len(CHANNELS))
    return Classifier(Model(config, initialise_weights(config, seed=0), ModelCard(name="untrained", segments="beats")))


@pytest.fixture(scope="module")
def record():
    return replace(simulate_record(SimulationPlan(duration_s=60.0, fs=250.0), seed=6), annotations=None)


def test_same_as_classify_record(record, classifier):
    """Without filters the beats and probabilities are those of the library's other way."""
    found = analyse_record(record, classifier)
    expected = classify_record(record, classifier, beats="detected")
    np.testing.assert_array_equal(found.r_sample, expected.r_sample)
    np.testing.assert_array_equal(found.prediction.probabilities, expected.probabilities)
    assert found.record is record
    assert found.lead == record.default_lead


def test_beats_are_where_the_simulation_has_them(classifier):
    """All beats of a minute at 512.844 Hz are found at their R peaks."""
    simulated = simulate_record(SimulationPlan(duration_s=60.0, fs=512.844, ventricular_share=0.0), seed=6)
    found = analyse_record(replace(simulated, annotations=None), classifier)
    truth = simulated.annotations.beats().sample
    assert len(found.r_sample) == pytest.approx(len(truth), abs=2)
    nearest = np.abs(found.r_sample[:, None] - truth).min(axis=1)
    assert np.median(nearest) <= 3


def test_own_r_peaks(record, classifier):
    """R peaks that were set by hand are named as they are, none added."""
    peaks = np.array([500, 900, 1300])
    np.testing.assert_array_equal(analyse_record(record, classifier, r_sample=peaks).r_sample, peaks)


def test_without_a_model(record):
    """R peaks are found, and nothing is named."""
    found = analyse_record(record, None)
    assert found.prediction is None
    assert len(found.r_sample) > 40


def test_progress_and_stop(record, classifier):
    """Every step reports up to 1; a stop is heeded at the next report."""
    seen: dict[str, float] = {}
    analyse_record(record, classifier, preparation=Preparation(baseline=True), progress=seen.__setitem__)
    assert seen == {"prepare": 1.0, "detect": 1.0, "classify": 1.0}
    with pytest.raises(ImportStoppedError):
        analyse_record(record, classifier, cancel=lambda: True)


def test_flat_and_missing(record, classifier):
    """A lead with a gap and a flat stretch is analysed around them, and they are named."""
    signals = record.signals.copy()
    signals[2000:3000, 0] = np.nan
    signals[5000:6000, 0] = 0.1
    found = analyse_record(replace(record, signals=signals), classifier)
    assert {(s.kind, s.start, s.stop) for s in found.stretches} == {("missing", 2000, 3000), ("flat", 5000, 6000)}
    assert not ((found.r_sample >= 2000) & (found.r_sample < 3000)).any()
    assert np.isfinite(found.prediction.probabilities).all()


def test_unknown_lead(record, classifier):
    """A lead that is not there is refused with those that are."""
    with pytest.raises(RecordError, match="MLII"):
        analyse_record(record, classifier, lead="aVR")


def test_unsure():
    """Below the threshold a beat is unsure; at it, it has its name."""
    probabilities = np.array([[0.6, 0.1, 0.1, 0.1, 0.1], [0.3, 0.2, 0.2, 0.2, 0.1], [0, 0, 0, 0.1, 0.9]])
    assert name_or_unsure(probabilities, 0.6).tolist() == ["N", "?", "V"]
    assert name_or_unsure(probabilities, 0.0).tolist() == ["N", "N", "V"]
    assert name_or_unsure(np.empty((0, 5)), 0.5).tolist() == []


def test_summary():
    """Counted by hand: five beats, a second apart but for one pause of four."""
    found = summarise_beats(np.array([100, 200, 300, 400, 800]), np.array(list("NNV?N")), 100.0, 1000)
    assert found.counts == {"N": 3, "L": 0, "R": 0, "A": 0, "V": 1, "?": 1}
    assert found.rate_bpm.median == 60.0
    assert found.rr_s.median == 1.0
    assert (found.longest_rr_s, found.longest_rr_sample) == (4.0, 400)
    assert found.seconds == 10.0


def test_a_gap_is_no_interval():
    """The longest interval is the longest that was recorded, not the ten minutes in which nothing was."""
    r_sample = np.array([100, 200, 350, 60_350, 60_450])
    found = summarise_beats(r_sample, np.full(5, "N"), 100.0, 60_500, np.array([[400, 60_300]]))
    assert (found.longest_rr_s, found.longest_rr_sample) == (1.5, 200)
    assert found.rr_s.median == 1.0


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_beats_for_a_rate(n):
    """No rate from no interval."""
    found = summarise_beats(np.arange(n), np.full(n, "N"), 100.0, 1000)
    assert found.n_beats == n
    assert found.rate_bpm is None
    assert found.longest_rr_s is None
