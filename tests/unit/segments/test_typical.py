"""The most typical beat of a class."""

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.typical import find_typical


def test_every_class(no_mitdb):
    """The simulated record has one of each class, which the simulation labelled so; a missing class has none."""
    record = open_record("simulated-mixed")
    beats = record.annotations.beats()
    for symbol in CLASSES:
        sample = find_typical(record, symbol)
        assert beats.symbol[np.searchsorted(beats.sample, sample)] == symbol
    assert find_typical(record, "F") is None


def test_it_is_not_the_odd_one(no_mitdb):
    """A normal beat with a spike drawn on it is not chosen."""
    record = open_record("simulated-normal")
    first = find_typical(record, "N")
    record.signals[first - 20 : first + 20] += 5
    assert find_typical(record, "N") != first
