"""Models of several networks: nobody is read by one that trained on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from ecgmodel.errors import ModelFileError, SegmentError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import FoldNetwork, Model, ModelCard, read_model, write_model
from ecgmodel.network.serving import Classifier
from tests.unit.network.conftest import make_segments

CONFIG = NetworkConfig(filters=(2, 2, 2), units=3, dense=())
HELD_OUT = (("100", "201", "202"), ("208", "svdb/800"))
EVERYONE = tuple(name for names in HELD_OUT for name in names)


@pytest.fixture
def model() -> Model:
    card = ModelCard("both", "beats", train_records=EVERYONE, held_out_records=EVERYONE)
    folds = tuple(FoldNetwork(initialise_weights(CONFIG, seed), names) for seed, names in enumerate(HELD_OUT, start=1))
    return Model(CONFIG, initialise_weights(CONFIG, 0), card, folds)


@pytest.mark.parametrize("record", [*EVERYONE, "208-excerpt"])
def test_nobody_is_read_by_a_network_that_knows_them(model: Model, record: str):
    """The network of the fold that held the person out reads the record, and its card names nobody of that fold."""
    held_out = next(names for names in HELD_OUT if record.removesuffix("-excerpt") in names)
    own = model.for_record(record)
    assert own.weights is model.folds[HELD_OUT.index(held_out)].weights
    assert set(own.card.train_records) == set(EVERYONE) - set(held_out)
    assert own.card.held_out_records == held_out
    assert own.card.fold == HELD_OUT.index(held_out)


@pytest.mark.parametrize("record", ["", "my-watch", "simulated-mixed", "svdb/801", "101"])
def test_strangers_get_the_network_of_everyone(model: Model, record: str):
    """Whoever was in no fold is read by the network that all of them trained."""
    assert model.for_record(record) is model


def test_a_model_of_one_network_reads_all(model: Model):
    """Without folds every record gets the one network."""
    single = replace(model, folds=())
    assert single.for_record("100") is single


def test_both_records_of_one_man_are_held_out_by_either(model: Model):
    """201 and 202 are one man: where a fold names one of them, neither is read by a network that saw him."""
    one = replace(model, folds=(FoldNetwork(model.folds[0].weights, ("201",)),))
    assert one.for_record("202").weights is model.folds[0].weights


def test_one_file_holds_all_networks(model: Model, tmp_path: Path):
    """Written and read again, every network has its weights and every fold its people."""
    path = tmp_path / "both.safetensors"
    write_model(model, path)
    assert {name.split("/")[0] for name in load_file(path)} >= {"fold0", "fold1", "gru"}
    again = read_model(path)
    for old, new in zip((model, *model.folds), (again, *again.folds), strict=True):
        assert old.weights.keys() == new.weights.keys()
        assert all((old.weights[name] == new.weights[name]).all() for name in old.weights)
    assert [fold.held_out_records for fold in again.folds] == list(HELD_OUT)


def test_serving_takes_the_network_that_is_asked_for(model: Model):
    """What serves a record answers as its fold's network alone does; asked again, it is the same one."""
    segments = make_segments(CONFIG, 5)
    served = Classifier(model)
    for record, network in (("208", model.folds[1]), ("100", model.folds[0]), ("someone", model)):
        alone = Classifier(Model(CONFIG, network.weights, model.card)).predict(segments).probabilities
        assert (served.for_record(record).predict(segments).probabilities == alone).all()
        assert served.for_record(record) is served.for_record(record)


def test_a_file_whose_fold_lacks_an_array_is_refused(model: Model, tmp_path: Path):
    """Every fold is checked as the one network of other files is."""
    path = tmp_path / "both.safetensors"
    write_model(model, path)
    with safe_open(path, "np") as opened:
        metadata = opened.metadata()
    arrays = load_file(path)
    del arrays["fold1/gru/bias"]
    save_file(arrays, path, metadata)
    with pytest.raises(ModelFileError, match="gru/bias"):
        read_model(path)
    save_file(load_file(path) | {"fold1/gru/bias": np.full(9, np.nan, np.float32)}, path, metadata)
    with pytest.raises(ModelFileError, match="not finite"):
        read_model(path)


def test_a_network_from_before_a_channel_reads_the_others() -> None:
    """Beats have gained a channel; a network of five still reads them, as if the sixth were not there."""
    old = NetworkConfig(filters=(2, 2, 2), units=3, dense=(), n_channels=5)
    model = Model(old, initialise_weights(old, 0), ModelCard("old", "beats"))
    segments = make_segments(replace(old, n_channels=6), 7)
    five = replace(segments, signal=segments.signal[:, :, :5])
    served = Classifier(model)
    assert (served.predict(segments).probabilities == served.predict(five).probabilities).all()
    with pytest.raises(SegmentError):
        served.predict(replace(segments, signal=segments.signal[:, :, :4]))
