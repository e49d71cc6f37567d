"""The beats that a class names."""

import numpy as np
import pytest

from ecgmodel.classroom.beats import LEAST_OF_A_CLASS, N_BEATS, WINDOW_S, cut_beat, draw_beats, truth_of
from ecgmodel.errors import ClassroomError
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations
from ecgmodel.records.sources.embedded import DEFAULT_NAME, open_embedded


def marks(symbols, every=400):
    sample = np.arange(len(symbols)) * every
    return Annotations(sample, np.array(list(symbols)), np.full(len(symbols), ""))


def draw(people, seed=1, n_beats=N_BEATS):
    lengths = {name: int(found.sample[-1]) + 1 for name, found in people.items()}
    return draw_beats(people, lengths, dict.fromkeys(people, 360.0), seed, n_beats)


PEOPLE = {"a": marks("NNLRAV" * 20), "b": marks("NVVVVV" * 20), "c": marks("+NNNNQ" * 20)}


def test_a_seed_draws_the_same_for_all():
    """The same seed gives the same beats in the same order, another one others."""
    assert draw(PEOPLE) == draw(PEOPLE)
    assert draw(PEOPLE) != draw(PEOPLE, seed=2)


@pytest.mark.parametrize("seed", range(1, 40))
def test_every_class_comes_and_no_beat_twice(seed):
    """Each class that there is comes at least twice; all beats are different ones, and annotated so."""
    drawn = draw(PEOPLE, seed)
    assert len(drawn) == len(set(drawn)) == N_BEATS
    symbols = [beat.symbol for beat in drawn]
    assert min(symbols.count(symbol) for symbol in CLASSES) >= LEAST_OF_A_CLASS
    for beat in drawn:
        found = PEOPLE[beat.record]
        assert found.symbol[found.sample == beat.r_sample].tolist() == [beat.symbol]
    assert [CLASSES[k] for k in truth_of(drawn)] == symbols


def test_the_last_beats_cannot_be_counted_out():
    """How often a class comes differs from seed to seed."""
    assert len({tuple(sorted(beat.symbol for beat in draw(PEOPLE, seed))) for seed in range(1, 20)}) > 10


def test_people_take_turns():
    """Of a class that two people have, both give beats, though one has far more of them."""
    for seed in range(1, 10):
        assert {beat.record for beat in draw(PEOPLE, seed) if beat.symbol == "V"} == {"a", "b"}


def test_all_of_a_beats_surroundings_are_there():
    """No beat lies so near to an end of its record that its stretch would be cut."""
    record = open_embedded(DEFAULT_NAME)
    people = {record.name: record.annotations}
    for beat in draw_beats(people, {record.name: record.n_samples}, {record.name: record.fs}, 1):
        shown = cut_beat(record, beat, 0)
        assert len(shown.signal) == round(WINDOW_S[0] * record.fs) + round(WINDOW_S[1] * record.fs)
        at = round(WINDOW_S[0] * record.fs)
        assert shown.signal[at] == np.float32(record.lead()[beat.r_sample])


def test_too_few_beats_are_said():
    """Records with fewer beats of the classes than a set has are no source."""
    with pytest.raises(ClassroomError, match="fewer than 20"):
        draw({"a": marks("N" * 12)})
