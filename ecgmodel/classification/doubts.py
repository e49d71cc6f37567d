"""What speaks against a sampling rate once the beats are found: hearts that beat too slowly, too fast, too broadly.

A rate that is half of the true one makes every beat last twice as long: QRS complexes are as broad as no narrow one is,
and the heart seems to beat half as often. Neither alone proves anything; both together, or one far beyond what hearts
do, raise a doubt. A doubt is said and another rate offered; nothing is changed.

The limits are such that none of the 48 records of the MIT-BIH Arrhythmia Database and none of 39 records of the
Supraventricular Arrhythmia Database raises such a doubt in its first lead at its own rate. What speaks against the
names alone is in `reservations`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.records.imports.evidence import Sentence, say
from ecgmodel.records.imports.text.rates import COMMON_RATES_HZ
from ecgmodel.records.signal.r_peaks import MIN_FS_HZ, detect_r_peaks
from ecgmodel.records.signal.waves import find_waves

FEW_BPM, MANY_BPM = 20.0, 250.0
LEAST_S = 10.0
"""A shorter recording says too little of how often the heart beats."""

LEAST_BEATS = 8
AROUND_S = 5.0
MAX_BEATS = 200

MORE_BEATS = 2.0
"""At a rate that is double the true one, QRS complexes are sharper than those of any heart, and many are missed. Where
half the rate finds this many times as many, those are the heart's. No record of mitdb or svdb has 1.6 times as many."""

LOOKED_AT_S = 600.0
"""Half the rate is tried on as much of the recording, counted at the stated rate."""

USUAL_BPM = 75.0
BPM_RANGE = (48.0, 120.0)
QRS_RANGE_MS = (45.0, 115.0)
"""What a rate that is offered has to make of heart rate and QRS width, as `find_waves` measures it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason not to trust the result.

    Attributes
    ----------
    sentence : Sentence
    fs : float or None
        A sampling rate, in Hz, that would dispel it.
    about_names : bool
        Whether it makes every name unsure.
    """

    sentence: Sentence
    fs: float | None = None
    about_names: bool = False


def find_doubts(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> tuple[Doubt, ...]:
    """Return what speaks against the rate of a recording or against its beats; for their names see `reservations`.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV; NaN where there is no sample.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n_beats,), int64
    """
    piece = 1 << 20  # of a day, a mask of all samples would be 20 MB
    n_finite = sum(np.count_nonzero(np.isfinite(signal[at : at + piece])) for at in range(0, len(signal), piece))
    seconds = float(n_finite) / fs
    if seconds < LEAST_S:
        return ()
    doubts = []
    per_minute = 60 * len(r_sample) / seconds
    if not FEW_BPM <= per_minute <= MANY_BPM:
        doubts.append(
            Doubt(
                say(
                    "Beats found: {beats:,} in {seconds:,.0f} s, {rate:.0f} a minute, which no heart keeps up: the "
                    "lead, the sampling rate or the first line of samples may be wrong.",
                    beats=len(r_sample),
                    seconds=seconds,
                    rate=per_minute,
                )
            )
        )
    rate = _doubt_rate(signal, fs, r_sample)
    if rate is not None:
        doubts.append(rate)
    return tuple(doubts)


def _steep_ms(signal: np.ndarray, fs: float, r_sample: int) -> float:
    """Return how long a QRS complex is steep: shorter than it lasts, but found in any lead without a measurement."""
    waves = find_waves(signal, fs, r_sample)
    return 1000 * (waves.qrs_stop - waves.qrs_start) / fs


def _doubt_rate(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> Doubt | None:
    r_sample = _find_at_half_rate(signal, fs, r_sample)
    if len(r_sample) < LEAST_BEATS:
        return None
    bpm = 60 * fs / float(np.median(np.diff(r_sample)))
    inner = [int(r) for r in r_sample if fs < r < len(signal) - fs][:MAX_BEATS]
    if not inner:
        return None
    around = signal[: inner[-1] + round(AROUND_S * fs)]  # all of a day would be looked at for each beat
    qrs_ms = float(np.median([_steep_ms(around, fs, r) for r in inner]))
    slow = qrs_ms >= 190 or (qrs_ms >= 75 and (bpm < 42 or (bpm <= 57 and qrs_ms >= 2.3 * bpm)))
    fast = bpm > 190 or (qrs_ms <= 55 and bpm >= 118) or (qrs_ms <= 43 and bpm >= 95 and bpm >= 2.4 * qrs_ms)
    if not slow and not fast:
        return None
    better = _better_rate(fs, bpm, qrs_ms, faster=slow)
    if better is None:
        return None
    return Doubt(
        say(
            "At {fs:g} Hz the heart beats {bpm:.0f} times a minute with QRS complexes of {qrs:.0f} ms. At "
            "{better:g} Hz these would be {better_bpm:.0f} a minute and {better_qrs:.0f} ms, as usual: is the sampling "
            "rate right?",
            fs=fs,
            bpm=bpm,
            qrs=qrs_ms,
            better=better,
            better_bpm=bpm * better / fs,
            better_qrs=qrs_ms * fs / better,
        ),
        better,
    )


def _find_at_half_rate(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> np.ndarray:
    """Return the beats that half the rate finds where they are many more, else those that are given."""
    if not fs / 2 > MIN_FS_HZ:
        return r_sample
    signal = signal[: round(LOOKED_AT_S * fs)]
    found = detect_r_peaks(signal, fs / 2)
    n_given = int(np.searchsorted(r_sample, len(signal)))
    return found if len(found) >= max(MORE_BEATS * n_given, LEAST_BEATS) else r_sample


def _better_rate(fs: float, bpm: float, qrs_ms: float, *, faster: bool) -> float | None:
    """Return the rate that makes of beats what they usually are: a double or a half of `fs`, else a common one."""
    simple = [fs * ratio for ratio in ((2, 4) if faster else (0.5, 0.25))]
    common = sorted((float(r) for r in COMMON_RATES_HZ), key=lambda r: abs(np.log(bpm * r / fs / USUAL_BPM)))
    for rate in [*(r for r in simple if r in COMMON_RATES_HZ), *common]:
        right_way = rate > fs if faster else rate < fs
        if (
            right_way
            and BPM_RANGE[0] <= bpm * rate / fs <= BPM_RANGE[1]
            and QRS_RANGE_MS[0] <= qrs_ms * fs / rate <= QRS_RANGE_MS[1]
        ):
            return rate
    return None
