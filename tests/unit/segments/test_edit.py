"""One beat cut from its surroundings, and its edits, on signals whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.errors import ConfigError, SegmentError
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import BEFORE_SAMPLES, cut_beats
from ecgmodel.segments.edit import BeatEdit, apply_edit, beat_surroundings, cut_segment, run_surroundings
from ecgmodel.segments.runs import cut_runs

FS = 360.0


def made_surroundings(fs=FS, n_beats=150, index=140):
    """Triangles of 1 mV and 0.08 s on a flat line, 0.8 s apart."""
    r_sample = (np.arange(n_beats) * 0.8 * fs + fs).astype(np.int64)
    at = np.arange(int(r_sample[-1] + 2 * fs))
    signal = np.zeros(len(at))
    for r in r_sample:
        signal += np.clip(1 - np.abs(at - r) / (0.04 * fs), 0, None)
    symbol = np.full(n_beats, "N")
    return beat_surroundings("made", "MLII", signal.astype(np.float32), r_sample, symbol, fs, index)


def width_s(signal, r, fs=FS, level=0.5):
    above = signal > level
    first, last = r, r
    while above[first - 1]:
        first -= 1
    while above[last + 1]:
        last += 1
    return (last - first) / fs


@pytest.mark.parametrize("name", ["simulated-mixed", "208-excerpt"])
def test_a_beat_from_its_surroundings_is_the_beat_of_the_record(name, no_mitdb):
    """Exactly what `cut_beats` cuts from the whole, at the record's ends and in its middle."""
    record = open_record(name)
    signal = record.lead()
    r_sample = (
        np.arange(200, len(signal) - 100, 290) if record.annotations is None else record.annotations.beats().sample
    )
    symbol = np.full(len(r_sample), "N")
    whole = cut_beats(signal, r_sample, record.fs, symbol=symbol)
    for index in (0, 3, 64, 131, 200, len(r_sample) - 1):
        around = beat_surroundings(name, record.default_lead, signal, r_sample, symbol, record.fs, index)
        one = cut_segment(around)
        np.testing.assert_allclose(one.signal[0], whole.signal[index], atol=1e-6)
        assert (one.start_sample[0], one.r_sample[0]) == (whole.start_sample[index], whole.r_sample[index])


def test_another_sampling_frequency(no_mitdb):
    """At 250 Hz the surroundings begin where both clocks meet, so that their samples are those of the whole."""
    stretch_of = made_surroundings(fs=250.0, n_beats=650, index=600)
    assert stretch_of.start_sample > 0
    r_sample = (np.arange(650) * 0.8 * 250 + 250).astype(np.int64)
    at = np.arange(int(r_sample[-1] + 500))
    signal = sum(np.clip(1 - np.abs(at - r) / 10, 0, None) for r in r_sample).astype(np.float32)
    whole = cut_beats(signal, r_sample, 250.0)
    one = cut_segment(stretch_of)
    np.testing.assert_allclose(one.signal[0], whole.signal[600], atol=1e-3)
    assert one.r_sample[0] == whole.r_sample[600]


def test_a_run_from_its_surroundings_is_the_run_of_the_record(no_mitdb):
    """For the first and the last beat of every run."""
    record = open_record("simulated-mixed")
    runs = cut_runs(record)
    beats = record.annotations.beats().sample
    for row in range(0, len(runs), 7):
        first = int(runs.r_sample[row])
        one = cut_segment(run_surroundings(record, record.default_lead, first))
        assert len(one) == 1
        np.testing.assert_allclose(one.signal[0], runs.signal[row], atol=1e-6)
        assert (one.start_sample[0], one.length[0]) == (runs.start_sample[row], runs.length[row])
    with pytest.raises(SegmentError, match="in no run"):
        run_surroundings(record, record.default_lead, int(beats[3]) + 1)


def test_no_edit_changes_nothing():
    """The very same surroundings come back."""
    around = made_surroundings()
    assert apply_edit(around, BeatEdit()) is around


