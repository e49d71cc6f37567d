"""What others have published, to stand beside our own figures; the only owner of these numbers."""

from __future__ import annotations

OH_COUNTS = {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}
"""Segments of each class in Oh et al. 2018, table 2 (doi 10.1016/j.compbiomed.2018.06.002)."""

OH_SCORES = {"accuracy": 0.9810, "sensitivity": 0.9750, "specificity": 0.9870}
"""The same: CNN and LSTM, ten folds over segments."""

DE_CHAZAL_SCORES = {
    "sensitivity/S": 0.759,
    "ec57_positive_predictivity/S": 0.385,
    "sensitivity/V": 0.777,
    "ec57_positive_predictivity/V": 0.819,
}
"""De Chazal et al. 2004 (doi 10.1109/TBME.2004.827359): DS1 to DS2, two leads, features made by hand.

By the names of `aami.AamiScores.to_dict`."""
