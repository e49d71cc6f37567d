"""Calibrated noise on a clean ECG, as the MIT-BIH Noise Stress Test Database has it.

Moody, Muldrow & Mark 1984; as in their program `nst` (https://physionet.org/physiotools/wag/nst-1.htm), the
signal-to-noise ratio compares the power of a sine as high as the QRS complexes with that of the noise.
"""

from __future__ import annotations

import numpy as np

from ecgmodel.records.record import Record

CLEAN_S = 300.0
"""First comes this much without noise, in which a detector can learn."""

TURN_S = 120.0
"""Then noise and none take turns of this length, noise first."""

QRS_S = 0.05
"""The height of a QRS complex is measured this far on both sides of its annotation."""

N_MEASURES = 300
"""As many QRS complexes, and seconds of noise, are measured."""

TRIMMED = 20
"""The highest and the lowest of this many measures in turn are left out of the mean."""

VENTRICULAR = ("V", "E", "F", "r")
"""Beats that are not measured."""


def add_noise(signal: np.ndarray, noise: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Add noise without a step where its gain changes.

    Parameters
    ----------
    signal, noise, gain : ndarray of shape (n_samples,)

    Returns
    -------
    ndarray of shape (n_samples,), float64
    """
    added = np.zeros(len(signal))
    np.cumsum(gain[1:] * np.diff(noise.astype(np.float64)), out=added[1:])
    return signal + added


def stress(record: Record, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """Return the default lead of an annotated record with noise in every other turn.

    Parameters
    ----------
    record : Record
        With annotations.
    noise : ndarray of shape (n_samples,)
        At the record's sampling frequency; begins anew where it is shorter.
    snr_db : float
        Signal-to-noise ratio where there is noise.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        In mV.
    """
    signal = record.lead()
    gain = find_gain(record, noise, snr_db) * is_noisy(record.n_samples, record.fs)
    return add_noise(signal, np.resize(noise, len(signal)), gain)


def is_noisy(n_samples: int, fs: float) -> np.ndarray:
    """Return which samples of a stressed record have noise: ndarray of shape (n_samples,), bool."""
    seconds = np.arange(n_samples) / fs
    return (seconds >= CLEAN_S) & ((seconds - CLEAN_S) // TURN_S % 2 == 0)


def find_gain(record: Record, noise: np.ndarray, snr_db: float) -> float:
    """Return by what a noise is multiplied for a signal-to-noise ratio."""
    return 10 ** (-snr_db / 20) * measure_qrs(record) / measure_noise(noise, record.fs) / np.sqrt(8)


def measure_qrs(record: Record) -> float:
    """Return the mean height of the first QRS complexes, from peak to peak, in mV."""
    signal, beats = record.lead(), record.annotations.beats()
    reach = round(QRS_S * record.fs)
    sample = beats.sample[~np.isin(beats.symbol, VENTRICULAR)]
    sample = sample[(sample >= reach) & (sample < len(signal) - reach)][:N_MEASURES]
    return _trimmed_mean(np.ptp(signal[sample[:, None] + np.arange(-reach, reach + 1)], axis=1))


def measure_noise(noise: np.ndarray, fs: float) -> float:
    """Return the mean over the first seconds of the noise's root mean square about its mean, in mV."""
    second = round(fs)
    n_seconds = min(len(noise) // second, N_MEASURES)
    return _trimmed_mean(noise[: n_seconds * second].reshape(n_seconds, second).std(axis=1, dtype=np.float64))


def _trimmed_mean(values: np.ndarray) -> float:
    left_out = len(values) // TRIMMED
    return float(np.sort(values)[left_out : len(values) - left_out].mean())
