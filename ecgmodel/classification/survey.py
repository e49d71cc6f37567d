"""Many recordings, a line each: rate, lead, beats, premature beats an hour, quality, or why one could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.evidence import Sentence, say
from ecgmodel.records.imports.files import read_files
from ecgmodel.records.imports.text_file import BeatTable, IntervalTable, Recording
from ecgmodel.records.imports.understanding import ImportSettings

if TYPE_CHECKING:
    from ecgmodel.network.serving import Classifier


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One recording of many.

    Attributes
    ----------
    name : str
    fs, seconds : float or None
        In Hz; length of the recording. `None`, as all below, where it could not be read.
    lead : str
    n_beats : int or None
    rate_bpm : float or None
        Median heart rate.
    v_per_hour, s_per_hour : float or None
        Ventricular and atrial premature beats an hour of signal.
    amplitude_mv : float or None
        Median height of R.
    usable : float or None
        Share of the recording that is neither missing, flat, clipped nor an artefact.
    doubts : str
        What speaks against the result; empty where nothing does.
    error : str
        Why it could not be read; empty where it could.
    remarks : tuple of Sentence
        What `doubts` or `error` say, for people who read another language; no column of a table.
    """

    name: str
    fs: float | None = None
    seconds: float | None = None
    lead: str = ""
    n_beats: int | None = None
    rate_bpm: float | None = None
    v_per_hour: float | None = None
    s_per_hour: float | None = None
    amplitude_mv: float | None = None
    usable: float | None = None
    doubts: str = ""
    error: str = ""
    remarks: tuple[Sentence, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the line as a row of a table."""
        row = asdict(self)
        return {name: row[name] for name in COLUMNS}


COLUMNS = tuple(column.name for column in fields(SurveyLine) if column.name != "remarks")
"""Of a table of such lines."""


def survey_files(
    name: str,
    files: Mapping[str, bytes | Path],
    classifier: Classifier | None,
    settings: ImportSettings | None = None,
    lead: str | None = None,
) -> SurveyLine:
    """Read one recording and name its beats; whatever is wrong with it becomes its line.

    Parameters
    ----------
    name : str
    files : mapping of str to bytes or Path
    classifier : Classifier or None
        A model that reads beats.
    settings : ImportSettings or None
    lead : str or None
    """
    from ecgmodel.classification.analysis import analyse_record
    from ecgmodel.records.signal.amplitude import measure_r_amplitude

    try:
        found = read_files(files, settings)
        if not isinstance(found, Recording):
            return _refuse(name, _describe(found))
        record = found.record
        analysis = analyse_record(record, classifier, lead=lead if lead in record.leads else None)
    except EcgModelError as error:
        return _refuse(name, Sentence(error.template, error.values))
    except MemoryError:
        return _refuse(name, say("The recording does not fit into the memory of this machine."))
    signal = record.lead(analysis.lead)
    bad = sum(stretch.stop - stretch.start for stretch in analysis.stretches)
    hours = np.count_nonzero(np.isfinite(signal)) / record.fs / 3600
    predicted = np.empty(0, dtype="U1") if analysis.prediction is None else analysis.prediction.predicted
    rr = np.diff(analysis.r_sample) / record.fs
    amplitude = measure_r_amplitude(signal, record.fs, analysis.r_sample)

    def per_hour(symbol: str) -> float | None:
        if analysis.prediction is None or hours == 0:
            return None
        return round(int(np.count_nonzero(predicted == symbol)) / hours, 2)

    return SurveyLine(
        name=name,
        fs=record.fs,
        seconds=round(record.duration_s, 3),
        lead=analysis.lead,
        n_beats=len(analysis.r_sample),
        rate_bpm=round(60.0 / float(np.median(rr)), 2) if len(rr) else None,
        v_per_hour=per_hour("V"),
        s_per_hour=per_hour("A"),
        amplitude_mv=None if amplitude is None else round(amplitude, 4),
        usable=round(1.0 - min(bad / max(record.n_samples, 1), 1.0), 4),
        doubts=" ".join(str(doubt.sentence) for doubt in analysis.doubts),
        remarks=tuple(doubt.sentence for doubt in analysis.doubts),
    )


def _refuse(name: str, reason: Sentence) -> SurveyLine:
    return SurveyLine(name, error=str(reason), remarks=(reason,))


def _describe(found: object) -> Sentence:
    if isinstance(found, BeatTable):
        return say("Single heartbeats without their rhythm, and no recording.")
    if isinstance(found, IntervalTable):
        return say("RR intervals, and no ECG.")
    return say("Annotations without their recording.")
