"""Held gates against recurrences written for the purpose, and against Keras."""

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.inside.cell import open_cell
from ecgmodel.network.inside.experiments import Experiment, Hold, classify_under, hold_mask, recur, run_experiment
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier


@pytest.fixture
def model(case):
    return Model(case.config, case.weights, ModelCard("made", "runs"))


@pytest.fixture
def served(model, segments):
    return Classifier(model).predict(segments, with_states=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def held_recurrence(case, features, gate, value, units, steps):
    """One segment, Keras' arrays, Keras' own z (the old), one gate of some units and steps replaced."""
    kind, n = case.config.cell, case.config.units
    kernel, recurrent, bias = (case.weights[f"{kind}/{part}"] for part in ("kernel", "recurrent_kernel", "bias"))
    h, c, states = np.zeros(n), np.zeros(n), []

    def block(index, x, read):
        part = slice(index * n, (index + 1) * n)
        return x @ kernel[:, part] + read @ recurrent[:, part] + bias[part]

    for step, x in enumerate(features):

        def put(name, now, step=step):
            if name == gate and step in steps:
                now = now.copy()
                now[units] = value
            return now

        if kind == "gru":
            old = 1 - put("z", 1 - sigmoid(block(0, x, h)))
            r = put("r", sigmoid(block(1, x, h)))
            h = old * h + (1 - old) * np.tanh(block(2, x, r * h))
        else:
            i, f = put("i", sigmoid(block(0, x, h))), put("f", sigmoid(block(1, x, h)))
            o = put("o", sigmoid(block(3, x, h)))
            c = f * c + i * np.tanh(block(2, x, h))
            h = o * np.tanh(c)
        states.append(h)
    return np.array(states)


def test_recurrence_alone_gives_the_served_states(model, served):
    """Nothing held: to 1e-5, for every segment at once."""
    rows = recur(open_cell(model), served.features)
    np.testing.assert_allclose(rows[-1], served.states, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("scope", ["all", "unit", "steps"])
def test_held_gates_equal_an_independent_recurrence(case, model, served, value, scope):
    """Every gate, at 0 and at 1, for all units or one, for all steps or a range."""
    cell = open_cell(model)
    units = (2,) if scope == "unit" else None
    first, last = (40, 55) if scope == "steps" else (None, None)
    steps = range(40, 56) if scope == "steps" else range(case.config.n_steps)
    for gate in cell.gates[:-1]:
        held = recur(cell, served.features[3:5], Experiment((Hold(gate, value, units, first, last),)))
        for index in (0, 1):
            chosen = [2] if units else slice(None)
            expected = held_recurrence(case, served.features[3 + index].astype(float), gate, value, chosen, steps)
            np.testing.assert_allclose(held[-1, index], expected, atol=1e-5, err_msg=gate)
        row = held[cell.rows.index(gate), :, list(steps)]
        assert (row[..., [2] if units else slice(None)] == value).all()


def test_update_gate_at_zero_remembers_nothing_new(case, model, served):
    """z = 0 keeps the first state, which is 0; z = 1 makes the state the candidate."""
    if case.config.cell == "lstm":
        return
    cell = open_cell(model)
    assert not recur(cell, served.features[:2], Experiment((Hold("z", 0.0),)))[-1].any()
    rows = recur(cell, served.features[:2], Experiment((Hold("z", 1.0),)))
    np.testing.assert_array_equal(rows[-1], rows[2])


def test_a_unit_switched_off_is_a_unit_that_is_not_there(case, model, served):
    """Its row and column of weights may be anything."""
    cell = open_cell(model)
    off = recur(cell, served.features[:3], Experiment(off=(1,)))[-1]
    assert not off[..., 1].any()
    other = [j for j in range(cell.units) if j != 1]
    smaller = type(cell)(
        cell.kind, cell.kernel[:, :, other], cell.recurrent_kernel[:, other][:, :, other], cell.bias[:, other]
    )
    np.testing.assert_allclose(off[..., other], recur(smaller, served.features[:3])[-1], atol=1e-5)


def test_trace_of_an_experiment(model, served, segments):
    """Held cells are marked, the answer is read from the changed states, and no experiment is no change."""
    trace = trace_gates(model, served, segments.length, 3)
    assert run_experiment(model, trace, Experiment()) is trace
    gate = trace.cell.gates[0]
    changed = run_experiment(model, trace, Experiment((Hold(gate, 1.0, (0,), 10, 20),), off=(3,)))
    assert changed.held.sum() == 11
    assert changed.held[0, 10:21, 0].all()
    assert changed.off.nonzero()[0].tolist() == [3]
    np.testing.assert_array_equal(changed.states[:10, 0] != 0, trace.states[:10, 0] != 0)
    np.testing.assert_allclose(changed.probabilities.sum(axis=1), 1, atol=1e-5)


def test_sums_under_an_experiment_are_those_of_the_changed_states(case, model, served, segments):
    """With the first gate held, sums by Keras' arrays from the changed states, product by product."""
    trace = trace_gates(model, served, segments.length, 3)
    cell, kind, n = trace.cell, case.config.cell, case.config.units
    changed = run_experiment(model, trace, Experiment((Hold(cell.gates[0], 1.0, None, 10, 20),)))
    kernel, recurrent, bias = (
        case.weights[f"{kind}/{part}"].astype(float) for part in ("kernel", "recurrent_kernel", "bias")
    )
    block = 2 if kind == "gru" else 3  # Keras' order: z, r, h and i, f, c, o
    gate = {"gru": "h~", "lstm": "o"}[kind]
    for step in (0, 9, 10, 20, 21, trace.n_steps - 1):
        before = changed.states[step - 1] if step else np.zeros(n)
        read = changed.row("r")[step] * before if kind == "gru" else before
        for unit in (0, n - 1):
            column = block * n + unit
            products = [changed.features[step, k] * kernel[k, column] for k in range(cell.n_features)]
            products += [read[k] * recurrent[k, column] for k in range(n)]
            total = changed.totals[cell.gates.index(gate), step, unit]
            assert total == pytest.approx(sum(products) + bias[column], abs=1e-5)


def test_classes_under_an_experiment(model, served, segments):
    """Nothing held gives the served classes; a forgetful cell gives one class for all."""
    cell = open_cell(model)
    named = classify_under(model, cell, served.features, segments.length, Experiment())
    np.testing.assert_array_equal(named, served.label)
    every = Experiment(off=tuple(range(cell.units)))
    assert len(np.unique(classify_under(model, cell, served.features, segments.length, every))) == 1


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        (Hold("q", 1.0), "no gate 'q'"),
        (Hold("first", 1.5), "cannot be held at 1.5"),
        (Hold("first", float("nan")), "cannot be held"),
        (Hold("first", 1.0, first_step=5, last_step=4), "Steps 5 to 4"),
        (Hold("first", 1.0, first_step=0, last_step=131), "0 to 130"),
        (Hold("first", 1.0, units=(99,)), "no unit 99"),
    ],
)
def test_impossible_experiments(model, hold, said):
    """Each is refused with what is allowed."""
    cell = open_cell(model)
    gate = cell.gates[0] if hold.gate == "first" else hold.gate
    with pytest.raises(ConfigError, match=said):
        hold_mask(cell, 131, Experiment((Hold(gate, hold.value, hold.units, hold.first_step, hold.last_step),)))
