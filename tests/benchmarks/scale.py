"""What many students and many recordings need, computed from costs that are measured here."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.lecture import AT_EASE, VISITORS, hold
from tests.browser.server import ROOT

HOURS = 24
DAY_FS = 250.0
BYTES_A_SAMPLE = 1.5
"""WFDB's format 212."""

SHARE_OF_A_CORE = 0.6
"""Up to which a server still answers in time; behind it visits wait for each other."""

FEW = 10
"""Visitors of the smaller lecture; what more of them add to the memory is what a student costs."""

STUDENTS = (500, 10_000)
RECORDINGS = 1_000_000
DAYS_TO_WAIT = 7


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured.

    Attributes
    ----------
    cores : int
    cpu_s_a_visit : float
        Of the server.
    pause_s : float
        Mean between two visits of a student.
    kb_a_visit : float
    server_mb, mb_a_student : float
        Resident memory of a server that others have used, and what each student adds.
    day_cpu_s, day_mb : float
        Reading 24 hours of one lead and naming all beats, and the peak of its process.
    lesson_mb : float
        Of the static lesson.
    """

    cores: int
    cpu_s_a_visit: float
    pause_s: float
    kb_a_visit: float
    server_mb: float
    mb_a_student: float
    day_cpu_s: float
    day_mb: float
    lesson_mb: float

    def describe(self) -> dict[str, object]:
        """Return what JSON shows."""
        return {
            name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in asdict(self).items()
        }


def measure_costs(say: Callable[[str], None]) -> Costs:
    """Hold a lecture, name a day's beats, and make the static lesson."""
    say(f"measuring lectures of {FEW} and {VISITORS} ...")
    few, outcome = hold(AT_EASE, FEW), hold(AT_EASE)
    shown = outcome.describe()
    mb_a_student = max(0.0, outcome.peak_mb - few.peak_mb) / (VISITORS - FEW)
    say("measuring a day of one lead ...")
    day_cpu_s, day_mb = _name_a_day()
    say("making the static lesson ...")
    return Costs(
        cores=os.cpu_count() or 1,
        cpu_s_a_visit=shown["server_ms_per_visit"] / 1e3,
        pause_s=sum(AT_EASE) / 2,
        kb_a_visit=float(shown["kb_per_visit"]),
        server_mb=few.peak_mb - FEW * mb_a_student,
        mb_a_student=mb_a_student,
        day_cpu_s=day_cpu_s,
        day_mb=day_mb,
        lesson_mb=_lesson_mb(),
    )


def describe_needs(costs: Costs) -> dict[str, dict[str, float]]:
    """Return what each crowd needs."""
    needs = {}
    for students in STUDENTS:
        cores = students / costs.pause_s * costs.cpu_s_a_visit
        replicas = math.ceil(round(cores / SHARE_OF_A_CORE, 6))
        needs[f"{students} students"] = {
            "visits_per_s": students / costs.pause_s,
            "cores": cores,
            "replicas": replicas,
            "memory_gb": (replicas * costs.server_mb + students * costs.mb_a_student) / 1e3,
            "network_mbit_per_s": students / costs.pause_s * costs.kb_a_visit * 8 / 1e3,
        }
        needs[f"{students} students, static lesson"] = {
            "cores": 0.0,  # any host of files
            "sent_once_gb": students * costs.lesson_mb / 1e3,
        }
    core_hours = RECORDINGS * costs.day_cpu_s / 3600
    needs[f"{RECORDINGS} recordings of {HOURS} h"] = {
        "core_hours": core_hours,
        "cores_for_a_week": core_hours / (24 * DAYS_TO_WAIT),
        "memory_gb_a_core": costs.day_mb / 1e3,
        "stored_tb_a_lead": RECORDINGS * HOURS * 3600 * DAY_FS * BYTES_A_SAMPLE / 1e12,
    }
    return {who: {name: float(f"{value:.3g}") for name, value in need.items()} for who, need in needs.items()}


def format_needs(costs: Costs) -> str:
    """Return the needs as lines for people."""
    lines = [f"measured: {', '.join(f'{name} {value}' for name, value in costs.describe().items())}"]
    for who, need in describe_needs(costs).items():
        lines.append(f"{who}: {', '.join(f'{name} {value:,g}' for name, value in need.items())}")
    return "\n".join(lines)


def _name_a_day() -> tuple[float, float]:
    """Return the seconds of a processor, and the peak of memory, that a WFDB record of a day takes in its worker."""
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", __name__, folder], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["cpu_s"], answer["peak_mb"]


def _work_on_a_day(folder: Path) -> None:
    """Write the record of a day, read it, name its beats, and print what that took."""
    import numpy as np

    from ecgmodel.classification.survey import survey_files
    from ecgmodel.network.model_file import open_shipped_model
    from ecgmodel.network.serving import Classifier
    from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
    from tests.benchmarks.day_long import peak_megabytes

    hour = simulate_record(SimulationPlan(duration_s=3600.0, fs=DAY_FS), seed=1)
    lead = np.tile(np.asarray(hour.lead(), np.float32), HOURS)
    values = np.clip(np.nan_to_num(lead) * 200, -2000, 2000).astype("<i2")
    (folder / "day.dat").write_bytes(values.tobytes())
    (folder / "day.hea").write_text(f"day 1 {DAY_FS:g} {len(values)}\nday.dat 16 200/mV 12 0 0 0 0 II\n")
    del hour, lead, values
    classifier = Classifier(open_shipped_model("beats-gru"), n_threads=1)
    files = {name: folder / name for name in ("day.hea", "day.dat")}
    start = time.process_time()
    line = survey_files("day", files, classifier)
    cpu_s = time.process_time() - start
    if line.error:
        raise SystemExit(line.error)
    sys.stdout.write(json.dumps({"cpu_s": cpu_s, "peak_mb": peak_megabytes(), "beats": line.n_beats}) + "\n")


def _lesson_mb() -> float:
    """Return the size of the static lesson, in one language."""
    with tempfile.TemporaryDirectory(prefix="ecgmodel-") as folder:
        command = [sys.executable, "-m", "ecgmodel", "export-lesson", folder, "--language", "en"]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    _work_on_a_day(Path(sys.argv[1]))
