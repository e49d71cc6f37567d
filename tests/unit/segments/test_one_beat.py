"""One beat's segment is the one of the whole record."""

import numpy as np
import pytest

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.one_beat import cut_one, list_beats, list_readable, nearest_beat
from ecgmodel.segments.runs import cut_runs


def test_run_of_a_beat(no_mitdb):
    """Every readable beat is cut as the run of the record that holds it."""
    record = open_record("simulated-mixed")
    runs = cut_runs(record)
    beats = list_beats(record)
    readable = list_readable(record, "runs")
    assert 0 < len(readable) < len(beats.sample)
    np.testing.assert_array_equal(list_readable(record, "beats"), beats.sample)
    for r_sample in readable[::97]:
        segment = cut_one(record, "runs", int(r_sample))
        row = int(np.searchsorted(runs.r_sample, segment.r_sample[0]))
        np.testing.assert_array_equal(segment.signal[0], runs.signal[row])
        assert CLASSES[segment.label[0]] == beats.symbol[np.searchsorted(beats.sample, r_sample)]


def test_window_of_a_beat(no_mitdb):
    """So is the window of a beat, also where beats were detected."""
    record = open_record("208-excerpt")
    beats = list_beats(record)
    assert set(beats.symbol) == {""}
    whole = cut_beats(record.lead(), beats.sample, record.fs)
    for place in (0, 50, len(beats.sample) - 1):
        segment = cut_one(record, "beats", int(beats.sample[place]))
        np.testing.assert_allclose(segment.signal[0], whole.signal[place], atol=1e-4)


@pytest.mark.parametrize("kind", ["runs", "beats"])
def test_no_beat_there(kind, no_mitdb):
    """A place between beats, and one behind the last, are refused."""
    record = open_record("simulated-mixed")
    first = int(list_beats(record).sample[0])
    for place in (first + 1, record.n_samples + 5):
        with pytest.raises(SegmentError):
            cut_one(record, kind, place)


def test_nearest_beat(no_mitdb):
    """The beat nearest to a time; without annotations no run is readable."""
    record = open_record("simulated-mixed")
    sample = list_beats(record).sample
    assert nearest_beat(record, float(sample[7]) / record.fs + 0.1) == sample[7]
    assert nearest_beat(record, 1e6) == sample[-1]
    assert len(list_readable(open_record("208-excerpt"), "runs")) == 0
