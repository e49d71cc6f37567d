"""Splits: nobody and nothing on two sides."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.predictions import read_predictions
from ecgmodel.evaluation.results import list_results, predictions_path, results_folder
from ecgmodel.records.sources.catalogue import read_outline
from ecgmodel.records.sources.databases import MITDB, person
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.mitdb_segments import place_segments
from ecgmodel.segments.splits import DS1, DS2, N_FOLDS, PACED, VALIDATION_PEOPLE, count_folds, split_segments
from ecgmodel.training.train import SPLIT_SEED


@pytest.fixture(scope="module")
def segments() -> Segments:
    """A few hundred segments with uneven classes, from all 48 records, without a signal."""
    random = np.random.default_rng(3)
    n = 2400
    return Segments(
        signal=np.zeros((n, 1, 1), np.float32),
        length=np.ones(n, np.int32),
        label=random.choice(5, n, p=[0.5, 0.02, 0.04, 0.06, 0.38]),
        record=random.choice(MITDB.record_names, n),
        lead=np.full(n, "MLII"),
        start_sample=np.zeros(n, np.int64),
        r_sample=np.arange(n),
        n_beats=np.ones(n, np.int32),
    )


@pytest.mark.parametrize("protocol", ["segments-10fold", "patients-10fold"])
def test_every_segment_is_tested_once(segments: Segments, protocol: str) -> None:
    """Ten folds' tests are the whole, and within a fold the three parts do not meet."""
    tested = []
    for fold in range(N_FOLDS):
        split = split_segments(segments, protocol, fold)
        parts = np.concatenate([split.train, split.validation, split.test])
        assert len(np.unique(parts)) == len(parts) == len(segments)
        tested.append(split.test)
    assert np.sort(np.concatenate(tested)).tolist() == list(range(len(segments)))


def test_folds_of_segments_have_the_same_share_of_every_class(segments: Segments) -> None:
    """Stratified: counts differ by one at most."""
    counts = np.array(
        [
            np.bincount(segments.label[split_segments(segments, "segments-10fold", fold).test], minlength=5)
            for fold in range(N_FOLDS)
        ]
    )
    assert (np.ptp(counts, axis=0) <= 1).all()


@pytest.mark.parametrize("protocol", ["segments-10fold", "patients-10fold"])
def test_other_leads_of_a_beat_follow_it(segments: Segments, protocol: str) -> None:
    """Beats are dealt, not leads: a second lead of some beats changes no fold, and no beat is on two sides."""
    random = np.random.default_rng(1)
    some = np.sort(random.choice(len(segments), 700, replace=False))
    beside = replace(segments.take(some), lead=np.full(len(some), "V1"))
    order = random.permutation(len(segments) + len(some))
    both = join_segments([segments, beside]).take(order)
    for fold in range(N_FOLDS):
        alone, split = split_segments(segments, protocol, fold), split_segments(both, protocol, fold)
        for part in ("train", "validation", "test"):
            beats = set(zip(both.record[getattr(split, part)], both.r_sample[getattr(split, part)], strict=True))
            index = getattr(alone, part)
            assert beats == set(zip(segments.record[index], segments.r_sample[index], strict=True))


@pytest.mark.parametrize("protocol", ["segments-10fold", "patients-10fold"])
def test_all_leads_of_the_database_are_dealt_as_one(mitdb_folder: Path, protocol: str) -> None:
    """In all leads and mixtures, or in one lead alone: the same beats are tested, and none of them trains."""
    outlines = [read_outline(name) for name in MITDB.record_names]
    one, every = (place_segments("beats", outlines, all_leads) for all_leads in (False, True))
    for fold in (0, 7):
        split, alone = split_segments(every, protocol, fold), split_segments(one, protocol, fold)
        trained, tested = (
            set(zip(every.record[part], every.r_sample[part], strict=True)) for part in (split.train, split.test)
        )
        assert not trained & tested
        assert tested == set(zip(one.record[alone.test], one.r_sample[alone.test], strict=True))


