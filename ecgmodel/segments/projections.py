"""Leads that were never placed: mixtures of a record's two leads.

A lead shows the heart's electrical axis from one direction. A weighted sum of two leads shows it from a direction
between them or beside them, as an electrode elsewhere would, so a few mixtures show a network each person's beats in
more shapes. Trained with them, and cross-validated over the people of DS1, `beats-gru` recognised premature beats of
strangers better than with the two leads alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgmodel.records.record import Record

ANGLES_DEG = (30, 60, 120, 150, -30, -60)


def projected_leads(leads: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the mixtures of a record's leads; none where there are not two."""
    if len(leads) != 2:
        return ()
    return tuple(f"{leads[0]} {angle:+d}° {leads[1]}" for angle in ANGLES_DEG)


def add_projections(record: Record) -> Record:
    """Return the record with the mixtures after its own leads.

    Each lead is first scaled to unit variance; a mixture is cos(angle) of the first and sin(angle) of the second.
    """
    names = projected_leads(record.leads)
    if not names:
        return record
    with np.errstate(invalid="ignore"):
        spread = np.nanstd(record.signals, axis=0)
    scaled = record.signals / np.where(spread > 0, spread, 1).astype(np.float32)
    angle = np.deg2rad(ANGLES_DEG)
    weights = np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)  # (2, n_angles)
    return replace(record, signals=np.hstack([record.signals, scaled @ weights]), leads=(*record.leads, *names))
