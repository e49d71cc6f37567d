"""Model files: whole round trips, and every way in which a file is not ours."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from ecgmodel.errors import ConfigError, ModelFileError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import MAX_WEIGHTS, NetworkConfig
from ecgmodel.network.model_checks import CHANNELS_OF
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model, parse_model, read_model, write_model
from ecgmodel.segments.beats import CHANNELS

CARD = ModelCard(
    name="made",
    segments="beats",
    protocol="ds1-ds2",
    train_records=("101", "106"),
    scores={"accuracy": 0.5},
    training={"epochs": 3},
    versions={"numpy": "2"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    config = NetworkConfig(units=4)
    path = tmp_path / "made.safetensors"
    write_model(Model(config, initialise_weights(config, 0), CARD), path)
    return path


def rewrite(path: Path, change_arrays=lambda arrays: None, change_description=lambda text: None) -> None:
    """Change what is inside a model file, keeping it a valid safetensors file."""
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    arrays = load(data)
    description = json.loads(header["__metadata__"]["ecgmodel"])
    change_arrays(arrays)
    change_description(description)
    path.write_bytes(save(arrays, metadata={"ecgmodel": json.dumps(description)}))


def test_what_is_written_is_read(path: Path) -> None:
    """Config, weights and card."""
    model = read_model(path)
    assert model.config == NetworkConfig(units=4)
    assert model.card == CARD
    for name, value in initialise_weights(model.config, 0).items():
        np.testing.assert_array_equal(model.weights[name], value)


def test_nothing_is_left_beside_a_written_file(path: Path) -> None:
    """The temporary file was moved into its place."""
    assert [entry.name for entry in path.parent.iterdir()] == ["made.safetensors"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the new bytes go nowhere."""
    before = path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ecgmodel.atomic.os.fsync", fail)
    model = read_model(path)
    with pytest.raises(OSError, match="No space"):
        write_model(replace(model, card=replace(model.card, name="other")), path)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_file_is_refused(path: Path, keep: int) -> None:
    """At whatever byte it ends."""
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelFileError, match="truncated or altered"):
        read_model(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message has the reason."""
    with pytest.raises(ModelFileError, match="No such file"):
        read_model(tmp_path / "none.safetensors")


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.pkl", "model.onnx"])
def test_formats_that_can_run_code_are_refused(path: Path, name: str) -> None:
    """By name, before anything is parsed."""
    with pytest.raises(ModelFileError, match="can run code"):
        parse_model(path.read_bytes(), name)


def test_a_pickle_with_our_ending_is_refused(tmp_path: Path) -> None:
    """It is not even loaded."""
    import pickle

    path = tmp_path / "evil.safetensors"
    path.write_bytes(pickle.dumps({"weights": [1, 2]}))
    with pytest.raises(ModelFileError):
        read_model(path)


def test_arrays_without_our_description_are_refused(tmp_path: Path) -> None:
    """Somebody else's safetensors file."""
    path = tmp_path / "other.safetensors"
    path.write_bytes(save({"w": np.zeros(3, np.float32)}))
    with pytest.raises(ModelFileError, match="not the description"):
        read_model(path)


def test_a_file_beyond_all_measure_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is read."""
    monkeypatch.setattr("ecgmodel.network.model_file.MAX_BYTES", 1000)
    with pytest.raises(ModelFileError, match="at most 1,000"):
        read_model(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("gru/bias"),
        lambda arrays: arrays.update({"gru/bias": np.zeros(11, np.float32)}),
        lambda arrays: arrays.update({"gru/bias": np.zeros(12, np.float64)}),
        lambda arrays: arrays.update({"gru/bias": np.full(12, np.nan, np.float32)}),
        lambda arrays: arrays.update({"more": np.zeros(1, np.float32)}),
    ],
    ids=["missing", "shape", "type", "NaN", "extra"],
)
def test_arrays_that_do_not_fit_are_refused(path: Path, change) -> None:
    """What the description says is what must be there."""
    rewrite(path, change_arrays=change)
    with pytest.raises(ModelFileError, match=r"made\.safetensors"):
        read_model(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.update(classes=["N", "V"]),
        lambda text: text.update(format="ecgmodel/99"),
        lambda text: text.pop("config"),
        lambda text: text["config"].update(units=100_000),
        lambda text: text["config"].update(units="4"),
        lambda text: text["config"].update(kernels=[2000, 10, 5]),
        lambda text: text.pop("card"),
        lambda text: text["card"].update(segments="minutes"),
        lambda text: text["card"].update(scores={"accuracy": "high"}),
        lambda text: text["card"].update(unknown=1),
        lambda text: text["card"].update(fold="0"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(path: Path, change) -> None:
    """Each with a sentence that names the file."""
    rewrite(path, change_description=change)
    with pytest.raises(ModelFileError, match=r"made\.safetensors"):
        read_model(path)


def test_a_network_beyond_all_measure_is_refused_in_the_words_of_the_form(path: Path) -> None:
    """The same sentence as where such a network is put together."""
    rewrite(path, change_description=lambda text: text["config"].update(filters=[256, 256], kernels=[1, 500]))
    with pytest.raises(ConfigError) as refused:
        NetworkConfig(filters=(256, 256), kernels=(1, 500), units=4)
    with pytest.raises(ModelFileError) as unread:
        read_model(path)
    assert str(refused.value) in str(unread.value)


def test_the_largest_network_is_written_and_read(tmp_path: Path) -> None:
    """Whatever a configuration allows can be opened again, with a card as long as that of every record."""
    config = NetworkConfig(
        cell="lstm", units=512, dense=(512,) * 32, filters=(256,) * 4, kernels=(1, 32, 29, 29), n_samples=64
    )
    assert 0.98 * MAX_WEIGHTS < config.n_weights() <= MAX_WEIGHTS
    weights = {name: np.zeros(shape, np.float32) for name, shape in config.weight_shapes().items()}
    card = replace(CARD, train_records=tuple(f"svdb/{number}" for number in range(10_000)))
    write_model(Model(config, weights, card), tmp_path / "large.safetensors")
    assert read_model(tmp_path / "large.safetensors").config == config


@pytest.mark.parametrize("name", ["no-such-model", "../../etc/passwd", ""])
def test_an_unknown_shipped_name_is_refused(name: str) -> None:
    """Without looking outside the folder."""
    with pytest.raises(ModelFileError, match="There is no model"):
        open_shipped_model(name)


def put_metadata(path: Path, metadata: object) -> None:
    """Write the metadata of a model file as it is, without the library that checks it."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    text = json.dumps(json.loads(data[8 : 8 + length]) | {"__metadata__": metadata}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


@pytest.mark.parametrize("metadata", [None, {}, [], "x", 3, {"ecgmodel": None}, {"ecgmodel": 3}, {"ecgmodel": "[]"}])
def test_metadata_of_any_kind_is_refused_with_a_sentence(path: Path, metadata: object) -> None:
    """`null` is what some writers put where they have nothing to say."""
    put_metadata(path, metadata)
    with pytest.raises(ModelFileError, match=r"made\.safetensors"):
        read_model(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scores", {"accuracy": 10**400}),
        ("scores", {"accuracy": True}),
        ("scores", {"accuracy": "high"}),
        ("scores", {"accuracy": None}),
        ("naming", {"A": 10**400}),
        ("naming", {"nobody": 0.5}),
        ("unsure", {"threshold": 0.5}),
        ("temperature", 10**400),
        ("fs", 10**400),
        ("epochs", 10**400),
        ("seed", -(10**400)),
    ],
)
def test_a_card_is_checked_like_the_configuration(path: Path, field: str, value: object) -> None:
    """A number of which no float can be made, or half a table, is refused when the file is read, not on a page."""
    rewrite(path, change_description=lambda text: text["card"].update({field: value}))
    with pytest.raises(ModelFileError, match=r"made\.safetensors"):
        read_model(path)


def test_a_network_of_many_channels_reads_no_runs(path: Path, tmp_path: Path) -> None:
    """A beats network that says it reads runs would get one channel where it wants several."""
    config = NetworkConfig(units=4, n_channels=len(CHANNELS))
    path = tmp_path / "beats.safetensors"
    write_model(Model(config, initialise_weights(config, 0), CARD), path)
    assert read_model(path).config.n_channels == len(CHANNELS) == CHANNELS_OF["beats"][1]
    rewrite(path, change_description=lambda text: text["card"].update(segments="runs"))
    with pytest.raises(ModelFileError, match="reads 6"):
        read_model(path)
