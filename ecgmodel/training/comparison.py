"""Two runs side by side: in which settings they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecgmodel.training.jobs.jobs import Run
from ecgmodel.training.train import describe_run


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting in which two runs differ.

    Attributes
    ----------
    setting : str
        As in `config.json`, the parts of its path joined by points: "network.units".
    first, second : str
        "" where a run does not name it.
    """

    setting: str
    first: str
    second: str


def find_differences(first: Run, second: Run) -> tuple[Difference, ...]:
    """Return the settings in which two runs differ, in the order of the config."""
    values = [dict(_flatten(describe_run(run.preset, run.fold))) if run.preset else {} for run in (first, second)]
    names = dict.fromkeys([*values[0], *values[1]])
    return tuple(
        Difference(name, values[0].get(name, ""), values[1].get(name, ""))
        for name in names
        if values[0].get(name) != values[1].get(name)
    )


def _flatten(settings: dict[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
