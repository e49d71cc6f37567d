"""Yardsticks that need TensorFlow, in a process of their own: `python -m tests.benchmarks.keras_process JOB FOLDER`.

FOLDER holds the model and the arrays; the answer, JSON, is the last line on standard output.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ecgmodel.network.model_file import Model, parse_model, write_model
from tests.browser.server import ROOT

N_RUNS = 3
BATCH_TRAINING = 64


def ask_keras(job: str, model: Model, **arrays: np.ndarray) -> float:
    """Run one of `JOBS` on `arrays` in a new process and return the seconds of its median run."""
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as folder:
        path = Path(folder)
        write_model(model, path / "model.safetensors")
        np.savez(path / "arrays.npz", **arrays)
        done = subprocess.run(
            [sys.executable, "-m", __name__, job, folder],
            cwd=ROOT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])["seconds"]


def _load_network(model: Model):
    import keras

    from ecgmodel.network.build import build_network, set_weights

    network = build_network(model.config)
    set_weights(network, model.config, model.weights)
    return keras.Model({tensor.name: tensor for tensor in network.inputs}, network.output["probabilities"])


def _time(run: Callable[[], object]) -> float:
    run()  # traces the graph
    seconds = []
    for _ in range(N_RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def time_predict(model: Model, arrays: dict[str, np.ndarray]) -> float:
    """Time `keras.Model.predict` on segments, in batches of 256."""
    network = _load_network(model)
    inputs = {"signal": arrays["signal"], "length": arrays["length"]}
    return _time(lambda: network.predict(inputs, batch_size=256, verbose=0))


def time_record(model: Model, arrays: dict[str, np.ndarray]) -> float:
    """Time XQRS, cutting, and `keras.Model.predict` on a record that `wfdb` reads from its folder."""
    import wfdb.processing

    from ecgmodel.segments.beats import cut_beats

    network = _load_network(model)
    path, lead = str(arrays["path"]), str(arrays["lead"])

    def run() -> None:
        record = wfdb.rdrecord(path)
        signal = record.p_signal[:, record.sig_name.index(lead)]
        peaks = wfdb.processing.xqrs_detect(signal, record.fs, verbose=False)
        segments = cut_beats(signal.astype(np.float32), peaks, float(record.fs))
        network.predict({"signal": segments.signal, "length": segments.length}, batch_size=256, verbose=0)

    return _time(run)


def time_fit(model: Model, arrays: dict[str, np.ndarray]) -> float:
    """Time an epoch of plain `keras.Model.fit` on the padded segments."""
    network = _load_network(model)
    network.compile("adam", "sparse_categorical_crossentropy")
    inputs = {"signal": arrays["signal"], "length": arrays["length"]}
    return _time(lambda: network.fit(inputs, arrays["label"], batch_size=BATCH_TRAINING, verbose=0))


def time_train(model: Model, arrays: dict[str, np.ndarray]) -> float:
    """Time an epoch of this project's training on the same segments: one of as many epochs as the paper's preset has.

    It is stopped early. How long it was meant to be decides whether it is compiled.
    """
    from ecgmodel.segments.dataset import Segments
    from ecgmodel.training.fit import fit
    from ecgmodel.training.presets import PRESETS
    from ecgmodel.training.settings import TrainSettings

    counts = np.arange(len(arrays["length"]))
    names = np.full(len(counts), "noise")
    signal, length, label = (arrays[name] for name in ("signal", "length", "label"))
    segments = Segments(signal, length, label, names, names, counts, counts, np.ones(len(counts), np.int32))
    settings = TrainSettings(epochs=PRESETS["paper-gru"].settings.epochs, batch=BATCH_TRAINING)
    seconds: list[float] = []
    fit(
        model.config,
        settings,
        segments,
        on_epoch=lambda epoch: seconds.append(epoch.seconds),
        should_stop=lambda: len(seconds) > N_RUNS,
    )
    return statistics.median(seconds[1:])


JOBS = {"predict": time_predict, "record": time_record, "fit": time_fit, "train": time_train}


def main(job: str, folder: Path) -> None:
    """Run one of `JOBS` on what `ask_keras` left in `folder`, and print the seconds."""
    model = parse_model((folder / "model.safetensors").read_bytes(), "model.safetensors")
    with np.load(folder / "arrays.npz") as arrays:
        seconds = JOBS[job](model, dict(arrays))
    sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
