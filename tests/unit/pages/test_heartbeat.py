"""The heartbeat of the start page is what the library computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pages.start.heartbeat import compute_heartbeat, read_heartbeat

ANEW = "The model or its record is another: run `python -m pages.start.heartbeat`."


def test_the_file_is_what_the_network_computes(mitdb_folder: Path):
    """Signal, feature maps, gates, states and answers are those of the shipped model on record 208."""
    shown, computed = read_heartbeat(), compute_heartbeat()
    np.testing.assert_array_equal(shown.lead, computed.lead)
    np.testing.assert_array_equal(shown.mark_sample, computed.mark_sample)
    np.testing.assert_array_equal(shown.mark_code, computed.mark_code)
    np.testing.assert_allclose(shown.probabilities, computed.probabilities, atol=1e-4, err_msg=ANEW)
    assert (shown.r_sample, shown.readout_step) == (computed.r_sample, computed.readout_step)
    for name in ("r", "z", "h"):
        np.testing.assert_allclose(getattr(shown, name).astype(int), getattr(computed, name), atol=1, err_msg=ANEW)
    for kept, made in zip(shown.maps, computed.maps, strict=True):
        np.testing.assert_allclose(kept.astype(int), made, atol=1, err_msg=ANEW)


def test_the_model_is_right():
    """What the start page plays ends with the experts' answer."""
    heartbeat = read_heartbeat()
    truth = chr(heartbeat.mark_code[heartbeat.mark_sample == heartbeat.r_sample][0])
    assert "NLRAV"[heartbeat.probabilities[heartbeat.readout_step].argmax()] == truth == "V"
