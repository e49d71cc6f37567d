"""The colour tables against Plotly's."""

import numpy as np
import pytest
from plotly.colors import hex_to_rgb, sequential

from ecgmodel.figures.gates import CIVIDIS, gate_table, state_table


def test_cividis():
    """The ten colours are Plotly's, and the table passes through its ends."""
    assert list(CIVIDIS) == [colour.lower() for colour in sequential.Cividis]
    table = gate_table()
    assert table.shape == (256, 3)
    assert tuple(table[0]) == hex_to_rgb(CIVIDIS[0])
    assert tuple(table[-1]) == hex_to_rgb(CIVIDIS[-1])
    lightness = table @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) > -0.5).all(), "a larger gate is never darker"


@pytest.mark.parametrize(("theme", "ground"), [("light", 255), ("dark", 0)])
def test_states_are_the_ground_at_0(theme, ground):
    """White in light, black in dark; both ends are colours."""
    table = state_table(theme).astype(int)
    assert np.abs(table[127:129] - ground).max() <= 3
    assert np.ptp(table[0]) > 50
    assert np.ptp(table[-1]) > 50
