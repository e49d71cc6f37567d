"""One beat cut out of its surroundings, and what it would look like if the ECG were different.

Only the surroundings that a segment depends on are touched, so an edit is shown while a slider moves. Positions in a
`Surroundings` count from its own start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ecgmodel.errors import ConfigError, SegmentError
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.segments.beats import AFTER_SAMPLES, BEFORE_SAMPLES, HISTORY, LONG_BEATS, REFRESH, cut_beats
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES, Segments
from ecgmodel.segments.runs import SAMPLES_AFTER, SAMPLES_BEFORE, cut_runs, find_runs

QRS_HALF_S = 0.06
"""Half the width of what is taken for a QRS complex."""

EDIT_RANGES = {
    "early": (0.0, 0.6),
    "widen": (1.0, 2.5),
    "r_scale": (0.0, 3.0),
    "mains_mv": (0.0, 1.0),
    "wander_mv": (0.0, 2.0),
}
MAINS_HZ = (50, 60)
WANDER_HZ = 0.3
"""Baseline wander as slow as breathing."""


@dataclass(frozen=True, slots=True)
class BeatEdit:
    """What to change.

    Attributes
    ----------
    early : float
        The fraction of the RR interval before the beat that is taken away; as much is added after it, as after a beat
        that does not reset the sinus node. The waves before it are squeezed together; the beat itself keeps its shape.
    widen : float
        How many times as wide the QRS complex becomes.
    r_scale : float
        How many times as tall the QRS complex becomes.
    flip : bool
        Swap the two electrodes of the lead.
    mains_hz : {50, 60}
    mains_mv, wander_mv : float
        Amplitudes of added mains hum and baseline wander, in mV.

    Raises
    ------
    ConfigError
        Where a number is out of its range, see `EDIT_RANGES`.
    """

    early: float = 0.0
    widen: float = 1.0
    r_scale: float = 1.0
    flip: bool = False
    mains_hz: int = 50
    mains_mv: float = 0.0
    wander_mv: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in EDIT_RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:  # also true for NaN
                raise ConfigError(
                    "The edit '{name}' is {value:g}; it lies from {low:g} to {high:g}.",
                    name=name,
                    value=value,
                    low=low,
                    high=high,
                )
        if self.mains_hz not in MAINS_HZ:
            raise ConfigError("Mains interference is at 50 or 60 Hz, not {value:g}.", value=self.mains_hz)


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A beat with all that its segment depends on.

    Attributes
    ----------
    record, lead : str
    segments : {"beats", "runs"}
        How the segment is cut.
    signal : ndarray of shape (n_samples,), float32
        One lead in mV.
    fs : float
        In Hz.
    start_sample : int
        Where it begins in its record, in samples of the record.
    r_sample : ndarray of shape (n_beats,), int64
        R peaks; for runs, only those of the run.
    symbol : ndarray of shape (n_beats,), str
        The experts' symbols; "" where there are none.
    index : int
        The beat among them.
    """

    record: str
    lead: str
    segments: str
    signal: np.ndarray
    fs: float
    start_sample: int
    r_sample: np.ndarray
    symbol: np.ndarray
    index: int


