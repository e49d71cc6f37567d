"""The arithmetic of the benchmark's table."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.benchmarks.growth import Growth, draw
from tests.benchmarks.measure import Measure, Target, Yardstick
from tests.benchmarks.scale import Costs, describe_needs, format_needs


@pytest.mark.parametrize(
    ("value", "kind", "limit", "met"),
    [
        (3.0, "at most", 1.6, True),
        (3.3, "at most", 1.6, False),
        (4.0, "at least", 2, True),
        (3.9, "at least", 2, False),
    ],
)
def test_target_on_a_ratio(value: float, kind: str, limit: float, met: bool):
    """A value is divided by its yardstick (here 2) before it meets its target."""
    measure = Measure("x", value, "s", Target(kind, limit, "ratio"), Yardstick("y", 2.0))
    assert measure.ratio == value / 2
    assert measure.met is met


def test_fault_misses_the_target():
    """A process with TensorFlow in it misses its target however small it is."""
    measure = Measure("memory", 100.0, "MB", Target("at most", 350, "value"), fault="loaded: tensorflow")
    assert not measure.met
    assert measure.describe()["target"] == "at most 350 MB"
    assert measure.describe()["ratio"] is None


def test_a_yardstick_that_is_not_installed_misses_the_target():
    """The row says what is missing instead of failing."""
    measure = Measure("training", 100.0, "segments/s", Target("at least", 1.3, "ratio"), fault="torch is not installed")
    assert not measure.met
    assert "not installed" in measure.describe()["note"]


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_growth_is_the_slope_on_logarithmic_paper(exponent: float):
    """A cost that is a power of the size has that power, whatever its unit; its plot is well-formed."""
    sizes = (1.0, 2.0, 4.0, 10.0)
    growth = Growth("x < y", "hours", "s", sizes, tuple(3.7 * size**exponent for size in sizes))
    assert growth.exponent == pytest.approx(exponent)
    texts = [element.text for element in ElementTree.fromstring(draw(growth)).iter() if element.text]
    assert f"x < y: grows as size to the {exponent:.2f}" in texts
    assert {"1", "2", "4", "10"} <= set(texts)


def test_needs_follow_from_costs():
    """By hand: 500 visitors every 10 s are 50 visits a second; at 60 ms of a core each, three cores in five servers."""
    costs = Costs(
        cores=2,
        cpu_s_a_visit=0.06,
        pause_s=10.0,
        kb_a_visit=40.0,
        server_mb=300.0,
        mb_a_student=4.0,
        day_cpu_s=7.2,
        day_mb=900.0,
        lesson_mb=3.0,
    )
    needs = describe_needs(costs)
    assert needs["500 students"] == {
        "visits_per_s": 50.0,
        "cores": 3.0,
        "replicas": 5.0,
        "memory_gb": 3.5,
        "network_mbit_per_s": 16.0,
    }
    assert needs["10000 students, static lesson"]["sent_once_gb"] == 30.0
    assert needs["1000000 recordings of 24 h"]["core_hours"] == 2000.0
    assert needs["1000000 recordings of 24 h"]["stored_tb_a_lead"] == 32.4
    assert "500 students: visits_per_s 50" in format_needs(costs)
