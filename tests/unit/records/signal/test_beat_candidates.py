"""What describes a candidate, beside scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ecgmodel.records.signal.beat_candidates import run_over


@pytest.mark.parametrize("n", [1, 2, 5, 300])
def test_extremes_of_neighbours_are_those_of_scipy(n: int) -> None:
    """Of windows of every width, even and odd, also where they are wider than the signal."""
    values = np.random.default_rng(0).standard_normal(n)
    for width in range(1, 41):
        np.testing.assert_array_equal(
            run_over(np.maximum, values, width), maximum_filter1d(values, width, mode="nearest")
        )
        np.testing.assert_array_equal(
            run_over(np.minimum, values, width), minimum_filter1d(values, width, mode="nearest")
        )
