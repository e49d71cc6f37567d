"""The sums in front of the gates are those of the calculator."""

import numpy as np
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.gate_totals import gate_totals
from ecgmodel.network.inside.gates import explain_step, trace_gates
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.runs import cut_runs


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_sums_of_products(cell, no_mitdb):
    """Summing every product by itself gives the same, at any step and unit."""
    config = NetworkConfig(cell=cell)
    model = Model(config, initialise_weights(config, seed=1), ModelCard("x", "runs"))
    segments = cut_runs(open_record("simulated-mixed")).take(np.arange(1))
    trace = trace_gates(model, Classifier(model).predict(segments, with_states=True), segments.length)
    totals = gate_totals(trace)
    for step, unit in ((0, 0), (13, 5), (130, 19)):
        explained = explain_step(trace, step, unit)
        np.testing.assert_allclose(totals[:, step, unit], [gate.total for gate in explained.gates], atol=1e-5)
