"""A run in other programs' formats: `.onnx`, and, by a process that loads TensorFlow, `.keras` and event files.

`python -m ecgmodel.training.export KIND RUN_FOLDER OUT` is that process.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ecgmodel.errors import EcgModelError
from ecgmodel.network.model_file import read_model
from ecgmodel.training.jobs.job_file import read_job
from ecgmodel.training.run_folder import EpochResult, RunFolder

TIME_LIMIT_S = 180


def export_onnx(path: Path) -> bytes:
    """Return the model of a run as an ONNX graph.

    Raises
    ------
    ModelFileError
        Where there is none, or it is damaged.
    """
    from ecgmodel.network.onnx_graph import build_graph

    model = read_model(RunFolder(path).model_path)
    return build_graph(model.config, model.weights).SerializeToString()


def export_keras(path: Path) -> bytes:
    """Return the model of a run as a `.keras` file; needs no class of this project to be opened.

    Raises
    ------
    EcgModelError
        Where there is none, or TensorFlow cannot write it.
    """
    return _ask_tensorflow("keras", path)


def export_tensorboard(path: Path) -> bytes:
    """Return the epochs of a run as a zip of TensorBoard's event files, in the folders `train` and `validation`.

    Raises
    ------
    EcgModelError
        Where TensorFlow cannot write them.
    """
    return _ask_tensorflow("tensorboard", path)


def _ask_tensorflow(kind: str, path: Path) -> bytes:
    root = str(Path(__file__).parents[2])
    python_path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH")) if part)
    with tempfile.TemporaryDirectory(prefix="ecgmodel-export-") as folder:
        out = Path(folder) / f"run.{kind}"
        try:
            done = subprocess.run(
                [sys.executable, "-m", "ecgmodel.training.export", kind, str(path.resolve()), str(out)],
                env=os.environ | {"PYTHONPATH": python_path, "TF_CPP_MIN_LOG_LEVEL": "3"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIME_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EcgModelError("The {kind} file could not be made: {reason}.", kind=kind, reason=error) from error
        if done.returncode != 0 or not out.exists():
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise EcgModelError(
                "The {kind} file could not be made: {reason}.", kind=kind, reason=lines[-1] if lines else "no answer"
            )
        return out.read_bytes()


def _write_keras(path: Path, out: Path) -> None:
    from ecgmodel.network.build import build_network, set_weights

    model = read_model(RunFolder(path).model_path)
    network = build_network(model.config)
    set_weights(network, model.config, model.weights)
    network.save(out.with_suffix(".keras"))  # Keras takes the format from the name
    os.replace(out.with_suffix(".keras"), out)


def _write_tensorboard(path: Path, out: Path) -> None:
    epochs = RunFolder(path).read_events()
    start = read_job(path).submitted
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, scalars in _SCALARS.items():
            name = f"{part}/events.out.tfevents.{int(start)}.ecgmodel"
            archive.writestr(name, _encode_events(epochs, scalars, start))


_SCALARS: dict[str, dict[str, Callable[[EpochResult], float]]] = {
    "train": {
        "epoch_loss": lambda epoch: epoch.loss,
        "epoch_accuracy": lambda epoch: epoch.accuracy,
        "epoch_learning_rate": lambda epoch: epoch.learning_rate,
    },
    "validation": {
        "epoch_loss": lambda epoch: epoch.validation_loss,
        "epoch_accuracy": lambda epoch: epoch.validation_accuracy,
        "epoch_mean_sensitivity": lambda epoch: epoch.validation_sensitivity,
    },
}
"""Tags as Keras' own callback writes them, so that its runs and these share their charts."""


def _encode_events(
    epochs: Sequence[EpochResult], scalars: dict[str, Callable[[EpochResult], float]], start: float
) -> bytes:
    """Return an event file; its clock is the training's own, from the second at which it was asked for."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory(prefix="ecgmodel-events-") as folder:
        file = Path(folder) / "events"
        with tf.io.TFRecordWriter(str(file)) as writer:
            first = tf.compat.v1.Event(wall_time=start, file_version="brain.Event:2")
            writer.write(first.SerializeToString())
            now = start
            for epoch in epochs:
                now += epoch.seconds
                for tag, read in scalars.items():
                    if math.isfinite(value := read(epoch)):
                        summary = tf.compat.v1.Summary()
                        summary.value.add(tag=tag, simple_value=value)
                        event = tf.compat.v1.Event(wall_time=now, step=epoch.epoch, summary=summary)
                        writer.write(event.SerializeToString())
        return file.read_bytes()


def main(kind: str, path: Path, out: Path) -> None:
    """Write a run to `out`."""
    {"keras": _write_keras, "tensorboard": _write_tensorboard}[kind](path, out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