def test_early():
    """A quarter of 0.8 s earlier: the R peak moves by 0.2 s with its shape, its neighbours stay where they are."""
    around = made_surroundings()
    edited = apply_edit(around, BeatEdit(early=0.25))
    r, moved = around.r_sample[around.index], edited.r_sample[around.index]
    assert r - moved == 72
    assert edited.signal[moved] == pytest.approx(1, abs=0.02)
    assert edited.signal[r] == 0
    np.testing.assert_allclose(edited.signal[moved - 20 : moved + 20], around.signal[r - 20 : r + 20], atol=1e-4)
    others = np.delete(np.arange(len(around.r_sample)), around.index)
    np.testing.assert_array_equal(edited.r_sample[others], around.r_sample[others])
    np.testing.assert_array_equal(edited.signal[around.r_sample[others]], around.signal[around.r_sample[others]])
    # The rhythm channel says so: twice the logarithm of 0.6 s over 0.8 s.
    channel = cut_segment(edited).signal[0, BEFORE_SAMPLES, 2]
    assert channel == pytest.approx(2 * np.log(0.75), abs=1e-3)


def test_wide():
    """Twice as wide at half its height; just as high."""
    around = made_surroundings()
    r = around.r_sample[around.index]
    edited = apply_edit(around, BeatEdit(widen=2.0))
    assert edited.r_sample[around.index] == r
    assert width_s(edited.signal, r) == pytest.approx(2 * width_s(around.signal, r), abs=2 / FS)
    assert edited.signal[r] == pytest.approx(1)


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.0])
def test_height(scale):
    """The R peak over its feet is multiplied; other beats are not."""
    around = made_surroundings()
    r, other = around.r_sample[around.index], around.r_sample[around.index - 1]
    edited = apply_edit(around, BeatEdit(r_scale=scale))
    assert edited.signal[r] == pytest.approx(scale, abs=1e-3)
    assert edited.signal[other] == around.signal[other]


def test_flip():
    """Every sample changes its sign, and nothing else happens."""
    around = made_surroundings()
    np.testing.assert_array_equal(apply_edit(around, BeatEdit(flip=True)).signal, -around.signal)


@pytest.mark.parametrize("hz", [50, 60])
def test_mains(hz):
    """A single line in the spectrum of the difference, of the stated amplitude."""
    around = made_surroundings()
    added = (apply_edit(around, BeatEdit(mains_hz=hz, mains_mv=0.3)).signal - around.signal)[: 360 * 10]
    spectrum = np.abs(np.fft.rfft(added)) / len(added) * 2
    assert np.fft.rfftfreq(len(added), 1 / FS)[spectrum.argmax()] == hz
    assert spectrum.max() == pytest.approx(0.3, abs=1e-3)


def test_wander():
    """Slow, and as high as stated."""
    around = made_surroundings()
    added = apply_edit(around, BeatEdit(wander_mv=0.5)).signal - around.signal
    assert np.abs(added).max() == pytest.approx(0.5, abs=1e-3)
    assert np.abs(np.diff(added)).max() < 0.5 * 2 * np.pi * 0.3 / FS + 1e-4


@pytest.mark.parametrize("index", [0, 1, 148, 149])
def test_beats_at_the_ends(index):
    """The first and the last beat can be edited too, however far."""
    around = made_surroundings(index=index)
    edited = apply_edit(around, BeatEdit(early=0.6, widen=2.5, r_scale=2))
    assert np.isfinite(edited.signal).all()
    assert (np.diff(edited.r_sample) > 0).all()
    assert len(cut_segment(edited)) == 1


def test_crowded_beats():
    """Beats 0.1 s apart keep their order under the largest edit."""
    around = made_surroundings()
    crowded = around.r_sample.copy()
    crowded[around.index] = crowded[around.index - 1] + 36
    edited = apply_edit(replace(around, r_sample=crowded), BeatEdit(early=0.6, widen=2.5))
    assert (np.diff(edited.r_sample) > 0).all()


@pytest.mark.parametrize(
    "change", [{"early": 0.7}, {"early": float("nan")}, {"widen": 0.5}, {"mains_hz": 16}, {"r_scale": -1}]
)
def test_impossible_edits(change):
    """Out of range is refused."""
    with pytest.raises(ConfigError):
        BeatEdit(**change)


def test_no_such_beat():
    """The error says how many there are."""
    with pytest.raises(SegmentError, match="150 beats"):
        made_surroundings(index=150)
