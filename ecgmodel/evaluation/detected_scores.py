"""What became of detected beats in the groups of ANSI/AAMI EC57, scored database by database.

A matrix has a row for every group of the experts' beats (`labels.AAMI_GROUPS`) and one for what was detected where
experts marked nothing; its columns are the groups that a model names (`aami.PREDICTED_GROUPS`) and what was missed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ecgmodel.evaluation.aami import PREDICTED_GROUPS
from ecgmodel.labels import AAMI_GROUPS
from ecgmodel.records.sources.databases import find_database
from ecgmodel.segments.splits import PACED

ROWS = (*AAMI_GROUPS, "none")
COLUMNS = (*PREDICTED_GROUPS, "missed")


def by_database(records: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Sort the matrices of records by their databases."""
    sorted_: dict[str, dict[str, np.ndarray]] = {}
    for record, matrix in records.items():
        database = find_database(record)
        sorted_.setdefault(database.name if database is not None else "", {})[record] = matrix
    return sorted_


def leave_out_paced(records: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the records without those of pacemakers, as AAMI recommends."""
    return {record: matrix for record, matrix in records.items() if record not in PACED}


def score_detected(matrix: np.ndarray) -> dict[str, float]:
    """Return the scores of a matrix, or of many with their axes in front.

    Parameters
    ----------
    matrix : ndarray of shape (..., 6, 4)

    Returns
    -------
    dict of str to float
        `sensitivity/S`: of all S beats, the missed ones too. `positive_predictivity/S`: of all that was named S, also
        where no beat is; neither Q beats count nor F beats that are named V (EC57). `f1/S` is their harmonic mean; so
        for V. `mean_f1` is that of S and V, `found` the share of all beats that were detected.
    """
    figures, f1 = {}, []
    for group in "SV":
        row, column = ROWS.index(group), COLUMNS.index(group)
        right = matrix[..., row, column]
        named = matrix[..., column].sum(axis=-1) - matrix[..., ROWS.index("Q"), column]
        if group == "V":
            named = named - matrix[..., ROWS.index("F"), column]
        true = matrix[..., row, :].sum(axis=-1)
        figures[f"sensitivity/{group}"] = _ratio(right, true)
        figures[f"positive_predictivity/{group}"] = _ratio(right, named)
        f1.append(_ratio(2 * right, true + named))
        figures[f"f1/{group}"] = f1[-1]
    beats = matrix[..., :-1, :].sum(axis=(-2, -1))
    figures["mean_f1"] = (f1[0] + f1[1]) / 2
    figures["found"] = _ratio(beats - matrix[..., :-1, -1].sum(axis=-1), beats)
    return figures


def _ratio(part: np.ndarray, whole: np.ndarray) -> float:
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    ratio = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return float(ratio) if ratio.ndim == 0 else ratio
