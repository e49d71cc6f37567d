"""What others have published, to stand beside our own figures; the only owner of these numbers."""

from __future__ import annotations

OH_COUNTS = {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}
"""Segments of each class in Oh et al. 2018, table 2 (doi 10.1016/j.compbiomed.2018.06.002)."""

MITDB_COUNTS = {"N": 75_052, "L": 8_075, "R": 7_259, "A": 2_546, "V": 7_130}
"""Single beats of each class in all 48 records of MIT-BIH, as the database's table of contents has them."""

OH_SCORES = {"accuracy": 0.9810, "sensitivity": 0.9750, "specificity": 0.9870}
"""The same: CNN and LSTM, ten folds over segments.

By the names of `metrics.BinaryScores`: we read them as answers to the question whether a beat is abnormal, since only
so they fit each other, see `infer_oh_accuracy`. They stand beside figures of that question alone.
"""

DE_CHAZAL_SCORES = {
    "sensitivity/S": 0.759,
    "ec57_positive_predictivity/S": 0.385,
    "sensitivity/V": 0.777,
    "ec57_positive_predictivity/V": 0.819,
}
"""De Chazal et al. 2004 (doi 10.1109/TBME.2004.827359): DS1 to DS2, every beat, two leads, features made by hand.

By the names of `aami.AamiScores.to_dict`. They stand beside results on single beats alone: runs are cut by the
experts' labels, and hold neither fusion nor unclassifiable beats.
"""


def count_oh_normal() -> tuple[int, int]:
    """Return how many normal and how many abnormal segments the paper has."""
    normal = OH_COUNTS["N"]
    return normal, sum(OH_COUNTS.values()) - normal


def infer_oh_accuracy() -> float:
    """Return the accuracy that the paper's sensitivity and specificity give if they tell abnormal from normal.

    It is the paper's accuracy. The means over its five classes would not fit: if 1.90 % of the segments are named as
    another class, their mean specificity is 99.24 % at the least, and the paper states 98.70 %.
    """
    normal, abnormal = count_oh_normal()
    right = OH_SCORES["sensitivity"] * abnormal + OH_SCORES["specificity"] * normal
    return right / (normal + abnormal)
