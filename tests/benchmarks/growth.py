"""How cost grows: with the length of a recording, with visitors, with units and steps; a small plot each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path

import numpy as np

from ecgmodel.atomic import write_atomically
from ecgmodel.classification.classify import classify_record
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from tests.benchmarks.effort import QUICK, runs
from tests.benchmarks.lecture import AT_EASE, hold
from tests.benchmarks.serving import time_serving


@dataclass(frozen=True, slots=True)
class Growth:
    """A cost at several sizes.

    Attributes
    ----------
    what, size, cost : str
        What grows, in words; the axes with their units.
    x, y : tuple of float
    """

    what: str
    size: str
    cost: str
    x: tuple[float, ...]
    y: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """The slope on paper with logarithmic axes: 1 where twice the size costs twice as much."""
        return float(np.polyfit(np.log(self.x), np.log(self.y), 1)[0])

    def describe(self) -> dict[str, object]:
        """Return what JSON shows."""
        return asdict(self) | {"exponent": round(self.exponent, 3)}


def grow_length() -> Growth:
    """Find and name the beats of recordings of growing length."""
    hour = simulate_record(SimulationPlan(duration_s=3600.0, fs=250.0), seed=1)
    classifier = Classifier(open_shipped_model("beats-gru"))

    def cost(hours: float) -> float:
        whole = max(1, round(hours))
        signals = np.tile(hour.signals, (whole, 1)) if hours >= 1 else hour.signals[: int(hours * len(hour.signals))]
        record = replace(hour, signals=signals, annotations=None)
        return _median_seconds(lambda: classify_record(record, classifier, beats="detected"))

    return _grow("a recording", "hours at 250 Hz", "s to labels", (0.25, 0.5, 1, 2, 4, 8), cost)


def grow_sessions() -> Growth:
    """Let more and more visitors into one server."""
    seconds = 10.0 if QUICK.get() else 40.0
    return _grow(
        "visitors of one server, a visit every 5 to 15 s",
        "visitors",
        "s a visit, 95th percentile",
        (5, 10, 25, 50),
        lambda n: hold(AT_EASE, int(n), seconds).describe()["p95_s"],
    )


def grow_units() -> Growth:
    """Serve networks with more and more units."""
    return _grow("units of the GRU", "units", "ms a segment", (10, 20, 40, 80, 160), lambda n: _cost(units=int(n)))


def grow_steps() -> Growth:
    """Serve segments of more and more samples, and so steps."""
    sizes = (250, 500, 1000, 2000)
    grown = _grow("steps of the GRU", "steps", "ms a segment", sizes, lambda n: _cost(n_samples=int(n)))
    return replace(grown, x=tuple(float(NetworkConfig(n_samples=int(n)).n_steps) for n in grown.x))


GROWTHS: dict[str, Callable[[], Growth]] = {
    "length": grow_length,
    "sessions": grow_sessions,
    "units": grow_units,
    "steps": grow_steps,
}


def _cost(**settings: int) -> float:
    return 1000 / time_serving(NetworkConfig(**settings))


def _grow(what: str, size: str, cost: str, sizes: Sequence[float], measure: Callable[[float], float]) -> Growth:
    taken = tuple(sizes[:-1]) if QUICK.get() else tuple(sizes)
    return Growth(what, size, cost, tuple(map(float, taken)), tuple(float(measure(n)) for n in taken))


def _median_seconds(work: Callable[[], object]) -> float:
    work()
    seconds = []
    for _ in range(runs(3)):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


WIDTH, HEIGHT, LEFT, BOTTOM = 340, 220, 56, 40


def draw(growth: Growth) -> str:
    """Return a small plot on logarithmic axes as SVG; the grey line is a cost in proportion to the size."""
    x, y = np.log(growth.x), np.log(growth.y)
    low, high = min(y.min(), y[0]), max(y.max(), y[0] + x[-1] - x[0])

    def place(a: float, b: float) -> str:
        across = LEFT + (a - x[0]) / (x[-1] - x[0]) * (WIDTH - LEFT - 16)
        up = HEIGHT - BOTTOM - (b - low) / max(high - low, 1e-9) * (HEIGHT - BOTTOM - 34)
        return f"{across:.1f},{up:.1f}"

    points = [place(a, b) for a, b in zip(x, y, strict=True)]
    marks = "".join('<circle cx="{}" cy="{}" r="3"/>'.format(*point.split(",")) for point in points)
    below = "".join(
        f'<text x="{point.split(",")[0]}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:g}</text>'
        for point, size in zip(points, growth.x, strict=True)
    )
    beside = "".join(
        f'<text x="{LEFT - 8}" y="{float(points[k].split(",")[1]) + 4:.1f}" text-anchor="end">{growth.y[k]:.3g}</text>'
        for k in (0, -1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="8" y="16" font-weight="600">{escape(growth.what)}: grows as size to the {growth.exponent:.2f}</text>'
        f'<polyline points="{place(x[0], y[0])} {place(x[-1], y[0] + x[-1] - x[0])}" fill="none" stroke="#bbb"/>'
        f'<polyline points="{" ".join(points)}" fill="none" stroke="#0072B2" stroke-width="2"/>'
        f'<g fill="#0072B2">{marks}</g>{below}{beside}'
        f'<text x="{WIDTH - 16}" y="{HEIGHT - 6}" text-anchor="end">{escape(growth.size)}</text>'
        f'<text x="8" y="30" fill="#555">{escape(growth.cost)}</text></svg>\n'
    )


def write_plots(folder: Path, say: Callable[[str], None]) -> tuple[Growth, ...]:
    """Measure how every cost grows, and write a plot each."""
    grown = []
    for name, measure in GROWTHS.items():
        say(f"measuring how cost grows with {name} ...")
        grown.append(measure())
        write_atomically(folder / f"{name}.svg", draw(grown[-1]).encode())
    return tuple(grown)
