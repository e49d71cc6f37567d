"""Records narrowed by database, class and supraventricular beats; the counts are PhysioNet's tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgmodel.records.sources import catalogue
from ecgmodel.records.sources.record_filter import RecordFilter, count_supraventricular


def test_no_wish_keeps_everything():
    """Without a wish every record is kept, known or not."""
    assert RecordFilter().keeps("svdb", None)
    assert not RecordFilter().asks_for_beats


@pytest.mark.parametrize(
    ("origin", "kept"), [("mitdb", True), ("excerpt", True), ("svdb", False), ("simulated", False)]
)
def test_of_one_database(origin: str, kept: bool):
    """The excerpt of record 208 is of mitdb."""
    assert RecordFilter(origins=("mitdb",)).keeps(origin, None) is kept


@pytest.mark.parametrize(
    ("counts", "n"), [({"A": 2, "a": 3, "J": 5, "S": 7}, 17), ({"N": 9, "V": 4, "e": 1, "j": 2, "+": 3}, 0), ({}, 0)]
)
def test_group_s(counts: dict[str, int], n: int):
    """S of AAMI are A, a, J and S; escape beats are not (EC57)."""
    assert count_supraventricular(counts) == n
    assert RecordFilter(with_s=True).keeps("mitdb", counts) is (n > 0)


def test_every_class_asked_for_must_be_there():
    """Two classes are both asked for; of a record that is not here nothing is known, and it is left out."""
    both = RecordFilter(classes=("A", "V"))
    assert both.keeps("mitdb", {"N": 5, "A": 1, "V": 1})
    assert not both.keeps("mitdb", {"N": 5, "V": 1})
    assert not both.keeps("svdb", None)


def test_records_with_s(mitdb_folder: Path, svdb_folder: Path):
    """Of 100, 102 and 107, the first alone has A (PhysioNet's directory); svdb/865 has 1,818 S."""
    kept = {
        name: RecordFilter(with_s=True).keeps("mitdb", catalogue.read_summary(name).symbol_counts)
        for name in ("100", "102", "107", "svdb/865")
    }
    assert kept == {"100": True, "102": False, "107": False, "svdb/865": True}
