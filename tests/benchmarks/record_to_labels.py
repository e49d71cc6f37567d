"""How long half an hour of one lead takes from its file to a label on every beat."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import numpy as np

from ecgmodel.classification.classify import classify_record
from ecgmodel.errors import EcgModelError
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.databases import MITDB
from ecgmodel.records.sources.download import cache_folder
from tests.benchmarks.effort import runs
from tests.benchmarks.keras_process import ask_keras
from tests.benchmarks.measure import Measure, Target, Yardstick

N_PAIRS = 3
N_RUNS = 5


def measure_record_to_labels() -> Measure:
    """Read, detect, cut and classify a record, against `wfdb` XQRS and `keras.Model.predict` on the same model."""
    held = {entry.name: entry.available for entry in list_records() if entry.available in ("folder", "cache")}
    if not held:
        raise EcgModelError(
            "The benchmark reads a MIT-BIH record, and none is on this machine. "
            "Fetch one with: python -m ecgmodel download 208"
        )
    name = "208" if "208" in held else next(iter(held))
    folder = Path(os.environ[MITDB.folder_variable]) if held[name] == "folder" else cache_folder()
    model = open_shipped_model("beats-gru")
    classifier = Classifier(model)
    lead = open_record(name).default_lead

    def run() -> None:
        classify_record(open_record(name), classifier, lead=lead, beats="detected")

    run()  # loads scipy and wfdb
    seconds, yardstick = [], []
    for _ in range(runs(N_PAIRS)):
        yardstick.append(ask_keras("record", model, path=np.array(str(folder / name)), lead=np.array(lead)))
        for _ in range(runs(N_RUNS)):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    return Measure(
        name="record to labels, half an hour",
        value=statistics.median(seconds),
        unit="s",
        target=Target("at most", 1 / 12, "ratio"),
        yardstick=Yardstick("wfdb XQRS + keras.predict", statistics.median(yardstick)),
        note=f"record {name}, {lead}, beats-gru; median of {len(yardstick)} pairs, files in the disk cache",
    )
