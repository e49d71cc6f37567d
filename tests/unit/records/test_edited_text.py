"""Labels as a browser keeps them: what is written is read again, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.edited_text import fingerprint, read_edited, write_edited
from ecgmodel.records.editing import begin_editing
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 360.0
N_SAMPLES = 3600


@pytest.fixture
def beats():
    found = begin_editing(np.array([100, 500, 900, 1300]), np.array(list("????")), N_SAMPLES, FS)
    return found.label(100, "N").delete(500).add(2000, "/").move(900, 910).label(1300, "V").undo()


def test_what_is_written_is_read_again(beats):
    """Beats and every change come back, so that each can still be taken back."""
    again = read_edited(write_edited(beats), N_SAMPLES, FS)
    assert again.sample.tolist() == [100, 910, 1300, 2000]
    assert again.symbol.tolist() == ["N", "?", "?", "/"]
    assert again.done == beats.done
    for _change in range(4):
        again = again.undo()
    assert again.sample.tolist() == [100, 500, 900, 1300]
    assert set(again.symbol.tolist()) == {"?"}


def test_no_beats_are_no_fault():
    """Somebody who began with nothing finds nothing."""
    empty = begin_editing(np.empty(0, dtype=np.int64), np.empty(0, dtype="U2"), N_SAMPLES, FS)
    assert len(read_edited(write_edited(empty), N_SAMPLES, FS)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"steps": [1, 2]},
        {"steps": [100, 400, -50, 1]},
        {"steps": [100, 4000, 1, 1]},
        {"steps": [10**30, 1, 1, 1]},
        {"steps": ["a", 1, 1, 1]},
        {"steps": None},
        {"symbols": "NNN+"},
        {"symbols": 7},
        {"done": [[None]]},
        {"done": [[[5, "x"], None]]},
        {"done": [[[-5, "N"], None]]},
        {"done": [["ab", None]]},
    ],
)
def test_anything_else_is_refused_in_a_sentence(beats, change):
    """What a browser gives back is a stranger's text: it is beats of this record, or a sentence."""
    text = json.dumps(json.loads(write_edited(beats)) | change)
    with pytest.raises(RecordError, match="browser kept"):
        read_edited(text, N_SAMPLES, FS)


@pytest.mark.parametrize("text", ["", "null", "[]", "{", "[" * 100_000, '{"version": 1}', "1" * 6_000_000])
def test_no_json_of_ours_is_refused(text):
    """Neither is anything that is not of the form at all."""
    with pytest.raises(RecordError, match="browser kept"):
        read_edited(text, N_SAMPLES, FS)


def test_a_recording_is_known_by_its_samples():
    """Another recording of the same name and length is another one; the same under another name is the same."""
    record = simulate_record(SimulationPlan(duration_s=20.0), seed=1)
    other = simulate_record(SimulationPlan(duration_s=20.0), seed=2)
    assert fingerprint(record) == fingerprint(replace(record, name="other"))
    assert fingerprint(record) != fingerprint(replace(other, name=record.name))
    holes = record.signals.copy()
    holes[1000:2000] = np.nan
    assert fingerprint(replace(record, signals=holes)) != fingerprint(record)
