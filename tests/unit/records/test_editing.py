"""Beats set by hand: every change, its refusal, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgmodel.errors import RecordError
from ecgmodel.records.editing import EditedBeats, begin_editing, snap_to_peak
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 100.0


@pytest.fixture
def beats() -> EditedBeats:
    return begin_editing(np.array([100, 200, 300]), np.array(["N", "V", "N"]), 1000, FS)


def listed(beats: EditedBeats) -> list[tuple[int, str]]:
    return list(zip(beats.sample.tolist(), beats.symbol.tolist(), strict=True))


def test_changes(beats):
    """Beats are put in, taken out, moved and labelled, and stay in the order of time."""
    changed = beats.add(250, "A").delete(100).move(300, 150).label(200, "L")
    assert listed(changed) == [(150, "N"), (200, "L"), (250, "A")]
    assert listed(beats) == [(100, "N"), (200, "V"), (300, "N")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: b.add(205, "N"), r"2.050 s is too close to the beat at 2.000 s"),
        (lambda b: b.add(1000, "N"), "outside the record, which ends at 10.000 s"),
        (lambda b: b.add(-1, "N"), "outside the record"),
        (lambda b: b.add(500, "+"), "not a beat symbol"),
        (lambda b: b.delete(101), "no beat at 1.010 s"),
        (lambda b: b.move(100, 195), "too close to the beat at 2.000 s"),
        (lambda b: b.label(100, "x"), "not a beat symbol"),
    ],
)
def test_refused(beats, change, says):
    """What cannot be is refused with a sentence, and nothing is changed."""
    with pytest.raises(RecordError, match=says):
        change(beats)
    assert not beats.done


def test_a_beat_may_move_a_little(beats):
    """Its own old place does not stand in its way."""
    assert listed(beats.move(200, 201))[1] == (201, "V")


def test_same_label_is_no_change(beats):
    """Labelling a beat as what it is leaves nothing to undo."""
    assert beats.label(200, "V") is beats


def test_nothing_to_undo(beats):
    """Undo and redo at the end of their lists do nothing."""
    assert beats.undo() is beats
    assert beats.redo() is beats


def test_a_new_change_ends_redo(beats):
    """After another change, what was undone cannot come back."""
    changed = beats.add(500, "N").undo().add(600, "V")
    assert not changed.undone
    assert listed(changed.redo()) == listed(changed)


@given(st.lists(st.tuples(st.sampled_from("adml"), st.integers(0, 999), st.integers(0, 999)), max_size=30))
def test_undo_takes_everything_back(steps):
    """After any row of changes, undoing all gives the first beats, and redoing all the last."""
    first = beats = begin_editing(np.array([100, 200, 300]), np.array(["N", "V", "N"]), 1000, FS)
    for kind, at, to in steps:
        place = int(beats.sample[at % len(beats)]) if len(beats) else at
        try:
            match kind:
                case "a":
                    beats = beats.add(at, "A")
                case "d":
                    beats = beats.delete(place)
                case "m":
                    beats = beats.move(place, to)
                case "l":
                    beats = beats.label(place, "NLRAV"[to % 5])
        except RecordError:
            continue
    last = listed(beats)
    assert (np.diff(beats.sample) > 0).all()
    while beats.done:
        beats = beats.undo()
    assert listed(beats) == listed(first)
    while beats.undone:
        beats = beats.redo()
    assert listed(beats) == last


def test_beats_at_one_sample_count_once():
    """Some databases have two marks at one sample."""
    assert len(begin_editing(np.array([5, 5, 9]), np.array(["N", "V", "N"]), 20, FS)) == 2


def test_snap():
    """A click beside a beat finds the R peak of the simulation; where nothing is recorded it stays."""
    record = simulate_record(SimulationPlan(duration_s=20.0, ventricular_share=0.0, muscle_mv=0.0), seed=1)
    for peak in record.annotations.beats().sample[2:-2].tolist():
        assert abs(snap_to_peak(record.lead(), record.fs, peak + 12) - peak) <= 2
    assert snap_to_peak(np.full(500, np.nan, np.float32), FS, 250) == 250
