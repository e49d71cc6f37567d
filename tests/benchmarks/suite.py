"""All measures, in the order in which they run."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence

from ecgmodel.errors import EcgModelError
from tests.benchmarks.app_memory import measure_app_memory
from tests.benchmarks.app_start import measure_app_start, measure_fresh_start
from tests.benchmarks.day_long import measure_day_long, measure_day_long_memory
from tests.benchmarks.effort import QUICK
from tests.benchmarks.gates import measure_gates_beat, measure_gates_motion
from tests.benchmarks.hardware import measure_serving_share, measure_training_share
from tests.benchmarks.lecture import (
    measure_bytes,
    measure_hall_memory,
    measure_memory_left,
    measure_visits,
    measure_wait,
)
from tests.benchmarks.measure import Measure
from tests.benchmarks.next_window import measure_next_window, measure_next_window_while_training
from tests.benchmarks.record_to_labels import measure_record_to_labels
from tests.benchmarks.scrolling import measure_scrolling, measure_scrolling_day
from tests.benchmarks.serving import measure_serving
from tests.benchmarks.training import measure_training, measure_training_beside_torch
from tests.benchmarks.watch_file import measure_watch_file

MEASURES: dict[str, Callable[[], Measure]] = {
    "start": measure_app_start,
    "start-fresh": measure_fresh_start,
    "next-window": measure_next_window,
    "scrolling": measure_scrolling,
    "gates-motion": measure_gates_motion,
    "gates-beat": measure_gates_beat,
    "memory": measure_app_memory,
    "record-to-labels": measure_record_to_labels,
    "serving": measure_serving,
    "watch-file": measure_watch_file,
    "scrolling-day": measure_scrolling_day,
    "day-long": measure_day_long,
    "day-long-memory": measure_day_long_memory,
    "training": measure_training,
    "training-torch": measure_training_beside_torch,
    "next-window-training": measure_next_window_while_training,
    "serving-share": measure_serving_share,
    "training-share": measure_training_share,
    "hall-visits": measure_visits,
    "hall-wait": measure_wait,
    "hall-bytes": measure_bytes,
    "hall-memory": measure_hall_memory,
    "hall-memory-left": measure_memory_left,
}

IN_TWO_MINUTES = (
    *("start", "next-window", "memory", "record-to-labels", "serving", "serving-share"),
    *("hall-wait", "hall-bytes", "hall-memory"),
)
"""What a quick look measures, with fewer runs."""

BUSY_LOAD = 0.5
"""Load average at which the first line warns; the measures themselves bring it to one and more."""


def run_benchmarks(only: Sequence[str] | None, say: Callable[[str], None], quick: bool = False) -> tuple[Measure, ...]:
    """Measure everything, what `only` names, or some of it quickly; `say` is told what runs."""
    QUICK.set(quick)
    for name in only or ():
        if name not in MEASURES:
            raise EcgModelError(
                "There is no measure '{name}'. Choose from {names}.", name=name, names=", ".join(MEASURES)
            )
    load = describe_machine()["load"]
    if load is not None and load > BUSY_LOAD:
        say(f"Other programs keep this machine busy (load {load}); the figures will say less.")
    measured = []
    for name in only or (IN_TWO_MINUTES if quick else MEASURES):
        say(f"measuring {name} ...")
        measured.append(MEASURES[name]())
    return tuple(measured)


def describe_machine() -> dict[str, object]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def format_table(measured: Sequence[Measure]) -> str:
    """Return the measures as a table for people."""
    head = ("what", "ours", "yardstick", "ratio", "limit", "passed")
    rows = [head]
    for measure in measured:
        shown = measure.describe()
        yardstick = measure.fault if measure.yardstick is None else f"{shown['yardstick']:g} {measure.unit}"
        ratio = "" if measure.ratio is None else f"{shown['ratio']:g}"
        met = "yes" if measure.met else "NO"
        rows.append((measure.name, f"{shown['value']:g} {measure.unit}", yardstick, ratio, str(shown["target"]), met))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
