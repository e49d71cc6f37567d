"""The heartbeat of the start page: what the shipped network computes of it, kept in a file.

The page shows it before anything else of the app is loaded, so it neither reads a record nor runs the network.
`python -m pages.start.heartbeat` computes the file anew, from record 208 and the model; a test holds it to them.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ecgmodel.atomic import write_atomically

FILE = Path(__file__).resolve().parents[2] / "assets" / "start" / "heartbeat.npz"

RECORD = "208"
R_SAMPLE = 452_176
"""A ventricular beat between normal ones, within the five minutes of record 208 that come with the app."""

MODEL = "beats-gru"


@dataclass(frozen=True, slots=True, eq=False)
class Heartbeat:
    """A beat in its context, and every layer's answer to it.

    Attributes
    ----------
    lead : ndarray of shape (n_samples,), float32
        In mV.
    mark_sample, mark_code : ndarray of shape (n_beats,), int32
        The beats within: place of the R peak in `lead`, and code point of the experts' symbol.
    r_sample : int
        The R peak of the beat in question, in samples of `lead`.
    kernels : ndarray of shape (n_layers,), int32
        Lengths of the kernels.
    maps : tuple of ndarray of shape (n_places, n_filters), uint8
        What each convolution hands on, 255 its largest value.
    r, z, h : ndarray of shape (n_steps, units), uint8
        Gates from 0 to 1, and the state from -1 to 1, as 0 to 255.
    probabilities : ndarray of shape (n_steps, 5), float32
        What the dense layers say of each state.
    readout_step : int
        The step whose answer counts.
    """

    lead: np.ndarray
    mark_sample: np.ndarray
    mark_code: np.ndarray
    r_sample: int
    kernels: np.ndarray
    maps: tuple[np.ndarray, ...]
    r: np.ndarray
    z: np.ndarray
    h: np.ndarray
    probabilities: np.ndarray
    readout_step: int


def read_heartbeat() -> Heartbeat:
    """Return the heartbeat as the file has it."""
    with np.load(FILE) as kept:
        fields = {name: kept[name] for name in kept.files if not name.startswith("map_")}
        maps = tuple(kept[f"map_{k}"] for k in range(len(kept["kernels"])))
    scalars = {name: int(fields.pop(name)) for name in ("r_sample", "readout_step")}
    return Heartbeat(maps=maps, **fields, **scalars)


def compute_heartbeat() -> Heartbeat:
    """Compute it with the network that never saw the person of the record."""
    from ecgmodel.network.inside.feature_maps import map_features
    from ecgmodel.network.inside.gates import trace_gates
    from ecgmodel.network.model_file import open_shipped_model
    from ecgmodel.network.serving import Classifier
    from ecgmodel.records.sources.catalogue import open_record
    from ecgmodel.segments.beats import AFTER_SAMPLES, BEFORE_SAMPLES
    from ecgmodel.segments.one_beat import cut_one

    record = open_record(RECORD)
    segment = cut_one(record, "beats", R_SAMPLE)
    classifier = Classifier(open_shipped_model(MODEL)).for_record(RECORD)
    model = classifier.model
    trace = trace_gates(model, classifier.predict(segment, with_states=True), segment.length)
    layers = map_features(model.config, model.weights, segment.signal[0])
    start = R_SAMPLE - BEFORE_SAMPLES
    beats = record.annotations.beats()
    inside = (beats.sample >= start) & (beats.sample < R_SAMPLE + AFTER_SAMPLES)
    return Heartbeat(
        lead=record.lead()[start : R_SAMPLE + AFTER_SAMPLES].astype(np.float32),
        mark_sample=(beats.sample[inside] - start).astype(np.int32),
        mark_code=np.array([ord(symbol) for symbol in beats.symbol[inside]], dtype=np.int32),
        r_sample=BEFORE_SAMPLES,
        kernels=np.array(model.config.kernels, dtype=np.int32),
        maps=tuple(_levels(layer.pooled, 0, layer.pooled.max()) for layer in layers),
        r=_levels(trace.row("r"), 0, 1),
        z=_levels(trace.row("z"), 0, 1),
        h=_levels(trace.row("h"), -1, 1),
        probabilities=trace.probabilities,
        readout_step=trace.readout_step,
    )


def _levels(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.rint((values - low) / (high - low) * 255).astype(np.uint8)


def write_heartbeat(heartbeat: Heartbeat) -> None:
    """Keep a heartbeat in the file."""
    fields = asdict(heartbeat)
    maps = {f"map_{k}": values for k, values in enumerate(fields.pop("maps"))}
    data = io.BytesIO()
    np.savez_compressed(data, **fields, **maps)
    write_atomically(FILE, data.getvalue())


if __name__ == "__main__":
    write_heartbeat(compute_heartbeat())
