"""Named trainings. Nothing in them was chosen on DS2; where a test fold was looked at, the preset says so."""

from __future__ import annotations

from dataclasses import dataclass

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.training.settings import TrainSettings


@dataclass(frozen=True, slots=True)
class Preset:
    """What to train, on what, and how.

    Attributes
    ----------
    name : str
    segments : {"runs", "beats"}
    protocol : str
        The protocol unless another is asked for.
    config : NetworkConfig
    settings : TrainSettings
    all_leads : bool
        Train on beats in all views of a record (`segments.views`), on runs of every lead; validation and scores keep
        to the default lead.
    validate : bool
        Keep the split's validation part out of training. Where nothing is left to be chosen, it may be trained on too.
    records : tuple of str
        The only records whose segments are cut; empty takes all records of the protocol.
    """

    name: str
    segments: str
    protocol: str
    config: NetworkConfig
    settings: TrainSettings
    all_leads: bool = False
    validate: bool = True
    records: tuple[str, ...] = ()


# `chrono_max_steps`: the state has to outlast the padding, up to all 131 steps. With it the LSTM names 89 % of the
# validation segments after three epochs; without it, 64 %.
_PAPER_SETTINGS = TrainSettings(
    epochs=30, batch=64, learning_rate=5e-3, ema_decay=0.998, noise_sd=0.1, amplitude_jitter=0.2, chrono_max_steps=131
)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset("paper-gru", "runs", "segments-10fold", NetworkConfig(cell="gru"), _PAPER_SETTINGS),
        Preset("paper-lstm", "runs", "segments-10fold", NetworkConfig(cell="lstm"), _PAPER_SETTINGS),
        Preset(
            "gru",
            "runs",
            "segments-10fold",
            NetworkConfig(
                filters=(8, 16, 24), units=48, dense=(32,), dropout=0.4, batch_norm=True, readout="last_real"
            ),
            TrainSettings(
                epochs=24,
                batch=64,
                learning_rate=5e-3,
                weight_decay=0.02,
                label_smoothing=0.05,
                ema_decay=0.998,
                noise_sd=0.1,
                amplitude_jitter=0.2,
            ),
        ),
        # Chosen by cross-validation over the people of mitdb and svdb, on two folds of five, by the mean F1 of S and V
        # on detected beats; so the figures of these folds are a little too good.
        Preset(
            "beats-gru",
            "beats",
            "people",
            NetworkConfig(
                filters=(8, 12, 16, 24),
                kernels=(10, 7, 5, 5),
                units=32,
                dense=(32,),
                dropout=0.3,
                batch_norm=True,
                readout="last_real",
                n_channels=len(CHANNELS),
            ),
            TrainSettings(
                epochs=24,
                batch=64,
                learning_rate=3e-3,
                weight_decay=0.02,
                class_weighting="root",
                ema_decay=0.998,
                noise_sd=0.3,
                amplitude_jitter=0.3,
                inverted=0.1,
                most_per_record=120,
                early_apart=True,
                natural_shares=True,
                teachers=2,
                teacher_epochs=14,
                taught_share=0.9,
            ),
            all_leads=True,
            validate=False,
        ),
    )
}


def find_preset(name: str) -> Preset:
    """Return a preset.

    Raises
    ------
    ConfigError
        Where there is none of this name.
    """
    if name not in PRESETS:
        raise ConfigError("There is no preset '{name}'. Choose one of {names}.", name=name, names=", ".join(PRESETS))
    return PRESETS[name]
