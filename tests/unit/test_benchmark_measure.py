"""The arithmetic of the benchmark's table."""

from __future__ import annotations

import pytest

from tests.benchmarks.measure import Measure, Target, Yardstick


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
