"""How far a training has come within an epoch, and before the first: what a page shows meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

Stage = Literal["process", "records", "tensorflow", "compiling", "batches"]
"""In the order in which they come: a worker's process starts, segments are cut, TensorFlow is loaded, the network is
compiled for each length of segments, and batches are trained on."""

STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a training is doing.

    Attributes
    ----------
    stage : Stage
    done, total : int
        Records that are cut, lengths that are compiled, batches of the epoch; 0 where nothing is counted.
    epoch : int
        From 1; 0 before the first.
    loss : float
        Mean over the epoch's batches so far; NaN before the first.
    seconds : float
        Time that this epoch's batches have taken so far, without compiling.
    began : float
        When the process took the run, in seconds since 1970; 0 where nobody notes it.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    epoch: int = 0
    loss: float = math.nan
    seconds: float = 0.0
    began: float = 0.0

    @property
    def share(self) -> float:
        """Part of the stage that is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def to_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        values = asdict(self)
        return values | {"loss": None if math.isnan(self.loss) else self.loss}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Progress | None:
        """Return what `to_dict` described; `None` where it is something else, as of an earlier version."""
        loss = values.get("loss")
        numbers = [values.get(name) for name in ("done", "total", "epoch")]
        seconds, began = values.get("seconds"), values.get("began")
        if values.get("stage") not in STAGES or not all(isinstance(number, int) for number in numbers):
            return None
        if not all(isinstance(number, int | float) for number in (seconds, began, 0.0 if loss is None else loss)):
            return None
        return cls(values["stage"], *numbers, math.nan if loss is None else float(loss), float(seconds), float(began))
