"""Runs side by side: the settings in which they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ecgmodel.training.jobs.jobs import Run
from ecgmodel.training.train import describe_run


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting in which runs differ.

    Attributes
    ----------
    setting : str
        Its path in `config.json`, joined by dots: "network.units".
    values : tuple of str
        Value of each run; "" where the run does not name the setting.
    """

    setting: str
    values: tuple[str, ...]


def find_differences(runs: Sequence[Run]) -> tuple[Difference, ...]:
    """Return the settings in which runs differ, in the order of the config."""
    settings = [dict(_flatten(describe_run(run.preset, run.fold))) if run.preset else {} for run in runs]
    names = dict.fromkeys(name for of_run in settings for name in of_run)
    found = (Difference(name, tuple(of_run.get(name, "") for of_run in settings)) for name in names)
    return tuple(difference for difference in found if len(set(difference.values)) > 1)


def _flatten(settings: dict[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
