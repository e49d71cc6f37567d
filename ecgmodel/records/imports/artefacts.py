"""Values that no heart gives: a spike of 30,000 mV is taken out, and the rest is read as if it were not there."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.imports.evidence import Sentence, round_figures, say
from ecgmodel.records.signal.quality import find_artefacts

IMPOSSIBLE_SWINGS = 100.0
"""So many times the usual swing away, a value is no voltage of a heart; smaller artefacts are marked and stay."""


def take_out_artefacts(signals: np.ndarray, leads: tuple[str, ...], fs: float) -> tuple[Sentence, ...]:
    """Make impossible values missing, in place, and return a sentence for each lead that had some.

    Parameters
    ----------
    signals : ndarray of shape (n_samples, n_leads), float32
        In mV.
    leads : tuple of str
    fs : float
        In Hz.
    """
    sentences = []
    for name, signal in zip(leads, signals.T, strict=True):
        runs = find_artefacts(signal, fs, IMPOSSIBLE_SWINGS)
        if not runs:
            continue
        start, stop = runs[0]
        first = signal[start:stop]
        sentences.append(
            say(
                "Lead '{lead}' jumps to {value:,g} mV at {seconds:.2f} s, which no heart does. Such artefacts "
                "({count}) are marked and shown as gaps.",
                lead=name,
                value=round_figures(float(first[np.nanargmax(np.abs(first))])),
                seconds=start / fs,
                count=len(runs),
            )
        )
        for start, stop in runs:
            signal[start:stop] = np.nan
    return tuple(sentences)
