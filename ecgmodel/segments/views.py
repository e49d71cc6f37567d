"""Beats as a training sees them: each record in several views, so that a network meets more than one electrode
position.

The views of a record are its default lead, its other leads, the mixtures of `projections`, and of the default lead what
a watch would have sent (`WATCH_HZ`) and what a person in motion would have (`add_motion`). R peaks are those of the
experts' beats, moved to where the detector finds them in the default lead: the network will serve detected beats, and
the marks of svdb lie up to 60 ms off the R peak.

Only some beats of each view other than the default lead are kept, spread evenly over the record, and all are kept in
half precision: every beat of two databases in every view would fill 40 GB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ecgmodel.labels import nearest_class
from ecgmodel.records.record import Record, default_lead
from ecgmodel.records.signal.matching import MATCH_WINDOW_S, match_beats
from ecgmodel.records.signal.quality import fill_missing
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import RecordOutline
from ecgmodel.segments.beats import BEFORE_SAMPLES, CHANNELS, cut_beats
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES, Segments, join_segments
from ecgmodel.segments.projections import add_projections, projected_leads
from ecgmodel.segments.resampling import resample_lead, to_model_samples

MOST_OF_LEAD = 400
MOST_OF_VIEW = 60
"""Beats of one class that are kept of a record's default lead, and of each other view."""

WATCH_HZ = (0.5, 40.0)
"""Pass band of a consumer's device."""

WATCH = "watch"
MOTION = "motion"

MOTION_SNR_DB = (0.0, 18.0)
"""Signal-to-noise ratio, in dB, as the MIT-BIH Noise Stress Test Database defines it; drawn anew each minute."""


