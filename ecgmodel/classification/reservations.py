"""What makes no name of a recording's beats sure, however probable the model finds it."""

from __future__ import annotations

import numpy as np

from ecgmodel.classification.other_waves import doubt_other_waves
from ecgmodel.classification.pacing import doubt_pacing
from ecgmodel.records.imports.evidence import Sentence


def find_reservations(
    signal: np.ndarray, fs: float, r_sample: np.ndarray, *, detected: bool = True
) -> tuple[Sentence, ...]:
    """Return what to say where a pacemaker is suspected, or where marks may stand on waves other than R.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, in mV; NaN where there is no sample.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n_beats,), int64
        Ascending.
    detected : bool
        Whether the detector set the marks; those of experts stand where they should.
    """
    other = doubt_other_waves(signal, fs, r_sample) if detected else None
    found = (doubt_pacing(signal, fs, r_sample), other)
    return tuple(sentence for sentence in found if sentence is not None)