@pytest.mark.parametrize("name", [n for n in list_results(results_folder()) if not n.endswith(".ds1-ds2")])
def test_shipped_results_were_dealt_as_today(name: str) -> None:
    """Every segment was predicted by the network of the fold that tests it now: nothing shipped has other folds."""
    preset, _, protocol = name.rpartition(".")
    rows = read_predictions(predictions_path(preset, protocol, results_folder()))
    n = len(rows)
    cut = Segments(
        signal=np.zeros((n, 0, 1), np.float32),
        length=rows.length,
        label=rows.truth.astype(np.int64),
        record=rows.record,
        lead=np.full(n, "MLII"),
        start_sample=rows.start_sample,
        r_sample=rows.r_sample,
        n_beats=rows.n_beats,
    )
    for fold in range(count_folds(protocol)):
        test = split_segments(cut, protocol, fold, SPLIT_SEED).test
        np.testing.assert_array_equal(test, np.flatnonzero(rows.fold == fold))


def test_folds_of_people_never_share_one(segments: Segments) -> None:
    """201 and 202 are one man."""
    for fold in range(N_FOLDS):
        split = split_segments(segments, "patients-10fold", fold)
        sides = [
            {person(name) for name in segments.record[part]} for part in (split.train, split.validation, split.test)
        ]
        assert not sides[0] & sides[1]
        assert not sides[0] & sides[2]
        assert not sides[1] & sides[2]
    assert person("201") == person("202")


def test_folds_of_people_are_alike(segments: Segments) -> None:
    """Where a few people have most of the segments, and a class is in six people, as in MIT-BIH."""
    random = np.random.default_rng(5)
    weight = random.exponential(size=len(MITDB.record_names)) ** 1.5
    record = random.choice(MITDB.record_names, len(segments), p=weight / weight.sum())
    label = np.where(np.isin(record, MITDB.record_names[:6]) & (segments.label == 0), 2, segments.label % 2)
    uneven = replace(segments, record=record, label=label)
    tests = [split_segments(uneven, "patients-10fold", fold).test for fold in range(N_FOLDS)]
    sizes = np.array([len(test) for test in tests])
    largest = max(np.bincount(np.unique([person(name) for name in record], return_inverse=True)[1]))
    assert sizes.max() <= max(1.25 * len(segments) / N_FOLDS, largest)
    assert sizes.min() >= 0.75 * len(segments) / N_FOLDS
    assert sum((label[test] == 2).any() for test in tests) >= 4
    assert all((label[test] == 1).any() for test in tests)


def test_ds1_and_ds2_are_the_published_ones(segments: Segments) -> None:
    """22 and 22 records, disjoint; with the paced ones they are all 48."""
    assert len(DS1) == len(DS2) == 22
    assert sorted((*DS1, *DS2, *PACED)) == sorted(MITDB.record_names)
    split = split_segments(segments, "ds1-ds2", 0)
    assert set(segments.record[split.test]) == set(DS2)
    assert set(segments.record[split.validation]) == set(VALIDATION_PEOPLE)
    assert set(segments.record[split.train]) == set(DS1) - set(VALIDATION_PEOPLE)


def test_the_seed_decides(segments: Segments) -> None:
    """The same seed deals the same, another another."""
    first, again, other = (split_segments(segments, "segments-10fold", 0, seed).test for seed in (0, 0, 7))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("protocol", "fold"), [("segments-10fold", 10), ("ds1-ds2", 1), ("patients-10fold", -1)])
def test_a_fold_that_is_not_there_is_refused(segments: Segments, protocol: str, fold: int) -> None:
    """The message names the folds there are."""
    with pytest.raises(ConfigError, match="folds 0 to"):
        split_segments(segments, protocol, fold)


def test_an_unknown_protocol_is_refused() -> None:
    """The message names the protocols there are."""
    with pytest.raises(ConfigError, match="segments-10fold, patients-10fold, ds1-ds2"):
        count_folds("leave-one-out")
