"""The shapes of simulated beats: Gaussian waves a class, and how one person's differ from the table's.

Normal and ventricular beats are those of textbooks, set beside median beats of the MIT-BIH records. Those of bundle
branch blocks are fitted by least squares to median beats of MIT-BIH records, in MLII and V1 at once, and so have the
shapes that are published of them (Surawicz et al. 2009, doi 10.1016/j.jacc.2008.12.013): QRS complexes of 120 ms and
more; R' late in V1 and a wide S in MLII where the right bundle is blocked, a broad, notched or slurred R in MLII and rS
or QS in V1 where the left one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Conduction = Literal["N", "L", "R"]


@dataclass(frozen=True, slots=True)
class SimulatedBeat:
    """One beat, or an impulse of the sinus node that is blocked (symbol "")."""

    time_s: float
    symbol: str
    conduction: Conduction
    focus: int  # 0 sinus or atrium, 1 and 2 ventricular
    rr_s: float  # the sinus interval at that time, which the T wave follows
    rhythm: str = ""  # set where the rhythm changes with this beat


@dataclass(frozen=True, slots=True)
class _Wave:
    """One Gaussian of a beat."""

    part: Literal["P", "QRS", "T"]
    centre_s: float  # from the R peak
    width_s: float  # standard deviation
    mlii_mv: float
    v1_mv: float


_P = (_Wave("P", -0.165, 0.021, 0.13, 0.06),)
_P_EARLY = (_Wave("P", -0.150, 0.014, 0.11, 0.07), _Wave("P", -0.118, 0.012, -0.06, -0.05))
VENTRICLES = {
    "N": (
        (
            _Wave("QRS", -0.027, 0.0075, -0.11, 0.22),
            _Wave("QRS", 0.000, 0.0105, 1.35, -0.75),
            _Wave("QRS", 0.027, 0.0085, -0.28, -0.12),
            _Wave("T", 0.080, 0.045, 0.02, 0.04),
            _Wave("T", 0.235, 0.048, 0.17, 0.06),
            _Wave("T", 0.285, 0.030, 0.17, 0.05),
        ),
    ),
    "L": (
        (  # broad and monophasic, S and T far below the baseline: the median beat of 109
            _Wave("QRS", -0.032, 0.0079, 0.42, -0.02),
            _Wave("QRS", -0.009, 0.0132, 1.23, -0.99),
            _Wave("QRS", 0.013, 0.0169, 1.33, -0.66),
            _Wave("QRS", 0.047, 0.0272, -0.55, -0.44),
            _Wave("T", 0.055, 0.0636, -0.17, 0.20),
            _Wave("T", 0.228, 0.0727, -0.45, 0.27),
            _Wave("T", 0.311, 0.0750, 0.38, -0.05),
        ),
        (  # slurred downstroke: the median beat of 214
            _Wave("QRS", -0.017, 0.0125, 0.74, -0.71),
            _Wave("QRS", 0.004, 0.0110, 1.69, -0.48),
            _Wave("QRS", 0.021, 0.0072, -0.31, -0.23),
            _Wave("QRS", 0.026, 0.0284, 0.64, -0.74),
            _Wave("T", 0.094, 0.0750, -0.15, 0.27),
            _Wave("T", 0.225, 0.0517, -0.25, 0.64),
            _Wave("T", 0.257, 0.0242, -0.14, 0.12),
        ),
        (  # notched: the median beat of 111
            _Wave("QRS", -0.037, 0.0160, 0.67, -0.94),
            _Wave("QRS", -0.006, 0.0097, 1.08, -0.38),
            _Wave("QRS", 0.011, 0.0111, 0.83, -0.26),
            _Wave("QRS", 0.000, 0.0300, -0.55, -0.21),
            _Wave("T", 0.080, 0.0750, -0.04, 0.22),
            _Wave("T", 0.193, 0.0404, 0.08, 0.29),
            _Wave("T", 0.253, 0.0390, 0.38, -0.04),
        ),
    ),
    "R": (
        (  # notched upstroke, deep and wide S; rSR' in V1: the median beat of 118
            _Wave("QRS", -0.023, 0.0093, 0.19, -0.84),
            _Wave("QRS", -0.004, 0.0129, 0.84, -0.54),
            _Wave("QRS", 0.010, 0.0077, 1.24, 1.22),
            _Wave("QRS", 0.020, 0.0094, -0.83, 0.28),
            _Wave("QRS", 0.053, 0.0193, -1.27, -0.25),
            _Wave("T", 0.118, 0.0255, -0.01, 0.13),
            _Wave("T", 0.235, 0.0483, -0.42, -0.37),
            _Wave("T", 0.285, 0.0750, 0.18, 0.03),
        ),
        (  # narrow R and long, shallow S; broad R in V1: the median beat of 212
            _Wave("QRS", 0.002, 0.0081, 1.62, 0.34),
            _Wave("QRS", 0.016, 0.0112, -0.62, 0.58),
            _Wave("QRS", 0.050, 0.0192, -0.50, 1.53),
            _Wave("QRS", 0.069, 0.0287, -1.07, 0.36),
            _Wave("T", 0.064, 0.0391, 1.04, -0.49),
            _Wave("T", 0.205, 0.0415, 0.39, -0.51),
            _Wave("T", 0.252, 0.0305, 0.34, -0.16),
        ),
        (  # narrow R and deep S; rsR' in V1: the median beat of 231, its S drawn out to 120 ms
            _Wave("QRS", -0.025, 0.0060, -0.23, 0.09),
            _Wave("QRS", -0.001, 0.0069, 1.78, -0.20),
            _Wave("QRS", 0.029, 0.0121, -0.25, 0.68),
            _Wave("QRS", 0.053, 0.0160, -0.55, 0.52),
            _Wave("T", 0.155, 0.0269, 0.04, -0.02),
            _Wave("T", 0.301, 0.0645, 0.31, -0.14),
            _Wave("T", 0.371, 0.0436, 0.31, -0.03),
        ),
    ),
}
"""The forms in which each conduction occurs; a person has one of them."""

_FOCI = {
    1: (
        _Wave("QRS", -0.034, 0.0135, 0.40, -0.25),
        _Wave("QRS", 0.000, 0.0175, 1.85, -1.35),
        _Wave("QRS", 0.042, 0.0170, 1.00, -0.85),
        _Wave("T", 0.150, 0.055, -0.34, 0.30),
        _Wave("T", 0.255, 0.055, -0.52, 0.45),
        _Wave("T", 0.320, 0.034, -0.20, 0.18),
    ),
    2: (
        _Wave("QRS", -0.048, 0.0110, 0.38, 0.35),
        _Wave("QRS", 0.000, 0.0180, -1.90, 1.40),
        _Wave("QRS", 0.044, 0.0180, -0.75, 0.55),
        _Wave("T", 0.170, 0.055, 0.35, -0.30),
        _Wave("T", 0.265, 0.055, 0.58, -0.45),
        _Wave("T", 0.330, 0.034, 0.20, -0.16),
    ),
}


def draw_beats(beats: list[SimulatedBeat], n_samples: int, fs: float, rng: np.random.Generator) -> np.ndarray:
    """Draw the beats of one person, whom `rng` chooses: ndarray of shape (n_samples, 2), MLII and V1 in mV."""
    return _draw(_waves_of(beats, _person(rng), rng), n_samples, fs)


@dataclass(frozen=True, slots=True)
class _Person:
    """How one person's waves differ from the table's."""

    size: float
    p_size: float
    t_size: float
    width: float
    form: int


def _person(rng: np.random.Generator) -> _Person:
    return _Person(
        size=rng.uniform(0.85, 1.2),
        p_size=rng.uniform(0.7, 1.3),
        t_size=rng.uniform(0.75, 1.35),
        width=rng.uniform(0.94, 1.08),
        form=int(rng.integers(6)),
    )


def _shape_of(beat: SimulatedBeat, form: int) -> tuple[_Wave, ...]:
    if beat.symbol == "":  # the P wave of a blocked impulse
        return _P
    if beat.focus:
        return _FOCI[beat.focus]
    forms = VENTRICLES[beat.conduction]
    return (_P_EARLY if beat.symbol == "A" else _P) + forms[form % len(forms)]


@dataclass(frozen=True, slots=True)
class _Waves:
    """All Gaussians of a record: arrays of shape (n_waves,), and `mv` of shape (n_waves, 2)."""

    centre_s: np.ndarray
    width_s: np.ndarray
    mv: np.ndarray


def _waves_of(beats: list[SimulatedBeat], person: _Person, rng: np.random.Generator) -> _Waves:
    """Place the waves of all beats in time; from beat to beat they vary a little in size."""
    sizes = {"P": person.size * person.p_size, "QRS": person.size, "T": person.size * person.t_size}
    variations = rng.normal(1.0, 0.03, len(beats))
    centres, widths, mv = [], [], []
    for beat, variation in zip(beats, variations, strict=True):
        qt_scale = np.sqrt(min(max(beat.rr_s, 0.5), 1.2) / 0.83)  # Bazett
        for wave in _shape_of(beat, person.form):
            scale = qt_scale if wave.part == "T" else person.width
            centres.append(beat.time_s + wave.centre_s * (scale if wave.part != "P" else 1.0))
            widths.append(wave.width_s * scale)
            size = sizes[wave.part] * variation
            mv.append((wave.mlii_mv * size, wave.v1_mv * size))
    return _Waves(np.array(centres), np.array(widths), np.array(mv).reshape(-1, 2))


def _draw(waves: _Waves, n_samples: int, fs: float) -> np.ndarray:
    """Add up the waves, each over five standard deviations: ndarray of shape (n_samples, 2), in mV."""
    half = np.ceil(5 * waves.width_s * fs).astype(np.int64)  # (n_waves,)
    length = 2 * half + 1
    wave = np.repeat(np.arange(len(half)), length)  # (n_points,): which wave a point belongs to
    first = np.round(waves.centre_s * fs).astype(np.int64) - half
    within = np.arange(len(wave)) - np.repeat(np.cumsum(length) - length, length)
    sample = first[wave] + within
    inside = (sample >= 0) & (sample < n_samples)
    wave, sample = wave[inside], sample[inside]
    height = np.exp(-0.5 * ((sample / fs - waves.centre_s[wave]) / waves.width_s[wave]) ** 2)
    leads = [np.bincount(sample, height * mv[wave], n_samples) for mv in waves.mv.T]
    return np.stack(leads, axis=1)
