"""The heartbeat that runs through the network."""

from __future__ import annotations

from functools import cache

import numpy as np

from ecgmodel.segments.dataset import MODEL_FS
from pages.components.heartbeat import show_heartbeat
from pages.start.heartbeat import Heartbeat, read_heartbeat


def show_walk() -> None:
    """Show the heartbeat as it passes layer after layer."""
    fields, arrays = _describe(_heartbeat())
    show_heartbeat(fields, arrays)


@cache
def _heartbeat() -> Heartbeat:
    return read_heartbeat()


def _describe(heartbeat: Heartbeat) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    stride, layers = 1, []
    for kernel, values in zip(heartbeat.kernels, heartbeat.maps, strict=True):
        stride *= 2  # the pooling behind each convolution
        places, filters = values.shape
        layers.append({"kernel": int(kernel), "places": places, "filters": filters, "stride": stride})
    n_steps, units = heartbeat.h.shape
    fields = {
        "fs": MODEL_FS,
        "r_sample": heartbeat.r_sample,
        "marks": [
            {"sample": int(sample), "symbol": chr(code)}
            for sample, code in zip(heartbeat.mark_sample, heartbeat.mark_code, strict=True)
        ],
        "layers": layers,
        "n_steps": n_steps,
        "step_stride": stride,
        "units": units,
        "readout_step": heartbeat.readout_step,
    }
    maps = {f"map_{k}": values.ravel() for k, values in enumerate(heartbeat.maps)}
    gates = {name: getattr(heartbeat, name).ravel() for name in ("r", "z", "h", "probabilities")}
    return fields, {"lead": heartbeat.lead, **maps, **gates}
