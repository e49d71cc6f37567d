"""Beats of long signals, cut in pieces from short stretches: a piece costs the same however long the record is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ecgmodel.segments.beats import AFTER_SAMPLES, BEFORE_SAMPLES, HISTORY, LONG_BEATS, REFRESH, cut_beats
from ecgmodel.segments.dataset import MODEL_FS, Segments
from ecgmodel.segments.resampling import ResampledLead

CONTEXT_BEATS = 2 * max(HISTORY + REFRESH, LONG_BEATS)
"""Beats before a piece that are cut with it, so that its rhythm and typical beat are those of the whole record."""


def iter_beats(signal: np.ndarray, r_sample: np.ndarray, piece: int) -> Iterator[Segments]:
    """Yield the beats of a lead in pieces, the same ones as `cut_beats` cuts from the whole.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32
        One lead at `MODEL_FS`.
    r_sample : ndarray of shape (n_beats,), int64
        R peaks, ascending.
    piece : int
        Beats that are cut at a time.

    Raises
    ------
    SegmentError
        Where R peaks are not ascending or lie outside the signal.
    """
    for first in range(0, len(r_sample), piece):
        yield cut_piece(signal, r_sample, slice(first, first + piece))


def cut_piece(signal: np.ndarray | ResampledLead, r_sample: np.ndarray, select: slice) -> Segments:
    """Cut one piece, from as little of the lead as it needs.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32, or ResampledLead
        One lead at `MODEL_FS`.
    r_sample : ndarray of shape (n_beats,), int64
        R peaks, ascending.
    select : slice
        Of consecutive beats; at least one of them is there.

    Raises
    ------
    SegmentError
        Where R peaks are not ascending or lie outside the signal.
    """
    first, stop, _ = select.indices(len(r_sample))
    context = max(first - CONTEXT_BEATS, 0) // REFRESH * REFRESH
    # Beats after the last one of the piece are in its window too.
    seen = int(np.searchsorted(r_sample, r_sample[stop - 1] + AFTER_SAMPLES, side="right"))
    begin = max(int(r_sample[context]) - BEFORE_SAMPLES, 0) if context else 0
    end = max(int(r_sample[seen - 1]) + AFTER_SAMPLES + 1, begin)
    stretch, peaks = signal[begin:end], r_sample[context : max(seen, stop)] - begin
    found = cut_beats(stretch, peaks, MODEL_FS, select=slice(first - context, stop - context))
    return replace(found, start_sample=found.start_sample + begin, r_sample=found.r_sample + begin)
