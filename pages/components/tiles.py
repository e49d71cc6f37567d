"""Segments as small traces, as a component in which each can be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES
from pages.components.packets import FIGURE_FILES, join_code, pack_stamped, read_asset
from pages.components.trace_signal import GAP
from pages.ui.text import t

CODE_FILES = (*FIGURE_FILES, "matrix/tiles.js")

LEAST_SPAN_MV = 0.8
"""Smallest range that a tile spans, so that a flat segment is not magnified to its full height."""

STEP_MV = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One segment.

    Attributes
    ----------
    record : str
    r_sample : int
        In samples of the record at `dataset.MODEL_FS`.
    title, label : str
        What stands above it, and the same in full for screen readers.
    truth, named : str
        Symbols.
    probability : str
        Of the named class.
    signal : ndarray of shape (SEGMENT_SAMPLES,), float32, or None
        In mV, NaN where nothing was recorded; `None` where the record is not on this machine.
    mark : int
        R peak, in samples of the segment.
    length : int
        Samples that the network saw; the rest is drawn faint.
    """

    record: str
    r_sample: int
    title: str
    label: str
    truth: str
    named: str
    probability: str
    signal: np.ndarray | None
    mark: int
    length: int


def show_tiles(tiles: Sequence[Tile], *, key: str, chosen: int | None, on_tile: Callable[[int], None]) -> None:
    """Show segments side by side.

    Parameters
    ----------
    tiles : sequence of Tile
    key : str
        Of the element; another for other segments.
    chosen : int or None
        The tile that is drawn as pressed.
    on_tile : callable
        Called with the number of the tile that was clicked, before the page runs again.
    """

    def take() -> None:
        event = (st.session_state.get(key) or {}).get("tile")
        if event:
            on_tile(event["tile"])

    samples = np.full((len(tiles), SEGMENT_SAMPLES), GAP, dtype=np.int16)
    for row, tile in enumerate(tiles):
        if tile.signal is not None:
            known = np.isfinite(tile.signal)
            samples[row, known] = np.clip(np.rint(tile.signal[known] / STEP_MV), -32000, 32000)
    packet = pack_stamped(
        key,
        {
            "tiles": [_describe(tile) for tile in tiles],
            "chosen": chosen,
            "n_samples": SEGMENT_SAMPLES,
            "fs": MODEL_FS,
            "gap": GAP,
            "least_span": LEAST_SPAN_MV / STEP_MV,
            "palette": palette.CLASS_INKS,
            "text": {"away": t("not on this machine")},
        },
        {"signal": samples.reshape(-1)},
    )
    _tiles(key=key, data=packet.data, on_tile_change=take)


def _describe(tile: Tile) -> dict:
    return {
        "record": tile.record,
        "r_sample": tile.r_sample,
        "title": tile.title,
        "truth": tile.truth,
        "named": tile.named,
        "probability": tile.probability,
        "label": tile.label,
        "here": tile.signal is not None,
        "mark": tile.mark,
        "start": 0,
        "stop": tile.length,
    }


_tiles = st.components.v2.component(
    "ecg_tiles", js=join_code(CODE_FILES), css=read_asset("matrix/tiles.css"), isolate_styles=True
)
