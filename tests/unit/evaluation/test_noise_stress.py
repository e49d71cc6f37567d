"""The noise stress test: what it judges, and what it keeps."""

from pathlib import Path

import numpy as np
import pytest

from ecgmodel.classification.classify import classify_record
from ecgmodel.errors import ConfigError, RecordError
from ecgmodel.evaluation.noise_stress import (
    FILE,
    STRESSED_RECORDS,
    NoiseStress,
    format_noise_stress,
    judge_in_noise,
    read_noise_stress,
)
from ecgmodel.evaluation.r_peaks import STRESS_DB
from ecgmodel.evaluation.results import results_folder
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.signal.noise_stress import CLEAN_S, TURN_S
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.noise_records import NOISES


@pytest.fixture(scope="module")
def judged(mitdb_folder: Path, nstdb_folder: Path) -> NoiseStress:
    return judge_in_noise(Classifier(open_shipped_model("beats-gru")), ["119"], ["em"], [24.0, 0.0], seed=3)


def test_only_the_noisy_minutes_are_judged(judged: NoiseStress) -> None:
    """Minutes 5 to 7, 9 to 11 and so on; what is said of them without noise is what `classify` says of the record."""
    record = open_record("119")
    beats = record.annotations.beats()
    second = beats.sample / record.fs - CLEAN_S
    inside = (second >= 0) & (second % (2 * TURN_S) < TURN_S)
    clean = judged.rows[0]
    assert (clean.noise, clean.snr_db) == (None, None)
    assert clean.found.n_beats == inside.sum() == clean.groups.sum()
    named = classify_record(record, open_shipped_model("beats-gru")).predicted[inside]
    assert clean.groups[2, 2] == np.sum((beats.symbol[inside] == "V") & (named == "V"))


def test_more_noise_finds_less(judged: NoiseStress) -> None:
    """At 0 dB detector and classifier are worse than at 24 dB, where they are nearly as good as without."""
    clean, little, much = judged.point(None, None), judged.point("em", 24.0), judged.point("em", 0.0)
    assert clean.detected == pytest.approx(little.detected, abs=0.01) == 1.0
    assert much.detected < little.detected - 0.01
    assert much.detected_rightly < little.detected_rightly - 0.1
    assert little.sensitivity["V"] > clean.sensitivity["V"] - 0.05
    assert much.sensitivity["V"] < little.sensitivity["V"]
    assert much.positive_predictivity["V"] < little.positive_predictivity["V"] - 0.05


def test_wander_costs_hardly_a_beat(nstdb_folder: Path, mitdb_folder: Path) -> None:
    """At 6 dB of `bw`, where half of the V beats were lost before segments were read without their wander."""
    found = judge_in_noise(Classifier(open_shipped_model("beats-gru")), ["119"], ["bw"], [6.0])
    assert found.point("bw", 6.0).sensitivity["V"] > found.point(None, None).sensitivity["V"] - 0.05


def test_the_same_seed_gives_the_same(judged: NoiseStress, tmp_path: Path) -> None:
    """Bit by bit, through the file; another seed begins the noise elsewhere."""
    classifier = Classifier(open_shipped_model("beats-gru"))
    again = judge_in_noise(classifier, ["119"], ["em"], [24.0, 0.0], seed=3)
    assert format_noise_stress(again) == format_noise_stress(judged)
    (tmp_path / FILE).write_bytes(format_noise_stress(judged))
    assert format_noise_stress(read_noise_stress(tmp_path / FILE)) == format_noise_stress(judged)
    other = judge_in_noise(classifier, ["119"], ["em"], [0.0], seed=4)
    assert other.rows[-1].found != judged.rows[-1].found


def test_what_cannot_be_judged(mitdb_folder: Path, svdb_folder: Path, nstdb_folder: Path, tmp_path: Path) -> None:
    """Records of another rate, and damaged files, are refused in a sentence."""
    with pytest.raises(RecordError, match="cannot be judged in noise: that takes 360 Hz"):
        judge_in_noise(Classifier(open_shipped_model("beats-gru")), ["svdb/803"], ["em"], [0.0])
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(ConfigError, match="does not hold a noise stress test"):
        read_noise_stress(tmp_path / FILE)


def test_the_shipped_test_is_whole() -> None:
    """Every record in every noise at every ratio, and each once without."""
    found = read_noise_stress(results_folder() / FILE)
    rows = {(row.record, row.noise, row.snr_db) for row in found.rows}
    assert len(rows) == len(found.rows)
    assert rows == {(name, None, None) for name in STRESSED_RECORDS} | {
        (name, noise, level) for name in STRESSED_RECORDS for noise in NOISES for level in STRESS_DB
    }
