"""Beats as a table that a spreadsheet opens: one line a beat."""

from __future__ import annotations

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.records.exports.csv_text import NOT_A_MEDICAL_DEVICE, write_csv
from ecgmodel.records.timeline import rr_intervals


def format_beats(
    record: str,
    fs: float,
    r_sample: np.ndarray,
    symbol: np.ndarray,
    probabilities: np.ndarray | None = None,
    other: np.ndarray | None = None,
    gaps: np.ndarray | None = None,
) -> str:
    """Return beats as CSV: sample, time, RR interval, symbol, and what is known beside it.

    Parameters
    ----------
    record : str
        Name of the record, for the comment above the table.
    fs : float
        In Hz.
    r_sample : ndarray of shape (n,), int64
    symbol : ndarray of shape (n,), str
    probabilities : ndarray of shape (n, 5) or None
        Of the classes, in class order.
    other : ndarray of shape (n,), str, or None
        Another annotator's symbols of the same beats, as the model's beside a person's.
    gaps : ndarray of shape (n_gaps, 2), int64, or None
        Where samples are missing, see `timeline.find_gaps`: the RR interval after them stays empty.
    """
    header = ["r_sample", "s", "rr_s", "class"]
    columns: list[list[object]] = [
        r_sample.tolist(),
        [f"{s:.4f}" for s in (r_sample / fs).tolist()],
        [f"{s:.4f}" if np.isfinite(s) else "" for s in rr_intervals(r_sample, fs, gaps).tolist()],
        symbol.tolist(),
    ]
    if other is not None:
        header.append("model")
        columns.append(other.tolist())
    if probabilities is not None:
        header += [f"p_{name}" for name in CLASSES]
        columns += [[f"{p:.6f}" for p in column] for column in probabilities.T.tolist()]
    return write_csv(header, zip(*columns, strict=True), (NOT_A_MEDICAL_DEVICE, f"# {record}, {fs:g} Hz"))
