"""Colours of gates and states as tables, for figures that paint pixels themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgmodel.figures.palette import STATE_SCALES, Theme

CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")
"""Ten colours of cividis (Nunez et al. 2018, doi 10.1371/journal.pone.0199239), designed for colour-blind readers
too."""

LEVELS = 256


def gate_table() -> np.ndarray:
    """Return the colours of a gate from 0 to 1: ndarray of shape (256, 3), uint8."""
    return _blend(np.linspace(0, 1, len(CIVIDIS)), CIVIDIS)


def state_table(theme: Theme) -> np.ndarray:
    """Return the colours of a state from -1 to 1: ndarray of shape (256, 3), uint8."""
    places, colours = zip(*STATE_SCALES[theme], strict=True)
    return _blend(np.array(places), colours)


def _blend(places: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    rgb = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in colours])
    share = np.linspace(0, 1, LEVELS)
    return np.stack([np.rint(np.interp(share, places, rgb[:, k])) for k in range(3)], axis=1).astype(np.uint8)