def beat_surroundings(
    record: str, lead: str, signal: np.ndarray, r_sample: np.ndarray, symbol: np.ndarray, fs: float, index: int
) -> Surroundings:
    """Return a beat with as many beats before it as its rhythm and its typical beat look back on.

    Parameters
    ----------
    record, lead : str
    signal : ndarray of shape (n_samples,), float32
        The whole lead, in mV.
    r_sample, symbol : ndarray of shape (n_beats,)
        Every beat of the record.
    fs : float
    index : int
        The beat.

    Raises
    ------
    SegmentError
        Where there is no such beat.
    """
    if not 0 <= index < len(r_sample):
        raise SegmentError(
            "There are {n} beats, numbered from 0; {index} is none of them.", n=len(r_sample), index=index
        )
    scale = Fraction(MODEL_FS / fs).limit_denominator(1000)
    # The typical beat is renewed in blocks counted from the record's first beat.
    first = max(index - max(HISTORY + REFRESH, 2 * LONG_BEATS), 0) // REFRESH * REFRESH
    margin = int((BEFORE_SAMPLES + AFTER_SAMPLES) * fs / MODEL_FS) + 1
    begin = max(int(r_sample[first]) - margin, 0) if first else 0
    begin = begin // scale.denominator * scale.denominator  # where samples of both frequencies meet
    end = min(int(r_sample[index]) + 2 * margin, len(signal))
    stop = int(np.searchsorted(r_sample, end))
    return Surroundings(
        record=record,
        lead=lead,
        segments="beats",
        signal=signal[begin:end],
        fs=fs,
        start_sample=begin,
        r_sample=np.asarray(r_sample[first:stop], dtype=np.int64) - begin,
        symbol=np.asarray(symbol[first:stop], dtype=str),
        index=index - first,
    )


def run_surroundings(record: Record, lead: str, sample: int) -> Surroundings:
    """Return the run that a beat belongs to, with the signal around it.

    Parameters
    ----------
    record : Record
        Annotated.
    lead : str
    sample : int
        R peak of the beat.

    Raises
    ------
    SegmentError
        Where the record has no annotations or another sampling frequency than 360 Hz, or no run of the five classes
        holds the beat.
    """
    if record.annotations is None or record.fs != MODEL_FS:
        cut_runs(record, lead)  # raises, and says which of the two
    marks = record.annotations
    mark = int(np.searchsorted(marks.sample, sample))
    runs = find_runs(marks.symbol)
    run = runs[np.searchsorted(runs[:, 1], mark)] if mark < len(marks.sample) else (0, -1)
    around = _cut_run(record, lead, int(run[0]), int(run[1]), mark)
    if around is None or marks.sample[mark] != sample:
        raise SegmentError(
            "The beat at {time:.1f} s is in no run of the five classes. Choose another beat, or a model that reads "
            "single beats.",
            time=sample / record.fs,
        )
    return around


def _cut_run(record: Record, lead: str, first: int, last: int, mark: int) -> Surroundings | None:
    marks = record.annotations
    if last < first:
        return None
    begin = max(int(marks.sample[first]) - SAMPLES_BEFORE - int(record.fs), 0)
    end = int(min(marks.sample[last] + SAMPLES_AFTER, marks.sample[first] + SEGMENT_SAMPLES)) + int(record.fs)
    part = slice(first, last + 1)
    inside = marks.sample[part] < end
    around = Surroundings(
        record=record.name,
        lead=lead,
        segments="runs",
        signal=record.lead(lead)[begin:end],
        fs=record.fs,
        start_sample=begin,
        r_sample=marks.sample[part][inside] - begin,
        symbol=marks.symbol[part][inside],
        index=mark - first,
    )
    return around if around.index < len(around.r_sample) and len(cut_segment(around)) else None


def cut_segment(around: Surroundings) -> Segments:
    """Return the segment of the beat as it is cut from the whole record, its samples counted from there, at 360 Hz."""
    if around.segments == "runs":
        marks = Annotations(around.r_sample, around.symbol, np.full(len(around.symbol), ""))
        small = Record(
            around.record,
            around.signal[:, np.newaxis],
            (around.lead,),
            around.fs,
            marks,
            header=Header(),
            source="upload",
        )
        found = cut_runs(small, around.lead)
    else:
        one = slice(around.index, around.index + 1)
        found = cut_beats(
            around.signal,
            around.r_sample,
            around.fs,
            symbol=around.symbol,
            record=around.record,
            lead=around.lead,
            select=one,
        )
    start = round(around.start_sample * MODEL_FS / around.fs)
    return replace(found, start_sample=found.start_sample + start, r_sample=found.r_sample + start)


