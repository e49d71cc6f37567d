"""RR intervals as a table that a spreadsheet opens: one line an interval."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.exports.csv_text import NOT_A_MEDICAL_DEVICE, write_csv


def format_intervals(rr_s: np.ndarray) -> str:
    """Return intervals as CSV: when each ends, how long it lasts, and the rate that it makes.

    Parameters
    ----------
    rr_s : ndarray of shape (n,), float64
        In seconds.
    """
    ends = np.cumsum(rr_s).tolist()
    rows = ([f"{end:.4f}", f"{rr:.4f}", f"{60 / rr:.2f}"] for end, rr in zip(ends, rr_s.tolist(), strict=True))
    return write_csv(("s", "rr_s", "per_minute"), rows, (NOT_A_MEDICAL_DEVICE,))
