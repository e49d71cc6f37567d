"""The beat of a class that best stands for its record: the one nearest to the median of its kind."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.record import Record
from ecgmodel.segments.one_beat import list_beats

WINDOW_S = (0.3, 0.5)
EDGE_S = 2.0
MOST = 200


def find_typical(record: Record, symbol: str) -> int | None:
    """Return the R peak, in samples, of the most typical beat of a class.

    Parameters
    ----------
    record : Record
    symbol : str
        Of `labels.CLASSES`.

    Returns
    -------
    int or None
        `None` where the record has none that is `EDGE_S` away from its ends.
    """
    beats, signal = list_beats(record), record.lead()
    edge = round(EDGE_S * record.fs)
    chosen = beats.sample[(beats.symbol == symbol) & (beats.sample >= edge) & (beats.sample < record.n_samples - edge)][
        :MOST
    ]
    if len(chosen) == 0:
        return None
    before, after = (round(part * record.fs) for part in WINDOW_S)
    windows = np.lib.stride_tricks.sliding_window_view(signal, before + after)[chosen - before]
    windows = windows - np.median(windows, axis=1, keepdims=True)
    distance = np.abs(windows - np.median(windows, axis=0)).sum(axis=1)
    return int(chosen[distance.argmin()])
