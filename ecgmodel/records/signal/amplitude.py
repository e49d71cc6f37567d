"""How high the R peaks of a lead are: the first number that a wrong unit makes absurd."""

from __future__ import annotations

import numpy as np

BASELINE_S = 0.3
"""So far to both sides of an R peak is looked for the baseline; the median of it is between the waves."""

PEAK_S = 0.05
"""An R peak stands this near to where the beat was found."""


def measure_r_amplitude(signal: np.ndarray, fs: float, r_sample: np.ndarray) -> float | None:
    """Return the median height of the R peaks over the baseline around them.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV; NaN where there is no sample.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n_beats,), int64

    Returns
    -------
    float or None
        In mV, negative where the QRS complexes point down; `None` where there is no beat to measure.

    Examples
    --------
    >>> signal = np.full(1000, 0.2)
    >>> signal[[300, 700]] = 1.4
    >>> round(measure_r_amplitude(signal, 250.0, np.array([300, 700])), 6)
    1.2
    """
    wide, near = max(1, round(BASELINE_S * fs)), max(1, round(PEAK_S * fs))
    heights = []
    for r in r_sample:
        around = signal[max(0, r - wide) : r + wide + 1].astype(np.float64)
        peak = signal[max(0, r - near) : r + near + 1].astype(np.float64)
        around, peak = around[np.isfinite(around)], peak[np.isfinite(peak)]
        if len(peak):
            over = peak - np.median(around)
            heights.append(over[np.argmax(np.abs(over))])
    return float(np.median(heights)) if heights else None