def apply_edit(around: Surroundings, edit: BeatEdit) -> Surroundings:
    """Return the surroundings as they would be under an edit; an edit that changes nothing returns them unchanged."""
    if edit == BeatEdit():
        return around
    signal, r_sample = around.signal, around.r_sample.copy()
    if edit.r_scale != 1:
        signal = _scale_qrs(signal, int(r_sample[around.index]), around.fs, edit.r_scale)
    if edit.early > 0 or edit.widen != 1:
        now, before = _warp(around, edit)
        place = np.interp(np.arange(len(signal)), now, before)
        signal = np.interp(place, np.arange(len(signal)), signal)
        r_sample[around.index] = round(float(now[before == r_sample[around.index]][0]))
    seconds = (around.start_sample + np.arange(len(signal))) / around.fs
    if edit.mains_mv > 0:
        signal = signal + edit.mains_mv * np.sin(2 * np.pi * edit.mains_hz * seconds)
    if edit.wander_mv > 0:
        signal = signal + edit.wander_mv * np.sin(2 * np.pi * WANDER_HZ * seconds)
    if edit.flip:
        signal = -signal
    return replace(around, signal=np.asarray(signal, dtype=np.float32), r_sample=r_sample)


def _scale_qrs(signal: np.ndarray, r: int, fs: float, scale: float) -> np.ndarray:
    """Stretch the QRS complex in height, over the line between its two feet; it is faded in and out."""
    reach = round(1.4 * QRS_HALF_S * fs)
    first, last = max(r - reach, 0), min(r + reach, len(signal) - 1)
    at = np.arange(first, last + 1)
    foot = np.interp(at, [first, last], [signal[first], signal[last]])
    # 1 in the middle half, then down to 0 at the feet as half a cosine.
    away = np.clip(2 * np.abs(at - r) / reach - 1, 0, 1)
    weight = 0.5 + 0.5 * np.cos(np.pi * away)
    changed = signal.copy()
    changed[first : last + 1] = foot + (signal[first : last + 1] - foot) * (1 + (scale - 1) * weight)
    return changed


def _warp(around: Surroundings, edit: BeatEdit) -> tuple[np.ndarray, np.ndarray]:
    """Return corners of the map of time: samples of the edited signal, and where their values come from."""
    fs, r = around.fs, float(around.r_sample[around.index])
    is_first, is_last = around.index == 0, around.index == len(around.r_sample) - 1
    before = max(r - fs, 0.0) if is_first else float(around.r_sample[around.index - 1])
    behind = min(r + fs, len(around.signal) - 1.0) if is_last else float(around.r_sample[around.index + 1])
    rr, rest = r - before, behind - r
    left, right = r - min(0.2 * fs, 0.4 * rr), r + min(0.42 * fs, 0.55 * rest)  # of the beat with P and T
    squeezed_from, stretched_to = before + min(0.1 * fs, 0.2 * rr), behind - min(0.2 * fs, 0.25 * rest)
    shift = min(edit.early * rr, 0.9 * (left - squeezed_from))
    half = min(QRS_HALF_S * fs, 0.3 * min(r - left, right - r))
    wide = min(half * edit.widen, 0.9 * min(r - left, right - r))
    source = np.array(
        [0, squeezed_from, left, r - half, r, r + half, right, stretched_to, len(around.signal) - 1], dtype=float
    )
    target = np.array(
        [
            0,
            squeezed_from,
            left - shift,
            r - shift - wide,
            r - shift,
            r - shift + wide,
            right - shift,
            stretched_to,
            len(around.signal) - 1,
        ],
        dtype=float,
    )
    return target, source


def readable_in_runs(marks: Annotations) -> np.ndarray:
    """Return which marks a model of runs can see: those of the five classes within the first 1000 samples of their run.

    Parameters
    ----------
    marks : Annotations
        Every mark of the record.

    Returns
    -------
    ndarray of shape (n_marks,), bool
    """
    runs = find_runs(marks.symbol)
    first = np.repeat(marks.sample[runs[:, 0]], runs[:, 1] - runs[:, 0] + 1)
    start = np.maximum(first - SAMPLES_BEFORE, 0)
    return np.isin(marks.symbol, CLASSES) & (marks.sample < start + SEGMENT_SAMPLES)
