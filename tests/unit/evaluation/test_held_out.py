"""What networks answer to segments that they never saw."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ecgmodel.evaluation import held_out
from ecgmodel.evaluation.held_out import _cut_every_beat
from ecgmodel.evaluation.predictions import truth_of_symbols
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, write_model
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.splits import split_segments
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.train import describe_run
from tests.unit.training.conftest import make_sines

TINY = NetworkConfig(filters=(2,), kernels=(3,), units=2, dense=(), n_samples=200)
QUICK = Preset("quick", "runs", "segments-10fold", TINY, TrainSettings(epochs=1, batch=64, learning_rate=1e-2))


def test_ds2_is_tested_with_every_beat(mitdb_folder: Path) -> None:
    """Fusion and unclassifiable beats have no class, but they are there for the groups of AAMI."""
    record = open_record("213")
    segments, symbol = _cut_every_beat(record, "beats")
    assert len(segments) == len(record.annotations.beats().symbol) == 3251
    truth = truth_of_symbols(symbol)
    assert int(np.sum(truth == -1)) == int(np.sum(symbol == "F")) == 362


def test_a_finished_run_is_judged_once(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what its training held out, record by record; the answers stay beside the model."""
    small_set = replace(make_sines(240, seed=2), length=np.full(240, 200, np.int32))
    names = tuple(str(name) for name in np.unique(small_set.record))
    preset = replace(QUICK, name="mine", protocol="patients-10fold", records=names)
    folder = RunFolder(tmp_path)
    folder.write_config(describe_run(preset, 3))
    write_model(
        Model(TINY, initialise_weights(TINY, seed=0), ModelCard(name="mine", segments="runs")), folder.model_path
    )
    monkeypatch.setattr(held_out, "open_record", lambda name, **_: SimpleNamespace(name=name, default_lead="MLII"))
    monkeypatch.setattr(
        held_out, "cut_record", lambda kind, record, leads: [small_set.take(small_set.record == record.name)]
    )
    seen: list[int] = []
    found = held_out.predict_run(tmp_path, lambda number, total: seen.append(number))
    expected = small_set.take(split_segments(small_set, "patients-10fold", 3).test)
    np.testing.assert_array_equal(np.unique(found.record), np.unique(expected.record))
    np.testing.assert_array_equal(np.bincount(found.truth, minlength=5), np.bincount(expected.label, minlength=5))
    assert seen == list(range(1, len(names) + 1))
    again = held_out.predict_run(tmp_path, lambda number, total: seen.append(number))
    assert len(seen) == len(names)
    np.testing.assert_array_equal(again.label, found.label)
