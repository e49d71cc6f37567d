"""Gates and states against Keras and against the equations, evaluated one number at a time."""

import math

import numpy as np
import pytest

from ecgmodel.errors import SegmentError
from ecgmodel.network.build import build_network, set_weights
from ecgmodel.network.inside.cell import open_cell
from ecgmodel.network.inside.explain import explain_step
from ecgmodel.network.inside.gates import gate_values, read_states, readout_step, trace_gates
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def model(case):
    return Model(case.config, case.weights, ModelCard("made", "runs"))


@pytest.fixture
def served(model, segments):
    return Classifier(model).predict(segments, with_states=True)


@pytest.fixture
def trace(model, served, segments):
    return trace_gates(model, served, segments.length, 3)


def keras_features(config, weights, segments):
    import keras

    network = build_network(config)
    set_weights(network, config, weights)
    front = keras.Model(network.inputs, network.get_layer(config.cell).input)
    return front.predict({"signal": segments.signal, "length": segments.length}, verbose=0)


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def walk(config, weights, features):
    """The course's equations with plain loops over Keras' own arrays; yields {name: value of each unit} a step.

    Keras' z weighs the old state; here it is turned by 1 - z, not by the sign of weights as in the library.
    """
    kind, units = config.cell, config.units
    kernel, recurrent, bias = (
        weights[f"{kind}/{part}"].astype(float) for part in ("kernel", "recurrent_kernel", "bias")
    )

    def total(block, j, x, read):
        column = block * units + j
        return (
            sum(x[k] * kernel[k, column] for k in range(len(x)))
            + sum(read[k] * recurrent[k, column] for k in range(units))
            + bias[column]
        )

    h, c = [0.0] * units, [0.0] * units
    for x in features.astype(float):
        if kind == "gru":  # Keras' order: z, r, h
            z = [1 - sigmoid(total(0, j, x, h)) for j in range(units)]
            r = [sigmoid(total(1, j, x, h)) for j in range(units)]
            reset = [r[j] * h[j] for j in range(units)]
            new = [math.tanh(total(2, j, x, reset)) for j in range(units)]
            h = [(1 - z[j]) * h[j] + z[j] * new[j] for j in range(units)]
            yield {"r": r, "z": z, "h~": new, "h": h}
        else:  # Keras' order: i, f, c, o
            i = [sigmoid(total(0, j, x, h)) for j in range(units)]
            f = [sigmoid(total(1, j, x, h)) for j in range(units)]
            g = [math.tanh(total(2, j, x, h)) for j in range(units)]
            o = [sigmoid(total(3, j, x, h)) for j in range(units)]
            c = [f[j] * c[j] + i[j] * g[j] for j in range(units)]
            h = [o[j] * math.tanh(c[j]) for j in range(units)]
            yield {"f": f, "i": i, "o": o, "g": g, "c": c, "h": h}


def test_served_features_are_those_of_keras(case, served, segments):
    """What the served graph hands to its recurrent layer, to 1e-5 of its size."""
    expected = keras_features(case.config, case.weights, segments)
    np.testing.assert_allclose(served.features, expected, atol=1e-5 * np.abs(expected).max())


def test_every_gate_of_every_step_follows_the_equations(case, trace, segments):
    """Gates, candidate, cell state and state of one segment, number by number, from Keras' features alone."""
    features = keras_features(case.config, case.weights, segments.take(np.array([3])))[0]
    for step, expected in enumerate(walk(case.config, case.weights, features)):
        for name in trace.cell.rows:
            np.testing.assert_allclose(trace.row(name)[step], expected[name], atol=1e-5, err_msg=f"{name}({step})")


def test_states_are_those_of_a_lone_keras_layer(case, trace, segments):
    """The row h equals `keras.layers.GRU` or `LSTM` with `return_sequences=True`."""
    import keras

    config = case.config
    features = keras_features(config, case.weights, segments.take(np.array([3])))
    kind = keras.layers.GRU if config.cell == "gru" else keras.layers.LSTM
    lone = kind(config.units, return_sequences=True, **({"reset_after": False} if config.cell == "gru" else {}))
    lone.build(features.shape)
    lone.set_weights([case.weights[f"{config.cell}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")])
    np.testing.assert_allclose(trace.row("h"), np.asarray(lone(features))[0], atol=1e-5)


def test_update_gate_weighs_the_new(case, trace):
    """h(t) = (1 - z) h(t-1) + z h~: with Keras' own z the old and the new would change places."""
    if case.config.cell == "lstm":
        return
    h, z, new = trace.row("h"), trace.row("z"), trace.row("h~")
    before = np.vstack([np.zeros_like(h[:1]), h[:-1]])
    np.testing.assert_allclose((1 - z) * before + z * new, h, atol=1e-5)
    assert np.abs(z * before + (1 - z) * new - h).max() > 0.05


def test_probabilities_at_the_readout_step_are_the_model_s_answer(model, served, segments):
    """For every length of segment."""
    for index in range(len(segments)):
        trace = trace_gates(model, served, segments.length, index)
        np.testing.assert_allclose(trace.answer, served.probabilities[index], atol=1e-5)
    steps = readout_step(model, segments.length)
    read = served.states[np.arange(len(segments)), steps]
    np.testing.assert_allclose(read_states(model, read), served.probabilities, atol=1e-5)


def test_many_segments_at_once(model, served, segments):
    """A batch gives what its segments give one by one."""
    cell = open_cell(model)
    together = gate_values(cell, served.features[:5], served.states[:5])
    assert together.shape == (len(cell.rows), 5, model.config.n_steps, cell.units)
    for index in range(5):
        alone = gate_values(cell, served.features[index], served.states[index])
        np.testing.assert_allclose(together[:, index], alone, atol=1e-6)


@pytest.mark.parametrize("step", [0, 1, 60, -1])
def test_terms_sum_to_the_gate(trace, step):
    """Every product is weight times value; one by one they sum with the bias to the total, and that gives the gate."""
    step %= trace.n_steps
    for unit in (0, trace.cell.units - 1):
        explained = explain_step(trace, step, unit)
        for number, gate in enumerate(explained.gates):
            assert len(gate.terms) == trace.cell.n_features + trace.cell.units
            assert all(term.product == term.weight * term.value for term in gate.terms)
            assert gate.total == pytest.approx(sum(term.product for term in gate.terms) + gate.bias, abs=1e-12)
            assert gate.total == pytest.approx(float(trace.totals[number, step, unit]), abs=1e-5)
            assert gate.value == pytest.approx(float(trace.row(gate.name)[step, unit]), abs=1e-5)
        assert explained.memory == pytest.approx(explained.old.product + explained.new.product)
        last = explained.memory
        if trace.cell.kind == "lstm":
            assert explained.memory == pytest.approx(float(trace.row("c")[step, unit]), abs=1e-5)
            last = explained.gates[2].value * math.tanh(explained.memory)
        assert last == pytest.approx(explained.state, abs=1e-5)


@pytest.mark.parametrize(("step", "unit", "said"), [(-1, 0, "steps 0 to 1"), (131, 0, "131"), (0, 500, "units 0 to")])
def test_step_or_unit_out_of_range(trace, step, unit, said):
    """The error says which there are."""
    with pytest.raises(SegmentError, match=said):
        explain_step(trace, step, unit)


def test_segment_out_of_range(model, served, segments):
    """The error says how many there are."""
    with pytest.raises(SegmentError, match="40 segments"):
        trace_gates(model, served, segments.length, 40)
