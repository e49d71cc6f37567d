"""The shapes of simulated beats: Gaussian waves a class, and how one person's differ from the table's.

They are those of textbook beats in MLII and V1, set beside median beats of the MIT-BIH records.
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
_VENTRICLES = {
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
        (  # broad, ST and T far below the baseline, as in 109
            _Wave("QRS", -0.036, 0.0170, -0.28, 0.30),
            _Wave("QRS", 0.000, 0.0215, 1.80, -1.35),
            _Wave("QRS", 0.053, 0.0190, -0.45, -0.35),
            _Wave("T", 0.075, 0.065, -0.36, 0.14),
            _Wave("T", 0.215, 0.058, -0.36, 0.25),
        ),
        (  # slurred, as in 214
            _Wave("QRS", -0.019, 0.0115, 0.62, -0.55),
            _Wave("QRS", 0.000, 0.0105, 1.10, -0.35),
            _Wave("QRS", 0.020, 0.0240, 0.55, -0.90),
            _Wave("T", 0.115, 0.036, -0.17, 0.20),
            _Wave("T", 0.215, 0.049, -0.34, 0.52),
            _Wave("T", 0.267, 0.028, -0.18, 0.20),
        ),
        (  # notched, as in 111
            _Wave("QRS", -0.038, 0.0140, 0.46, -0.95),
            _Wave("QRS", 0.000, 0.0130, 1.00, -0.65),
            _Wave("QRS", 0.032, 0.0140, -0.25, -0.12),
            _Wave("T", 0.085, 0.055, -0.10, 0.18),
            _Wave("T", 0.205, 0.050, 0.12, 0.30),
            _Wave("T", 0.258, 0.032, 0.28, 0.00),
        ),
    ),
    "R": (
        (  # notched upstroke and deep S, as in 118
            _Wave("QRS", -0.017, 0.0100, 0.60, -0.85),
            _Wave("QRS", 0.000, 0.0105, 1.25, -0.15),
            _Wave("QRS", 0.016, 0.0090, 0.10, 0.80),
            _Wave("QRS", 0.053, 0.0190, -1.20, 0.35),
            _Wave("T", 0.095, 0.050, -0.10, 0.05),
            _Wave("T", 0.235, 0.048, -0.34, -0.34),
        ),
        (  # narrow R and shallower S, as in 231 and 212
            _Wave("QRS", -0.022, 0.0075, -0.16, 0.18),
            _Wave("QRS", 0.000, 0.0095, 1.60, -0.30),
            _Wave("QRS", 0.043, 0.0150, -0.70, 0.95),
            _Wave("QRS", 0.075, 0.0180, -0.16, 0.15),
            _Wave("T", 0.250, 0.055, 0.22, -0.16),
            _Wave("T", 0.305, 0.034, 0.16, -0.10),
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
    forms = _VENTRICLES[beat.conduction]
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
