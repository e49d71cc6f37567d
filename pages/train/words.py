"""What the Train page calls settings, protocols and lengths of time."""

from __future__ import annotations

import math

from ecgmodel.records.sources import embedded
from pages.ui.text import t


def protocol_name(protocol: str) -> str:
    """Return what a protocol is called."""
    return {
        "segments-10fold": t("segments, ten folds"),
        "patients-10fold": t("people, ten folds"),
        "ds1-ds2": t("DS1, for a test on DS2"),
        "people": t("people of two databases, five folds"),
    }[protocol]


def weighting_name(weighting: str) -> str:
    """Return what a way to weigh classes is called."""
    return {"none": t("none"), "root": t("root of rarity"), "balanced": t("rarity")}[weighting]


def readout_name(readout: str) -> str:
    """Return what a read-out is called."""
    return {"last": t("last step"), "last_real": t("last step before the padding")}[readout]


def setting_words() -> dict[str, str]:
    """Return what the settings of `training.comparison` are called, by their path in `config.json`."""
    return {
        "preset": t("Preset"),
        "segments": t("Segments"),
        "protocol": t("Protocol"),
        "fold": t("Fold held out"),
        "validate": t("Validation part kept out"),
        "all_leads": t("All leads train"),
        "records": t("Records"),
        "network.cell": t("Cell"),
        "network.units": t("Units"),
        "network.filters": t("Filters in each layer"),
        "network.kernels": t("Kernel lengths"),
        "network.dense": t("Dense layers"),
        "network.dropout": t("Dropout"),
        "network.batch_norm": t("Batch normalisation"),
        "network.readout": t("Read-out"),
        "network.n_channels": t("Channels of a segment"),
        "network.n_samples": t("Samples of a segment"),
        "network.n_classes": t("Classes"),
        "training.epochs": t("Epochs"),
        "training.batch": t("Batch"),
        "training.learning_rate": t("Learning rate"),
        "training.seed": t("Seed"),
        "training.class_weighting": t("Class weighting"),
        "training.clip_norm": t("Largest gradient norm"),
        "training.weight_decay": t("Weight decay"),
        "training.label_smoothing": t("Label smoothing"),
        "training.ema_decay": t("Decay of the averaged weights"),
        "training.noise_sd": t("Added noise (standard deviation)"),
        "training.amplitude_jitter": t("Change of amplitude"),
        "training.inverted": t("Share upside down"),
        "training.chrono_max_steps": t("Steps that the state outlasts at first"),
        "training.most_per_record": t("Most of a class and record in an epoch"),
        "training.early_apart": t("Early beats weighed apart"),
        "training.natural_shares": t("Answers by natural shares"),
        "training.teachers": t("Teacher networks"),
        "training.teacher_epochs": t("Epochs of each teacher network"),
        "training.taught_share": t("Share of the teacher networks in the loss"),
    }


def value_words(setting: str, value: str) -> str:
    """Return the value of a setting as `training.comparison` gives it, in the form's words."""
    if setting == "protocol":
        return protocol_name(value)
    if setting == "training.class_weighting":
        return weighting_name(value)
    if setting == "network.readout":
        return readout_name(value)
    if setting == "network.cell":
        return value.upper()
    if setting == "segments":
        return {"runs": t("runs"), "beats": t("single beats")}[value]
    if setting == "records":
        names = value.split(", ") if value else []
        if names and set(names) <= set(embedded.NAMES):
            return t("simulated, {n} records", n=len(names))
        return value or t("all of the protocol")
    return {"True": t("yes"), "False": t("no"), "": "–"}.get(value, value)


def time_words(seconds: float) -> str:
    """Return a length of time as people say it, no more exact than it is known."""
    if seconds < 55:
        return t("{n:.0f} s", n=max(math.ceil(seconds / 5) * 5, 5))
    if seconds < 5400:
        return t("{n:.0f} min", n=seconds / 60)
    return t("{n:.1f} h", n=seconds / 3600)
