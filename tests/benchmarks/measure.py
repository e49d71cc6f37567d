"""One line of the benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a value is measured against, measured in the same run.

    Attributes
    ----------
    name : str
    value : float
        In the unit of the measure.
    """

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Target:
    """What a measure shall reach.

    Attributes
    ----------
    kind : {"at most", "at least"}
    limit : float
        Of `of`.
    of : {"ratio", "value"}
        "ratio" is the value over its yardstick's.
    """

    kind: Literal["at most", "at least"]
    limit: float
    of: Literal["ratio", "value"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A value beside its yardstick and its target.

    Attributes
    ----------
    name : str
    value : float
        Median of several runs, unless `note` says otherwise.
    unit : str
    target : Target
    yardstick : Yardstick or None
        `None` where the target is a value, or where it could not be measured (`fault` says why).
    fault : str
        Why the target counts as missed whatever the value is; empty where there is nothing to say.
    note : str
        What was measured, in a few words.
    """

    name: str
    value: float
    unit: str
    target: Target
    yardstick: Yardstick | None = None
    fault: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value over its yardstick's."""
        return None if self.yardstick is None else self.value / self.yardstick.value

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        reached = self.value if self.target.of == "value" else self.ratio
        if reached is None:
            return False
        enough = reached <= self.target.limit if self.target.kind == "at most" else reached >= self.target.limit
        return enough and not self.fault

    def describe(self) -> dict[str, object]:
        """Return what JSON shows."""
        of = f" {self.unit}" if self.target.of == "value" else " x the yardstick"
        return {
            "name": self.name,
            "value": _round(self.value),
            "unit": self.unit,
            "yardstick": None if self.yardstick is None else _round(self.yardstick.value),
            "yardstick_name": None if self.yardstick is None else self.yardstick.name,
            "ratio": None if self.ratio is None else _round(self.ratio),
            "target": f"{self.target.kind} {_round(self.target.limit):g}{of}",
            "met": self.met,
            "note": "; ".join(part for part in (self.note, self.fault) if part),
        }


def _round(value: float) -> float:
    """Return `value` with four significant figures; no clock here knows more."""
    return float(f"{value:.4g}")
