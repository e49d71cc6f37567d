"""Model files: one `.safetensors` with the weights and, as metadata, all that is known of where they come from.

The format holds numbers and text alone (https://github.com/huggingface/safetensors), so opening a stranger's file
cannot run anything. Whatever the metadata claims is checked against the arrays before it is believed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ModelFileError
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import Weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.former_names import rename_settings
from ecgmodel.network.model_checks import (
    MAX_BYTES,
    check_arrays,
    check_channels,
    check_figures,
    parse_config,
    refuse_size,
)
from ecgmodel.records.sources.databases import person

FORMAT = "ecgmodel/1"
SHIPPED_FOLDER = Path(__file__).parents[2] / "assets" / "models"
SEGMENT_KINDS = ("runs", "beats")

_METADATA_KEY = "ecgmodel"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Where a model comes from and what it reached.

    Attributes
    ----------
    name : str
    segments : {"runs", "beats"}
        What it reads: `segments.runs` or `segments.beats`.
    standardisation : str
        How each segment was scaled.
    lead : str
        Of the training data; records without it gave their first lead.
    fs : float
        Of its segments, in Hz.
    protocol : str
    fold : int
        Held out, from 0.
    train_records : tuple of str
        Every record of which any segment trained it.
    scores : dict of str to float
        On what was held out: `accuracy`, `sensitivity`, `specificity`, `positive_predictivity`, `f1` (means over
        classes), and per class as `sensitivity/V`. Fractions, not per cent.
    held_out : str
        What `scores` were computed on, in words.
    held_out_records : tuple of str
        The records of it, where nobody in them trained the model; empty where the same people did.
    seed : int
    epochs : int
    training : dict
        The settings of the training.
    versions : dict of str to str
        Of the packages that trained it.
    command : str
        That trains it again.
    created : str
        ISO 8601 date.
    temperature : float
        By which logits were divided after training; it is in the weights.
    naming : dict of str to float
        What was then added to the logits of some classes, as `A`, to find more of their beats or give fewer false
        alarms; it is in the weights.
    unsure : dict of str to float
        `threshold` of the named class's probability below which a beat is unsure, the `share` of beats below it, the
        share of `errors` among the others, and `errors_of_all`; over people who did not train.
    """

    name: str
    segments: str
    standardisation: str = "zero mean, unit variance over the segment"
    lead: str = "MLII"
    fs: float = 360.0
    protocol: str = ""
    fold: int = 0
    train_records: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    held_out: str = ""
    held_out_records: tuple[str, ...] = ()
    seed: int = 0
    epochs: int = 0
    training: dict[str, object] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    command: str = ""
    created: str = ""
    temperature: float = 1.0
    naming: dict[str, float] = field(default_factory=dict)
    unsure: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class FoldNetwork:
    """The network of one fold.

    Attributes
    ----------
    weights : Weights
    held_out_records : tuple of str
        All records of the people who did not train it.
    """

    weights: Weights
    held_out_records: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network with its weights and its provenance; or several, cross-fitted.

    Attributes
    ----------
    config : NetworkConfig
    weights : Weights
        Of a cross-fitted model, those that read strangers: everyone in its folds trained them.
    card : ModelCard
    folds : tuple of FoldNetwork
        Of a cross-fitted model, networks of the same config, each of which never saw the people whom it held out.
    """

    config: NetworkConfig
    weights: Weights
    card: ModelCard
    folds: tuple[FoldNetwork, ...] = ()

    def fold_of(self, record: str) -> int | None:
        """Return which fold held out the person of a record; `None` where none did."""
        who = person(record)
        for number, fold in enumerate(self.folds):
            if who in {person(name) for name in fold.held_out_records}:
                return number
        return None

    def for_record(self, record: str) -> Model:
        """Return the network that reads a record: of a cross-fitted model, the one that never saw its person.

        Parameters
        ----------
        record : str
            Its name; any other than those of the folds, as "" of an upload, gets the network for strangers.
        """
        number = self.fold_of(record)
        if number is None:
            return self
        fold = self.folds[number]
        trained = tuple(name for name in self.card.train_records if name not in fold.held_out_records)
        card = replace(self.card, fold=number, train_records=trained, held_out_records=fold.held_out_records)
        return Model(self.config, fold.weights, card)


def write_model(model: Model, path: Path) -> None:
    """Write a model file atomically.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    description = {
        "format": FORMAT,
        "config": model.config.to_dict(),
        "classes": list(CLASSES),
        "card": asdict(model.card),
    }
    if model.folds:
        description["folds"] = [{"held_out_records": list(fold.held_out_records)} for fold in model.folds]
    weights = dict(model.weights)
    for number, fold in enumerate(model.folds):
        weights |= {f"{_fold_prefix(number)}{name}": value for name, value in fold.weights.items()}
    arrays = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in weights.items()}
    write_atomically(path, save(arrays, metadata={_METADATA_KEY: json.dumps(description)}))


