"""Which beat and which step a first look into the cell opens."""

import numpy as np
import pytest

from ecgmodel.network.inside.cell import Cell
from ecgmodel.network.inside.first_look import CHUNK, MOST, choose_beat, choose_step
from ecgmodel.network.inside.gates import GateTrace


def answers(table):
    """Return a function that answers from a table {beat: (class, probability)}, and what it was asked for."""
    asked = []

    def answer(beats):
        asked.extend(beats.tolist())
        found = np.zeros((len(beats), 5), np.float32)
        for row, beat in enumerate(beats.tolist()):
            named, p = table.get(beat, (0, 0.5))
            found[row] = (1 - p) / 5
            found[row, named] = p
        return found

    return answer, asked


def test_the_first_right_and_sure_beat():
    """Not one that is sure and wrong, nor one that is right and unsure; a later group only where the first has none."""
    label = np.zeros(100, int)
    label[[3, 5, 7]] = 4
    answer, _ = answers({3: (0, 0.99), 5: (4, 0.85), 7: (4, 0.95), 20: (0, 0.99)})
    assert choose_beat((np.array([3, 5, 7]), np.array([20])), label, answer) == 7
    answer, _ = answers({3: (0, 0.99), 5: (4, 0.85), 7: (4, 0.6), 20: (0, 0.99)})
    assert choose_beat((np.array([3, 5, 7]), np.array([20])), label, answer) == 20


def test_where_none_will_do():
    """The rightly named one with the highest probability; where none is right, the surest; without beats, none."""
    label = np.full(10, 4)
    groups = (np.array([1, 2]), np.array([3]))
    assert choose_beat(groups, label, answers({1: (0, 0.99), 2: (4, 0.6), 3: (4, 0.8)})[0]) == 3
    assert choose_beat(groups, label, answers({1: (0, 0.6), 2: (0, 0.8), 3: (0, 0.7)})[0]) == 2
    assert choose_beat((np.array([], int),), label, answers({})[0]) is None


def test_without_labels_any_sure_answer_will_do():
    """Beats that a detector found have no truth."""
    answer, _ = answers({4: (3, 0.97)})
    assert choose_beat((np.arange(10),), np.full(10, -1), answer) == 4


def test_the_model_is_asked_for_few():
    """A day has 100,000 beats: it is asked for so many of a group, and for no more once one was found."""
    label = np.full(100_000, 4)
    answer, asked = answers({})
    choose_beat((np.arange(100_000),), label, answer)
    assert asked == list(range(MOST))
    answer, asked = answers({1: (4, 0.99)})
    choose_beat((np.arange(100_000),), label, answer)
    assert asked == list(range(CHUNK))


@pytest.mark.parametrize(("r", "z"), [(0.9, 0.2), (0.2, 0.9)])
def test_a_step_at_which_gates_differ(r, z):
    """Unit 1 moves furthest with gates alike, unit 0 less far with gates apart; before the R peak nothing counts."""
    n_steps, units = 60, 3
    rows = np.zeros((4, n_steps, units), np.float32)  # r z h~ h
    rows[:2] = 0.5
    rows[:2, 5] = [[0, 0, 0], [1, 1, 1]]  # before the R peak, which is seen by step 25
    rows[3, 5:] = 1
    rows[0, 30, 0], rows[1, 30, 0] = r, z
    rows[3, 30, 0] = rows[3, 29, 0] + 0.3
    rows[3, 28:, 1] += 0.9
    cell = Cell("gru", np.zeros((3, 2, units)), np.zeros((3, units, units)), np.zeros((3, units)))
    trace = GateTrace(cell, np.zeros((n_steps, 2)), rows, np.zeros((n_steps, 5)), n_steps - 1, 480)
    assert choose_step(trace, 200, 8, 360.0) == (30, 0)
