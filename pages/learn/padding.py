"""The experiment of chapter 7: what a bias in the convolutions does to the padding."""

from __future__ import annotations

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.network.inside.feature_maps import first_padded_places, map_features
from ecgmodel.records.sources.embedded import DEFAULT_NAME
from ecgmodel.segments.dataset import MODEL_FS
from ecgmodel.segments.runs import place_runs
from pages.caches.lessons import trace_lesson
from pages.caches.records import open_record
from pages.learn.beat import beat_in_use, model_without_norm

BIASES = (0.0, 0.05, 0.1, 0.2, 0.4)
MOST_OF_PADDED = 600
"""Most of a segment's 1000 samples that the run may take which shows what padding does."""


def describe_padding() -> tuple[dict, dict]:
    """Return the padding experiment: one run, every bias, the strongest answer of each layer."""
    used = model_without_norm()
    record, r_sample = _padded_run()
    segments, trace = trace_lesson(record, r_sample, "gru", used.name)
    config, signal = used.model.config, segments.signal[0]
    length = int(segments.length[0])
    by_bias = [map_features(config, used.model.weights, signal, bias) for bias in BIASES]
    first = first_padded_places(config, length)
    described = {
        "biases": BIASES,
        "length": length,
        "n_samples": config.n_samples,
        "low": float(signal.min()),
        "high": float(signal.max()),
        "n_steps": config.n_steps,
        "units": config.units,
        "layers": [
            {"places": len(layer.pooled), "stride": 2 ** (index + 1), "first": min(first[index], len(layer.pooled))}
            for index, layer in enumerate(by_bias[0])
        ],
    }
    arrays = {
        f"pad_{index}": np.concatenate([layers[index].pooled.max(axis=1) for layers in by_bias])
        for index in range(len(by_bias[0]))
    }
    return described, arrays | {
        "pad_signal": signal[:, 0],
        "pad_states": np.ascontiguousarray(trace.states).ravel(),
    }


def _padded_run() -> tuple[str, int]:
    """Return the record and the first R peak of the run nearest to the chosen beat that leaves room for padding."""
    chosen = beat_in_use()
    for record in (chosen.record, open_record(DEFAULT_NAME)):
        if record.annotations is None or record.fs != MODEL_FS:
            continue
        runs = place_runs(record.annotations, record.n_samples)
        starts = runs.r_sample[runs.length <= MOST_OF_PADDED]
        if len(starts):
            return record.name, int(starts[np.abs(starts - chosen.r_sample).argmin()])
    raise SegmentError("Record {record} has no beats. Choose another record.", record=DEFAULT_NAME)