def read_model(path: Path) -> Model:
    """Read a model file.

    Raises
    ------
    ModelFileError
        Where there is none, or where it is not ours, truncated, altered, or of other shapes than it says.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            refuse_size(path.name, size, MAX_BYTES)
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            "Model file {path} cannot be read: {reason}. Give the path of a .safetensors file.",
            path=path,
            reason=error.strerror,
        ) from error
    return parse_model(data, path.name)


def parse_model(data: bytes, name: str) -> Model:
    """Read a model out of the bytes of a file that is called `name`; raises as `read_model` does."""
    if len(data) > MAX_BYTES:
        refuse_size(name, len(data), MAX_BYTES)
    if not name.endswith(".safetensors"):
        raise ModelFileError(
            "'{name}' is not a .safetensors file. Other formats (.h5, .keras, .pkl) can run code when opened, so they "
            "are refused; export the model with this app.",
            name=name,
        )
    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        metadata = header.get("__metadata__") or {}
        description = json.loads(metadata.get(_METADATA_KEY, "null"))
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFileError(
            "'{name}' is not a whole .safetensors file: it is truncated or altered. Fetch or export it again.",
            name=name,
        ) from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ModelFileError(
            "'{name}' holds arrays, but not the description of an ecgmodel network ({format}). "
            "Choose a file that this app or its command line wrote.",
            name=name,
            format=FORMAT,
        )
    if description.get("classes") != list(CLASSES):
        raise ModelFileError(
            "'{name}' predicts the classes {came}; this app shows {allowed}, in this order.",
            name=name,
            came=description.get("classes"),
            allowed=", ".join(CLASSES),
        )
    config = parse_config(description.get("config"), name)
    folds, arrays = _parse_folds(description.get("folds", []), arrays, config, name)
    check_arrays(arrays, config, name)
    card = _parse_card(description.get("card"), name)
    check_channels(config, card.segments, name)
    return Model(config=config, weights=arrays, card=card, folds=folds)


def list_shipped_models() -> tuple[str, ...]:
    """Return the names of the models that come with the app."""
    return tuple(sorted(path.stem for path in SHIPPED_FOLDER.glob("*.safetensors")))


def open_model(name: str) -> Model:
    """Open a model file by its path, as "mine.safetensors", or a shipped model by its name, as "beats-gru".

    Raises
    ------
    ModelFileError
        Where there is no such file or shipped model, or the file cannot be taken.
    """
    return read_model(Path(name)) if _is_path(name) else open_shipped_model(name)


def model_path(name: str) -> Path:
    """Return the file that `open_model` reads."""
    return Path(name) if _is_path(name) else shipped_model_path(name)


def _is_path(name: str) -> bool:
    return name.endswith(".safetensors") or Path(name).is_file()


def open_shipped_model(name: str) -> Model:
    """Read a model that comes with the app.

    Raises
    ------
    ModelFileError
        Where there is none of this name.
    """
    names = list_shipped_models()
    if name not in names:
        raise ModelFileError(
            "There is no model '{name}'. Choose one of {names}.", name=name, names=", ".join(names) or "(none)"
        )
    return read_model(shipped_model_path(name))


def shipped_model_path(name: str) -> Path:
    """Return where a shipped model of this name lies."""
    return SHIPPED_FOLDER / f"{name}.safetensors"


def _fold_prefix(number: int) -> str:
    return f"fold{number}/"


def _parse_folds(
    described: object, arrays: Weights, config: NetworkConfig, name: str
) -> tuple[tuple[FoldNetwork, ...], Weights]:
    """Return the networks of the folds, and the arrays that are left."""
    if not isinstance(described, list) or not all(
        isinstance(fold, dict) and isinstance(fold.get("held_out_records"), list) for fold in described
    ):
        raise ModelFileError("'{name}' does not say whom its folds held out. Export the model again.", name=name)
    folds, left = [], dict(arrays)
    for number, fold in enumerate(described):
        prefix = _fold_prefix(number)
        weights = {key.removeprefix(prefix): left.pop(key) for key in arrays if key.startswith(prefix)}
        check_arrays(weights, config, name)
        folds.append(FoldNetwork(weights, tuple(map(str, fold["held_out_records"]))))
    return tuple(folds), left


def _parse_card(values: object, name: str) -> ModelCard:
    known = {entry.name for entry in fields(ModelCard)}
    if not isinstance(values, dict) or not {"name", "segments"} <= values.keys() <= known:
        raise ModelFileError("'{name}' does not say where its network comes from. Export the model again.", name=name)
    if values["segments"] not in SEGMENT_KINDS:
        raise ModelFileError(
            "'{name}' reads segments of kind {came!r}; this app cuts {allowed}.",
            name=name,
            came=values["segments"],
            allowed=", ".join(SEGMENT_KINDS),
        )
    default = ModelCard(name="", segments="runs")
    for key, value in values.items():
        wanted = type(getattr(default, key))
        accepted = {tuple: list, float: (int, float)}.get(wanted, wanted)
        if not isinstance(value, accepted) or isinstance(value, bool):
            raise ModelFileError(
                "'{name}' has {key!r} as {value!r}, which is not understood.", name=name, key=key, value=value
            )
    check_figures(values, name)
    records = {key: tuple(map(str, values.get(key, ()))) for key in ("train_records", "held_out_records")}
    return ModelCard(**(values | records | {"training": rename_settings(values.get("training", {}))}))
