"""What is done to a recording before the model reads it: nothing, unless the visitor asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ecgmodel.records.record import Record
from ecgmodel.records.signal.filters import Mains, remove_baseline, remove_mains


@dataclass(frozen=True, slots=True)
class Preparation:
    """Filters; all of them off at first.

    Attributes
    ----------
    baseline : bool
        Take off the slow wander.
    mains_hz : {50, 60} or None
        Take off the hum of the mains.
    """

    baseline: bool = False
    mains_hz: Mains | None = None

    @property
    def is_off(self) -> bool:
        """Whether the record stays as it is."""
        return not self.baseline and self.mains_hz is None


def prepare_record(record: Record, preparation: Preparation, progress: Callable[[float], None] | None = None) -> Record:
    """Return a record with all its leads filtered.

    Parameters
    ----------
    record : Record
    preparation : Preparation
    progress : callable or None
        Called with the share that is done, 0 to 1; what it raises ends the work.

    Raises
    ------
    RecordError
        Where the sampling rate of the record is too low for the mains filter.
    """
    if preparation.is_off:
        return record
    steps = len(record.leads) * (int(preparation.baseline) + int(preparation.mains_hz is not None))
    done = 0

    def report(share: float) -> None:
        if progress is not None:
            progress((done + share) / steps)

    signals = np.empty_like(record.signals)
    for column in range(len(record.leads)):
        signal = record.signals[:, column]
        if preparation.baseline:
            signal = remove_baseline(signal, record.fs, report)
            done += 1
        if preparation.mains_hz is not None:
            signal = remove_mains(signal, record.fs, preparation.mains_hz, report)
            done += 1
        signals[:, column] = signal
    return replace(record, signals=signals)
