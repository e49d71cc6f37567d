"""Model files: one `.safetensors` with the weights and, as metadata, all that is known of where they come from.

The format holds numbers and text alone (https://github.com/huggingface/safetensors), so opening a stranger's file
cannot run anything. Whatever the metadata claims is checked against the arrays before it is believed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import NoReturn

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError, ModelFileError
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import Weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.former_names import rename_settings

FORMAT = "ecgmodel/1"
MAX_BYTES = 64 * 1024 * 1024
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


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network with its weights and its provenance."""

    config: NetworkConfig
    weights: Weights
    card: ModelCard


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
    arrays = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in model.weights.items()}
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
            _refuse_size(path.name, size)
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
        _refuse_size(name, len(data))
    if not name.endswith(".safetensors"):
        raise ModelFileError(
            "'{name}' is not a .safetensors file. Other formats (.h5, .keras, .pkl) can run code when opened, so they "
            "are refused; export the model with this app.",
            name=name,
        )
    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        description = json.loads(header.get("__metadata__", {}).get(_METADATA_KEY, "null"))
    except (SafetensorError, ValueError, KeyError, RecursionError) as error:
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
    config = _parse_config(description.get("config"), name)
    _check_arrays(arrays, config, name)
    return Model(config=config, weights=arrays, card=_parse_card(description.get("card"), name))


def list_shipped_models() -> tuple[str, ...]:
    """Return the names of the models that come with the app."""
    return tuple(sorted(path.stem for path in SHIPPED_FOLDER.glob("*.safetensors")))


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


def _refuse_size(name: str, size: int) -> NoReturn:
    raise ModelFileError(
        "'{name}' has {size:,} bytes; a model file of this app has at most {allowed:,}.",
        name=name,
        size=size,
        allowed=MAX_BYTES,
    )


def _parse_config(settings: object, name: str) -> NetworkConfig:
    if not isinstance(settings, dict):
        raise ModelFileError("'{name}' does not describe its network. Export the model again.", name=name)
    try:
        return NetworkConfig.from_dict(settings)
    except ConfigError as error:
        raise ModelFileError(
            "'{name}' describes a network that cannot be built: {reason}", name=name, reason=str(error)
        ) from error


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
    if not all(isinstance(score, (int, float)) for score in values.get("scores", {}).values()):
        raise ModelFileError("'{name}' has scores that are not numbers.", name=name)
    records = {key: tuple(map(str, values.get(key, ()))) for key in ("train_records", "held_out_records")}
    return ModelCard(**(values | records | {"training": rename_settings(values.get("training", {}))}))


def _check_arrays(arrays: Weights, config: NetworkConfig, name: str) -> None:
    shapes = config.weight_shapes()
    for key, shape in shapes.items():
        came = arrays[key].shape if key in arrays else None
        if came != shape or arrays[key].dtype != np.float32:
            raise ModelFileError(
                "'{name}' should hold '{key}' as float32 of shape {shape}; it holds {came}.",
                name=name,
                key=key,
                shape=shape,
                came="nothing of this name" if came is None else f"{arrays[key].dtype} of shape {came}",
            )
        if not np.isfinite(arrays[key]).all():
            raise ModelFileError("'{name}' holds numbers in '{key}' that are not finite.", name=name, key=key)
    extra = sorted(arrays.keys() - shapes.keys())
    if extra:
        raise ModelFileError(
            "'{name}' holds arrays that its network does not have: {extra}.", name=name, extra=", ".join(extra)
        )
