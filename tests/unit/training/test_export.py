"""Exports, read back by the programs for which they are meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from ecgmodel.errors import EcgModelError, ModelFileError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import read_model
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.mitdb_segments import cut_mitdb
from ecgmodel.training import fit
from ecgmodel.training.export import export_keras, export_onnx, export_tensorboard
from ecgmodel.training.jobs import work
from ecgmodel.training.jobs.jobs import create_run
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from tests.unit.training.jobs.quick_worker import QuickStep

PRESET = Preset(
    "own-gru",
    "runs",
    "segments-10fold",
    NetworkConfig(filters=(3, 4), kernels=(7, 5), units=5, batch_norm=True, readout="last_real"),
    TrainSettings(epochs=3, batch=64),
    records=("simulated-mixed",),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished run."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(fit, "TrainStep", QuickStep)
        path = create_run(tmp_path_factory.mktemp("runs"), PRESET, 0, "exported")
        work.train_job(path)
    return path


@pytest.fixture(scope="module")
def segments():
    return cut_mitdb("runs", ("simulated-mixed",)).take(np.arange(20))


@pytest.fixture(scope="module")
def expected(run, segments):
    return Classifier(read_model(run / "model.safetensors")).predict(segments).probabilities


@pytest.mark.tensorflow
def test_keras_opens_the_keras_file(run, segments, expected, tmp_path):
    """Without any of this project's code, and it answers as the app does."""
    import keras

    (tmp_path / "model.keras").write_bytes(export_keras(run))
    network = keras.models.load_model(tmp_path / "model.keras")
    answer = network.predict({"signal": segments.signal, "length": segments.length}, verbose=0)
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)


def test_onnx_runtime_opens_the_onnx_file(run, segments, expected):
    """And answers as the app does."""
    session = onnxruntime.InferenceSession(export_onnx(run))
    inputs = {"signal": segments.signal, "length": segments.length.astype(np.int64)}
    np.testing.assert_allclose(session.run(["probabilities"], inputs)[0], expected, atol=1e-5)


@pytest.mark.tensorflow
def test_tensorflow_reads_the_event_files(run, tmp_path):
    """Every scalar of every epoch, by TensorFlow's own reader, which checks each record's checksum."""
    import tensorflow as tf

    with zipfile.ZipFile(io.BytesIO(export_tensorboard(run))) as archive:
        archive.extractall(tmp_path)
    epochs = RunFolder(run).read_events()
    found = {}
    for part in ("train", "validation"):
        (file,) = (tmp_path / part).glob("events.out.tfevents.*")
        events = list(tf.compat.v1.train.summary_iterator(str(file)))
        assert events[0].file_version == "brain.Event:2"
        times = [event.wall_time for event in events]
        assert times == sorted(times)
        for event in events[1:]:
            for value in event.summary.value:
                found.setdefault((part, value.tag), {})[event.step] = value.simple_value
    assert set(found[("train", "epoch_loss")]) == {1, 2, 3}
    for (part, tag), read in {
        ("train", "epoch_loss"): lambda epoch: epoch.loss,
        ("train", "epoch_learning_rate"): lambda epoch: epoch.learning_rate,
        ("validation", "epoch_loss"): lambda epoch: epoch.validation_loss,
        ("validation", "epoch_mean_sensitivity"): lambda epoch: epoch.validation_sensitivity,
    }.items():
        assert found[part, tag] == pytest.approx({epoch.epoch: read(epoch) for epoch in epochs}, rel=1e-6)


def test_a_run_without_a_model(tmp_path):
    """Says so, in the app's process or the other."""
    path = create_run(tmp_path, replace(PRESET), 0, "new")
    with pytest.raises(ModelFileError):
        export_onnx(path)
    with pytest.raises(EcgModelError, match="could not be made"):
        export_keras(path)
