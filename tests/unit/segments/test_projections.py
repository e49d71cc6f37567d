"""Mixtures of two leads against a dipole that turns."""

import numpy as np
import pytest

from ecgmodel.records.record import Header, Record
from ecgmodel.segments.projections import add_projections, projected_leads


def make_record(signals: np.ndarray, leads: tuple[str, ...]) -> Record:
    return Record("made", signals.astype(np.float32), leads, 360.0, None, Header(), "upload")


def test_a_mixture_is_what_a_lead_at_its_angle_sees() -> None:
    """Of a dipole that turns evenly, a lead at 60 degrees is a sixth of a turn behind the first one."""
    turn = np.linspace(0, 20 * np.pi, 7200, endpoint=False)
    record = add_projections(make_record(np.stack([3 * np.cos(turn), 0.2 * np.sin(turn)], axis=1), ("I", "aVF")))
    for lead, behind in (("I +60° aVF", np.pi / 3), ("I -60° aVF", -np.pi / 3), ("I +150° aVF", 5 * np.pi / 6)):
        np.testing.assert_allclose(record.lead(lead), np.sqrt(2) * np.cos(turn - behind), atol=1e-3)
    assert record.leads[:2] == ("I", "aVF")


@pytest.mark.parametrize("leads", [("II",), ("I", "II", "III")])
def test_other_records_stay_as_they_are(leads: tuple[str, ...]) -> None:
    """One lead cannot be mixed, and of three no pair is the pair."""
    record = make_record(np.zeros((10, len(leads))), leads)
    assert add_projections(record) is record
    assert projected_leads(leads) == ()


def test_a_flat_or_missing_lead_gives_numbers_or_gaps() -> None:
    """No division by a spread of zero; where one lead is missing, so is the mixture."""
    signals = np.zeros((100, 2))
    signals[:, 1] = np.sin(np.arange(100))
    signals[40:50, 1] = np.nan
    mixed = add_projections(make_record(signals, ("a", "b"))).signals[:, 2]
    assert np.isnan(mixed[40:50]).all()
    assert np.isfinite(np.delete(mixed, np.arange(40, 50))).all()
