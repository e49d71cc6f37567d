"""Runs against the table of Oh et al. 2018 and a case cut by hand."""

from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import SegmentError
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.databases import MITDB
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.segments.runs import cut_runs, find_runs
from ecgmodel.segments.splits import DS1, DS2


def make_record(symbols: str, samples: list[int], n_samples: int = 4000, fs: float = 360.0) -> Record:
    random = np.random.default_rng(0)
    return Record(
        name="made",
        signals=random.standard_normal((n_samples, 1)).astype(np.float32),
        leads=("MLII",),
        fs=fs,
        annotations=Annotations(np.array(samples), np.array(list(symbols)), np.full(len(symbols), "")),
        header=Header(),
        source="simulated",
    )


@pytest.fixture(scope="module")
def all_runs(mitdb_folder: Path) -> Segments:
    return join_segments([cut_runs(open_record(name)) for name in MITDB.record_names])


def test_counts_are_those_of_the_paper(all_runs: Segments) -> None:
    """Oh et al. 2018, table of the data: 16,499 segments, class by class."""
    assert all_runs.class_counts() == {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}
    assert len(all_runs) == 16_499


@pytest.mark.parametrize(
    ("records", "counts"),
    [
        (DS1, {"N": 3797, "L": 82, "R": 240, "A": 402, "V": 2981}),
        (DS2, {"N": 4261, "L": 262, "R": 420, "A": 602, "V": 3048}),
    ],
    ids=["DS1", "DS2"],
)
def test_counts_of_both_halves(all_runs: Segments, records: tuple[str, ...], counts: dict[str, int]) -> None:
    """The published division of de Chazal et al. 2004."""
    assert all_runs.take(np.isin(all_runs.record, records)).class_counts() == counts


def test_every_run_is_standardised_over_its_own_length_and_zero_behind(all_runs: Segments) -> None:
    """Zero mean and unit variance in front of the padding, zeros in it."""
    for row in range(0, len(all_runs), 500):
        length = all_runs.length[row]
        assert all_runs.signal[row, :length].mean() == pytest.approx(0, abs=1e-5)
        assert all_runs.signal[row, :length].std() == pytest.approx(1, abs=1e-4)
        assert not all_runs.signal[row, length:].any()


def test_runs_of_a_sequence_by_hand() -> None:
    """A mark that is no beat ends a run as well."""
    runs = find_runs(np.array(list("NNVVVN+NA")))
    assert runs.tolist() == [[0, 1], [2, 4], [5, 5], [6, 6], [7, 7], [8, 8]]


def test_no_annotations_give_no_runs() -> None:
    """An empty sequence has no runs."""
    assert find_runs(np.array([], dtype=str)).shape == (0, 2)


def test_a_run_reaches_from_99_before_to_160_behind() -> None:
    """One lone beat gives 99 + 1 + 160 samples; two beats 300 apart give 300 more."""
    segments = cut_runs(make_record("VNN", [500, 1000, 1300]))
    assert segments.length.tolist() == [260, 560]
    assert segments.start_sample.tolist() == [401, 901]
    assert segments.n_beats.tolist() == [1, 2]
    record = make_record("VNN", [500, 1000, 1300])
    cut = record.lead()[901:1461]
    np.testing.assert_allclose(segments.signal[1, :560, 0], (cut - cut.mean()) / cut.std(), atol=1e-5)


def test_a_long_run_is_cut_at_1000_samples() -> None:
    """The segment then is full, and no padding follows."""
    segments = cut_runs(make_record("NNNNN", [500, 900, 1300, 1700, 2100]))
    assert segments.length.tolist() == [1000]


def test_runs_at_the_ends_of_a_record_are_shorter() -> None:
    """Nothing lies in front of the first sample or behind the last."""
    segments = cut_runs(make_record("NV", [10, 3990]))
    assert segments.start_sample.tolist() == [0, 3891]
    assert segments.length.tolist() == [171, 109]


def test_a_record_without_annotations_is_refused() -> None:
    """Runs are cut by labels."""
    record = make_record("N", [500])
    bare = Record(record.name, record.signals, record.leads, record.fs, None, record.header, record.source)
    with pytest.raises(SegmentError, match="no annotations"):
        cut_runs(bare)


def test_another_sampling_frequency_is_refused() -> None:
    """99 samples are not 275 ms at 250 Hz."""
    with pytest.raises(SegmentError, match="250 Hz"):
        cut_runs(make_record("N", [500], fs=250.0))