def name_views(leads: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the views of a record with these leads, the default lead first."""
    main = default_lead(leads)
    others = tuple(lead for lead in leads if lead != main)
    return main, *others, *projected_leads(leads), f"{main} {WATCH}", f"{main} {MOTION}"


def cut_views(record: Record, thin: bool = False) -> Segments:
    """Cut the beats of an annotated record that train a network, in all its views.

    Parameters
    ----------
    record : Record
    thin : bool
        Keep at most `MOST_OF_LEAD` beats of a class of the default lead too, and not all of them.

    Returns
    -------
    Segments
        `signal` in half precision; `lead` is the view's name, and samples are those of the experts' marks. Beats that
        belong to none of the five classes are left out; they only shape the rhythm.
    """
    marks = record.annotations.beats()
    main = record.lead()
    peaks = to_model_samples(snap_to_detected(marks.sample, main, record.fs), record.fs, len(main))
    label = np.array([nearest_class(symbol) for symbol in marks.symbol], dtype=np.int64)
    names = name_views(record.leads)
    parts = []
    marked = to_model_samples(marks.sample, record.fs, len(main))
    for number, (name, signal) in enumerate(zip(names, _show(record), strict=True)):
        kept = _keep(label, number, len(names), thin)
        cut = cut_beats(signal, peaks, MODEL_FS, record=record.name, lead=name, select=kept, level=False)
        own = {"label": label[kept], "r_sample": marked[kept], "start_sample": marked[kept] - BEFORE_SAMPLES}
        parts.append(replace(cut, signal=cut.signal.astype(np.float16), **own))
    return join_segments(parts)


def place_views(outline: RecordOutline, thin: bool = False) -> Segments:
    """Return what `cut_views` cuts, without the signals."""
    marks = outline.annotations.beats()
    label = np.array([nearest_class(symbol) for symbol in marks.symbol], dtype=np.int64)
    names = name_views(outline.leads)
    marked = to_model_samples(marks.sample, outline.fs, outline.n_samples)
    parts = []
    for number, name in enumerate(names):
        kept = _keep(label, number, len(names), thin)
        n = len(kept)
        parts.append(
            Segments(
                signal=np.zeros((n, 0, len(CHANNELS)), dtype=np.float16),
                length=np.full(n, SEGMENT_SAMPLES, dtype=np.int32),
                label=label[kept],
                record=np.full(n, outline.name),
                lead=np.full(n, name),
                start_sample=marked[kept] - BEFORE_SAMPLES,
                r_sample=marked[kept],
                n_beats=np.ones(n, dtype=np.int32),
            )
        )
    return join_segments(parts)


def snap_to_detected(sample: np.ndarray, signal: np.ndarray, fs: float) -> np.ndarray:
    """Move beats to the detected R peaks that EC57 pairs with them; others stay: ndarray of shape (n,), int64."""
    detected = detect_r_peaks(signal, fs)
    partner = match_beats(sample, detected, MATCH_WINDOW_S * fs)
    moved = np.where(partner >= 0, np.r_[detected, 0][partner], sample)
    return np.maximum.accumulate(moved)  # a beat that stays may lie behind one that moved


def add_motion(signal: np.ndarray, fs: float, random: np.random.Generator) -> np.ndarray:
    """Return a lead with the noise of a person in motion, at another strength each minute.

    Each minute has one of three kinds of noise: baseline wander (below 0.7 Hz), muscle artefact (above 20 Hz, swelling
    and fading) and electrode motion (steps that fade within a second, below 10 Hz).

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
    fs : float
        In Hz.
    random : numpy Generator
    """
    n, minute = len(signal), round(60 * fs)
    height = np.percentile(np.abs(signal - np.median(signal)), 99)
    noisy = np.array(signal, dtype=np.float32)
    for start in range(0, n, minute):
        length = min(minute, n - start)
        noise = _motion(length, fs, random)
        # Power of a QRS complex as in nstdb: an eighth of its height, squared.
        power = height**2 / 8 / 10 ** (random.uniform(*MOTION_SNR_DB) / 10)
        noisy[start : start + length] += noise * np.float32(np.sqrt(power) / max(noise.std(), 1e-9))
    return noisy


def _motion(n: int, fs: float, random: np.random.Generator) -> np.ndarray:
    kind = random.integers(3)
    if kind == 0:
        return _band(random.standard_normal(n), 0.7, "lowpass", fs)
    if kind == 1:
        swell = np.abs(_band(random.standard_normal(n), 0.5, "lowpass", fs))
        return _band(random.standard_normal(n), 20.0, "highpass", fs) * swell
    steps = random.standard_normal(n) * (random.random(n) < 1 / fs)  # about one a second
    fade = np.exp(-np.arange(round(fs)) / (0.4 * fs))
    return _band(np.convolve(steps, fade)[:n], 10.0, "lowpass", fs)


def _band(values: np.ndarray, hertz: float | tuple[float, float], kind: str, fs: float) -> np.ndarray:
    from scipy.signal import butter, sosfiltfilt  # loads slowly

    sections = butter(2, hertz, kind, fs=fs, output="sos")
    return sosfiltfilt(sections, values, padlen=min(round(fs), len(values) - 1)).astype(np.float32)


def _show(record: Record) -> Iterator[np.ndarray]:
    """Yield the signal of each view at `MODEL_FS`, in the order of `name_views`."""
    whole = add_projections(record)
    names = name_views(record.leads)
    for name in names[:-2]:
        yield resample_lead(whole.lead(name), record.fs)
    main = fill_missing(resample_lead(whole.lead(names[0]), record.fs))
    yield _band(main, WATCH_HZ, "bandpass", MODEL_FS)
    # Seeded by the record's name, so that it is always cut in the same way.
    yield add_motion(main, MODEL_FS, np.random.default_rng(list(record.name.encode())))


def _keep(label: np.ndarray, view: int, n_views: int, thin: bool) -> np.ndarray:
    """Return the positions of the beats that a view keeps; 0 is the default lead."""
    if view == 0 and not thin:
        return np.flatnonzero(label >= 0)
    return _spread(label, MOST_OF_VIEW if view else MOST_OF_LEAD, view / n_views)


def _spread(label: np.ndarray, most: int, phase: float) -> np.ndarray:
    """Return the positions of at most `most` beats of each class, evenly over the record, ascending.

    `phase`, from 0 to 1, shifts them, so that views keep different beats.
    """
    kept = [np.empty(0, np.int64)]
    for value in np.unique(label[label >= 0]):
        members = np.flatnonzero(label == value)
        n = min(len(members), most)
        kept.append(members[((np.arange(n) + phase) * len(members) / n).astype(int)])
    return np.sort(np.concatenate(kept))
