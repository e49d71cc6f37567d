"""Simple rules against scikit-learn, and the published score of segment length alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from ecgmodel.evaluation import baselines
from ecgmodel.evaluation.baselines import predict_by_length, predict_logistic, predict_majority, predict_nearest
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.mitdb_segments import cut_mitdb
from ecgmodel.segments.splits import N_FOLDS, split_segments
from ecgmodel.training.presets import find_preset
from ecgmodel.training.train import split_for
from tests.unit.training.conftest import make_sines


def test_nearest_is_scikit_learn_s() -> None:
    """One neighbour, Euclidean."""
    train, test = make_sines(300, 3), make_sines(1500, 4)
    judge = KNeighborsClassifier(1, algorithm="brute").fit(train.signal[:, :, 0], train.label)
    np.testing.assert_array_equal(predict_nearest(train, test), judge.predict(test.signal[:, :, 0]))


def test_majority_and_linear_rule() -> None:
    """The most frequent class; and a rule that learns what is linear."""
    train, test = make_sines(300, 3), make_sines(40, 4)
    assert set(predict_majority(train, test)) == {np.bincount(train.label).argmax()}
    level = np.zeros_like(train.signal)
    level[np.arange(len(train)), train.label * 30] = 3.0
    linear = replace(train, signal=level)
    assert (predict_logistic(linear, linear) == train.label).all()


def test_length_alone_reaches_the_stated_score(mitdb_folder: Path) -> None:
    """64.3 % of the paper's segments, by nothing but how much padding follows them."""
    segments = cut_mitdb("runs")
    right = 0
    for fold in range(N_FOLDS):
        split = split_segments(segments, "segments-10fold", fold)
        test = segments.take(split.test)
        right += (predict_by_length(segments.take(split.train), test) == test.label).sum()
    assert right / len(segments) == pytest.approx(0.643, abs=0.005)


@pytest.mark.parametrize("protocol", ["segments-10fold", "patients-10fold"])
def test_baselines_are_judged_on_the_folds_of_the_network(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that trains on two leads, and rules that read one: fold by fold the same segments test."""
    small_set = make_sines(240, seed=2)
    preset = replace(find_preset("gru"), protocol=protocol, all_leads=True)
    judged = []

    def rule(train: Segments, test: Segments) -> np.ndarray:
        judged.append(test)
        return test.label

    monkeypatch.setattr(baselines, "BASELINES", {"rule": rule})
    baselines.judge_baselines(preset, segments=small_set)
    beside = replace(small_set.take(np.arange(0, len(small_set), 3)), lead=np.full(80, "V1"))
    both = join_segments([small_set, beside])
    for fold, test in enumerate(judged):
        of_network = both.take(split_for(preset, both, fold).test)
        np.testing.assert_array_equal(test.record, of_network.record)
        np.testing.assert_array_equal(test.r_sample, of_network.r_sample)
