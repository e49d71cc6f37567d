"""The whole way of a recording: read, filtered where asked for, R peaks, beats named; with progress, and stoppable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ecgmodel.classification.doubts import Doubt, find_doubts
from ecgmodel.classification.reservations import find_reservations
from ecgmodel.errors import ImportStoppedError
from ecgmodel.records.record import Record
from ecgmodel.records.signal.preparation import Preparation, prepare_record
from ecgmodel.records.signal.quality import Stretch, find_stretches
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.timeline import drop_short_gaps

if TYPE_CHECKING:
    from ecgmodel.classification.classify import RecordPrediction
    from ecgmodel.network.serving import Classifier

Step = Literal["prepare", "detect", "classify"]
Progress = Callable[[Step, float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A recording with its beats.

    Attributes
    ----------
    record : Record
        As the model read it: filtered where that was asked for.
    lead : str
    stretches : tuple of Stretch
        Where the lead, before any filter, is missing, flat or clipped, or has an artefact.
    r_sample : ndarray of shape (n,), int64
    prediction : RecordPrediction or None
        `None` without a model.
    doubts : tuple of Doubt
        What speaks against the sampling rate, the beats, or all their names.
    """

    record: Record
    lead: str
    stretches: tuple[Stretch, ...]
    r_sample: np.ndarray
    prediction: RecordPrediction | None
    doubts: tuple[Doubt, ...] = ()

    @property
    def gaps(self) -> np.ndarray:
        """Where the lead has no samples for so long that a beat could be there, see `timeline.find_gaps`."""
        missing = [(part.start, part.stop) for part in self.stretches if part.kind == "missing"]
        return drop_short_gaps(np.array(missing, dtype=np.int64).reshape(-1, 2), self.record.fs)


def analyse_record(
    record: Record,
    classifier: Classifier | None,
    *,
    lead: str | None = None,
    preparation: Preparation | None = None,
    r_sample: np.ndarray | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Analysis:
    """Find and name the beats of a recording.

    Parameters
    ----------
    record : Record
        At any sampling frequency above `r_peaks.MIN_FS_HZ`; signals in mV, NaN where samples are missing.
    classifier : Classifier or None
        A model that reads beats; `None` finds the R peaks and names nothing.
    lead : str or None
        `None` takes the record's default lead.
    preparation : Preparation or None
        `None` filters nothing.
    r_sample : ndarray of shape (n,), int64, or None
        R peaks where they are known, as those corrected by hand; `None` detects them.
    progress : callable or None
        Called with the step and the share of it that is done, 0 to 1.
    cancel : callable or None
        Asked as often; where it returns true, the work stops.

    Raises
    ------
    RecordError
        Where the record has no such lead, or its sampling rate is too low for the detector or a filter.
    SegmentError
        Where the model reads other segments than beats.
    ImportStoppedError
        Where `cancel` returned true.
    """

    def report(step: Step) -> Callable[[float], None]:
        def go_on(share: float) -> None:
            if cancel is not None and cancel():
                raise ImportStoppedError("The import was stopped.")
            if progress is not None:
                progress(step, share)

        return go_on

    lead = record.default_lead if lead is None else lead
    stretches = find_stretches(record.lead(lead), record.fs)
    prepared = prepare_record(record, preparation or Preparation(), report("prepare"))
    if r_sample is None:
        r_sample = detect_r_peaks(prepared.lead(lead), prepared.fs, report("detect"))
    # Of the lead as it came: the limits were set on such, and a filter blunts spikes.
    reservations = find_reservations(record.lead(lead), record.fs, r_sample)
    prediction = None
    if classifier is not None:
        from ecgmodel.classification.classify import name_beats  # loads ONNX Runtime

        prediction = name_beats(
            prepared, classifier, lead, r_sample, reservations=reservations, progress=report("classify")
        )
    doubts = (
        *find_doubts(record.lead(lead), record.fs, r_sample),
        *(Doubt(sentence, about_names=True) for sentence in reservations),
    )
    return Analysis(prepared, lead, stretches, r_sample, prediction, doubts)
