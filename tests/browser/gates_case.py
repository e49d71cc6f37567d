"""A beat and two models that nobody trained, for the view of the cell and for the test that reads it."""

from __future__ import annotations

import numpy as np

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.experiments import Experiment, Hold, run_experiment
from ecgmodel.network.inside.gates import GateTrace, trace_gates
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.segments.edit import Surroundings, beat_surroundings, cut_segment, run_surroundings
from pages.components.gates import Pane
from pages.gates.panes import find_marks

HELD = Experiment((Hold("r", 1.0, None, 10, 20),), off=(3,))


def make_model(cell: str) -> Model:
    """Return the paper's network with biases, so that no number is 0 by chance."""
    config = NetworkConfig(cell=cell)
    weights = initialise_weights(config, seed=2)
    random = np.random.default_rng(3)
    weights = {
        name: value + 0.2 * random.standard_normal(value.shape).astype(np.float32) if value.ndim == 1 else value
        for name, value in weights.items()
    }
    return Model(config, weights, ModelCard(cell, "runs"))


def open_surroundings() -> Surroundings:
    """Return the run around the first ventricular beat of a simulated record."""
    record = open_record("simulated-mixed")
    beats = record.annotations.beats()
    return run_surroundings(record, record.default_lead, int(beats.sample[beats.symbol == "V"][0]))


def show_beats() -> Pane:
    """Return what a model of beats, with other steps, shows of the same beat."""
    record, around = open_record("simulated-mixed"), open_surroundings()
    beats = record.annotations.beats()
    r_sample = around.start_sample + around.r_sample[around.index]
    index = int(np.flatnonzero(beats.sample == r_sample)[0])
    lead = record.default_lead
    whole = beat_surroundings(record.name, lead, record.lead(), beats.sample, beats.symbol, record.fs, index)
    config = NetworkConfig(filters=(3, 4, 5, 6), kernels=(9, 7, 5, 5), n_channels=len(CHANNELS))
    model, segment = Model(config, initialise_weights(config, seed=4), ModelCard("beats", "beats")), cut_segment(whole)
    trace = trace_gates(model, Classifier(model).predict(segment, with_states=True), segment.length)
    return Pane("beats", "BEATS", model, trace, segment, find_marks(whole, segment))


def make_trace(cell: str, *, held: bool = False) -> GateTrace:
    """Return what the cell does with it."""
    model, segment = make_model(cell), cut_segment(open_surroundings())
    trace = trace_gates(model, Classifier(model).predict(segment, with_states=True), segment.length)
    return run_experiment(model, trace, HELD) if held else trace
