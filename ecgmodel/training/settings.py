"""How to train: every choice beyond the network itself, checked, and its form in files."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

from ecgmodel.errors import ConfigError
from ecgmodel.network.former_names import rename_settings

YOUNGER = ("natural_shares", "inverted", "early_apart", "teachers", "teacher_epochs", "taught_share")
"""Settings that older files do not name; they are off there."""

CLASS_WEIGHTINGS = ("none", "root", "balanced")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How to train.

    Attributes
    ----------
    epochs, batch : int
    learning_rate : float
        At its highest: it climbs over the first epoch and falls to a hundredth as a half cosine.
    weight_decay : float
        Decoupled, on kernels (AdamW).
    label_smoothing : float
    class_weighting : {"none", "root", "balanced"}
        Weight of a segment in the loss: 1, or by the inverse (root of the) frequency of its class.
    clip_norm : float
        Largest norm of a step's gradient, over all weights together; a larger one is scaled down to it.
    ema_decay : float
        Decay, a step, of the exponential moving average of the weights, which is what is validated and shipped; 0 ships
        the last weights.
    noise_sd, amplitude_jitter : float
        Augmentation, drawn anew each epoch: standard deviation of white noise added to the standardised signal, and
        largest relative change of its amplitude.
    inverted : float
        Share of segments that an epoch sees upside down, as with reversed electrodes.
    chrono_max_steps : int
        Longest time, in steps of the recurrent layer, for which its units keep their state at the start, see
        `initialise_weights`; 0 starts as Keras does.
    most_per_record : int
        Most segments of one class and one record that an epoch sees, drawn anew each epoch; 0 sees all.
    early_apart : bool
        Count early N, L and R beats as a class of their own in `most_per_record`: few people have them, and premature
        beats are mistaken for them.
    natural_shares : bool
        Correct the answers for the class shares that `class_weighting` and `most_per_record` produce, so that
        probabilities mean what they say (Saerens et al. 2002, doi 10.1162/089976602753284446).
    teachers : int
        Networks that are trained first, each from another start, and teach this one, see `training.teachers`.
    teacher_epochs : int
        Epochs of each teacher.
    taught_share : float
        Share of the loss that compares with their mean answer, in place of the label.
    seed : int

    Raises
    ------
    ConfigError
        Where a setting is out of range, or there are teachers without epochs or a share of the loss.
    """

    epochs: int = 40
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    clip_norm: float = 1.0
    class_weighting: str = "none"
    ema_decay: float = 0.0
    noise_sd: float = 0.0
    amplitude_jitter: float = 0.0
    inverted: float = 0.0
    chrono_max_steps: int = 0
    most_per_record: int = 0
    early_apart: bool = False
    natural_shares: bool = False
    teachers: int = 0
    teacher_epochs: int = 0
    taught_share: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 1000),
            ("batch", 1, 1024),
            ("chrono_max_steps", 0, 1000),
            ("most_per_record", 0, 100_000),
            ("seed", 0, 2**31 - 1),
            ("learning_rate", 1e-6, 1.0),
            ("weight_decay", 0.0, 1.0),
            ("label_smoothing", 0.0, 0.5),
            ("clip_norm", 1e-3, 1e6),
            ("ema_decay", 0.0, 0.9999),
            ("noise_sd", 0.0, 10.0),
            ("amplitude_jitter", 0.0, 0.9),
            ("inverted", 0.0, 1.0),
            ("teachers", 0, 16),
            ("teacher_epochs", 0, 1000),
            ("taught_share", 0.0, 1.0),
        ):
            value = getattr(self, name)
            if not isinstance(value, type(low) if isinstance(low, int) else (int, float)) or not low <= value <= high:
                raise ConfigError(
                    "{name} is {value!r}; it must be from {low} to {high}.", name=name, value=value, low=low, high=high
                )
        if len({self.teachers > 0, self.teacher_epochs > 0, self.taught_share > 0}) > 1:
            raise ConfigError(
                "There are {teachers} teachers, of {epochs} epochs each, with a share of {share} in the loss; give all "
                "three, or none.",
                teachers=self.teachers,
                epochs=self.teacher_epochs,
                share=self.taught_share,
            )
        if self.class_weighting not in CLASS_WEIGHTINGS:
            raise ConfigError(
                "The {name} is {value!r}. Choose one of {allowed}.",
                name="class_weighting",
                value=self.class_weighting,
                allowed=", ".join(CLASS_WEIGHTINGS),
            )

    def without_teachers(self) -> TrainSettings:
        """Return the settings of a network that learns from the labels alone."""
        return replace(self, teachers=0, teacher_epochs=0, taught_share=0.0)

    def to_dict(self) -> dict[str, object]:
        """Return the settings for JSON; those that are younger go unnamed where they are off, as in older files."""
        return {name: value for name, value in asdict(self).items() if value or name not in YOUNGER}

    @classmethod
    def from_dict(cls, settings: dict[str, object]) -> TrainSettings:
        """Return the settings that `to_dict` described, today or under former names.

        Raises
        ------
        ConfigError
            Where one is unknown or out of range.
        """
        settings = rename_settings(settings)
        unknown = sorted(settings.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError("There is no training setting called {unknown}.", unknown=", ".join(unknown))
        return cls(**settings)
