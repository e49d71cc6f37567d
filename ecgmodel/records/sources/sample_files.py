"""Three small files as devices write them, to try the import with: made from records that every installation has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Origin
from ecgmodel.records.sources.embedded import read_excerpt
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to try the import with, and whose ECG it holds."""

    name: str
    data: bytes
    source: Origin


def make_watch_file() -> SampleFile:
    """Return what a watch exports: lines of words, then one value a line in microvolts. Simulated."""
    fs = 512.0
    plan = SimulationPlan(duration_s=SECONDS, fs=fs, ventricular_share=0.08, atrial_share=0.05)
    record = simulate_record(plan, seed=21)
    head = [
        "Name,Simulated Person",
        "Recorded Date,2024-05-06 07:08:09 +0200",
        "Classification,Sinus Rhythm",
        "Software Version,2.0",
        'Device,"Watch6,2"',
        f"Sample Rate,{fs:g} hertz",
        "",
        "Lead,Lead I",
        "Unit,µV",
        "",
    ]
    values = [f"{value:.3f}" for value in (record.lead() * 1000).tolist()]
    return SampleFile("watch.csv", ("\n".join(head + values) + "\n").encode("utf-8"), "simulated")


def make_strap_file() -> SampleFile:
    """Return what the logger of a chest strap writes: two clocks, semicolons, microvolts at 130 Hz. Simulated."""
    fs = 130.0
    plan = SimulationPlan(duration_s=SECONDS, fs=fs, ventricular_share=0.1, baseline_wander_mv=0.2)
    record = simulate_record(plan, seed=33)
    lines = ["Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]"]
    values = np.rint(record.lead() * 1000).astype(int).tolist()
    for i, value in enumerate(values):
        minutes, ms = divmod(round(i / fs * 1000), 60_000)
        clock = f"2024-05-06T07:{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"
        lines.append(f"{clock};{599_616_000_000_000_000 + round(i / fs * 1e9)};{i / fs * 1000:.6f};{value}")
    return SampleFile("strap.txt", ("\n".join(lines) + "\n").encode("utf-8"), "simulated")


def make_plain_file() -> SampleFile:
    """Return a minute of MIT-BIH record 208 as bare numbers, which do not say how fast they were sampled."""
    values = read_excerpt().lead()[: 60 * 360]
    text = "\n".join(f"{value:.3f}" for value in values.tolist()) + "\n"
    return SampleFile("plain.txt", text.encode("ascii"), "excerpt")
