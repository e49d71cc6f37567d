"""The deal of people of two databases, against the databases' counts and by its own arithmetic."""

from __future__ import annotations

from collections import Counter

import pytest

from ecgmodel.records.sources.catalogue import read_summary
from ecgmodel.records.sources.databases import MITDB, person
from ecgmodel.segments.people import (
    N_PEOPLE_FOLDS,
    PEOPLE_RECORDS,
    SVDB_OPEN,
    count_kinds,
    deal_people,
    people_counts,
    people_folds,
)


def test_who_takes_part():
    """All 48 records of mitdb and 39 of svdb, each in one fold; 201 and 202, one man, in the same."""
    assert len(SVDB_OPEN) == 39
    assert tuple(people_folds()) == PEOPLE_RECORDS
    assert set(people_folds().values()) == set(range(N_PEOPLE_FOLDS))
    assert people_folds()["201"] == people_folds()["202"]


@pytest.mark.parametrize("names", [MITDB.record_names, SVDB_OPEN])
def test_counts_are_those_of_the_databases(mitdb_folder, svdb_folder, names):
    """Every row of the table is what the annotations hold."""
    for name in names:
        assert people_counts()[name] == count_kinds(Counter(read_summary(name).symbol_counts)), name


def test_folds_are_alike():
    """No fold holds more than a third of svdb's S or V beats or of the people, though one man has a fifth of the S."""
    folds, counts = people_folds(), people_counts()
    for database in (MITDB.record_names, SVDB_OPEN):
        people = Counter(folds[name] for name in {person(name) for name in database})
        assert max(people.values()) - min(people.values()) <= 1
    for kind in "SV":
        loads = Counter()
        for name in SVDB_OPEN:
            loads[folds[name]] += counts[name][kind]
        assert max(loads.values()) < sum(loads.values()) / 3
        assert min(loads.values()) > sum(loads.values()) / 10


def test_the_deal_by_hand():
    """Two equal halves of a kind come into two folds, and the small ones fill up."""
    counts = {"a": {"S": 10}, "b": {"S": 10}, "c": {"S": 1}, "d": {"S": 1}}
    folds = deal_people(counts, 2)
    assert folds["a"] != folds["b"]
    assert folds["c"] != folds["d"]


def test_the_deal_hangs_on_nothing_but_its_counts():
    """The order in which records come does not matter."""
    counts = people_counts()
    backwards = {name: counts[name] for name in reversed(counts)}
    assert deal_people(backwards, N_PEOPLE_FOLDS) == people_folds()
