"""What the settings of a training were called in older files; whoever reads a file asks here, nobody else knows them.

Model files, results and run folders written under the former names are read as if they had been written today.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMER_NAMES = {
    "average": "ema_decay",
    "noise": "noise_sd",
    "stretch": "amplitude_jitter",
    "memory": "chrono_max_steps",
}

FORMER_CLIP_NORM = 1.0
"""Largest norm of a gradient in every training from before it became a setting."""


def rename_settings(training: Mapping[str, object]) -> dict[str, object]:
    """Return the settings of a training, in their order, under the names that they have today.

    A whole set of settings that does not name the clipping of the gradient is from before that was a setting.

    >>> rename_settings({"epochs": 3, "average": 0.998})
    {'epochs': 3, 'ema_decay': 0.998}
    """
    renamed = {FORMER_NAMES.get(name, name): value for name, value in training.items()}
    return {"clip_norm": FORMER_CLIP_NORM, **renamed} if "label_smoothing" in renamed else renamed


def rename_in_description(description: Mapping[str, object]) -> dict[str, object]:
    """Return the description of a run, as in its `config.json`, with the names of today."""
    training = description.get("training")
    renamed = {"training": rename_settings(training)} if isinstance(training, Mapping) else {}
    return {**description, **renamed}
