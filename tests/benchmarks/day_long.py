"""A day of ECG: 24 hours at 250 Hz as text, imported, its beats found and named, in a process of its own.

`python -m tests.benchmarks.day_long JOB FILE` does the work; its answer, JSON, is the last line on standard output.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.browser.server import ROOT

HOURS = 24
FS = 250.0
SEEDS = (1, 2)
"""Two simulated hours in turn: simulating all 24 would take minutes."""

HEAD = "Sample Rate,250 hertz\nLead,Lead I\nUnit,µV\n\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process says of its work.

    Attributes
    ----------
    seconds : float
        From the bytes of the file to named beats; the start of Python is not in it.
    peak_mb : float
        The largest resident set of the process, with the bytes of the file in it, as the app holds them.
    beats : int
    """

    seconds: float
    peak_mb: float
    beats: int = 0


def measure_day_long() -> Measure:
    """Time the import, the detector and the model on a day, beside `pandas.read_csv`, which only reads the numbers."""
    answer, read = _run_day()
    return Measure(
        name="a day at 250 Hz, file to named beats",
        value=answer.seconds,
        unit="s",
        target=Target("at most", 5, "value"),
        yardstick=Yardstick("pandas.read_csv of the file", read.seconds),
        note=f"{round(HOURS * 3600 * FS):,} samples, {answer.beats:,} beats; one run",
    )


def measure_day_long_memory() -> Measure:
    """Read the peak of memory of the same work."""
    answer, read = _run_day()
    return Measure(
        name="a day at 250 Hz, peak of memory",
        value=answer.peak_mb,
        unit="MB",
        target=Target("at most", 600, "value"),
        yardstick=Yardstick("pandas.read_csv of the file", read.peak_mb),
        note="resident set of the process, the file's bytes in it; one run",
    )


@cache
def _run_day() -> tuple[Answer, Answer]:
    """Write the day, and return what our process and that of the yardstick say of it."""
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as folder:
        path = Path(folder) / "day.csv"
        _write_day(path)
        return _ask("classify", path), _ask("read", path)


def _write_day(path: Path) -> None:
    hours = []
    for seed in SEEDS:
        record = simulate_record(SimulationPlan(duration_s=3600.0, fs=FS), seed=seed)
        hours.append("".join(f"{value:.3f}\n" for value in (record.lead() * 1000).tolist()))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        for hour in range(HOURS):
            file.write(hours[hour % len(hours)])


def _ask(job: str, path: Path) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", __name__, job, str(path)], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    return Answer(**json.loads(done.stdout.splitlines()[-1]))


def _classify(path: Path) -> Answer:
    from ecgmodel.classification.analysis import analyse_record
    from ecgmodel.network.model_file import open_shipped_model
    from ecgmodel.network.serving import Classifier
    from ecgmodel.records.imports.files import read_files, sniff_files

    classifier = Classifier(open_shipped_model("beats-gru"))
    files = {path.name: path.read_bytes()}
    start = time.perf_counter()
    sniff_files(files)
    found = read_files(files)
    analysis = analyse_record(found.record, classifier)
    return Answer(time.perf_counter() - start, peak_megabytes(), len(analysis.prediction))


def _read(path: Path) -> Answer:
    import pandas as pd

    start = time.perf_counter()
    pd.read_csv(path, header=None, skiprows=HEAD.count("\n"))
    return Answer(time.perf_counter() - start, peak_megabytes())


def peak_megabytes() -> float:
    """Return the largest resident set that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # `ru_maxrss` would begin with that of the process which started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


JOBS: dict[str, Callable[[Path], Answer]] = {"classify": _classify, "read": _read}

if __name__ == "__main__":
    answered = JOBS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"seconds": answered.seconds, "peak_mb": answered.peak_mb, "beats": answered.beats}))  # noqa: T201
