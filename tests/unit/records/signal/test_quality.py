"""Faults of a signal, stretch by stretch, and CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ecgmodel.records.exports.csv_text import NOT_A_MEDICAL_DEVICE, escape_cell, write_csv
from ecgmodel.records.signal.quality import Stretch, fill_missing, find_stretches, measure_polarity
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 250.0


@pytest.fixture
def signal() -> np.ndarray:
    return simulate_record(SimulationPlan(duration_s=10.0, fs=FS), seed=3).signals[:, 0].copy()


def test_a_clean_signal_has_no_faults(signal: np.ndarray) -> None:
    assert find_stretches(signal, FS) == ()


def test_missing_flat_and_clipped_stretches_are_found_where_they_were_put(signal: np.ndarray) -> None:
    top = float(signal.max()) + 1
    signal[100:150] = np.nan
    signal[600:800] = 0.125
    signal[1000:1020] = top
    signal[1300:1310] = top
    assert find_stretches(signal, FS) == (
        Stretch("missing", 100, 150),
        Stretch("flat", 600, 800),
        Stretch("clipped", 1000, 1020),
        Stretch("clipped", 1300, 1310),
    )


def test_the_ends_of_a_signal_count(signal: np.ndarray) -> None:
    signal[:5] = np.nan
    signal[-200:] = 0.1
    found = find_stretches(signal, FS)
    assert found[0] == Stretch("missing", 0, 5)
    assert found[-1] == Stretch("flat", 2300, 2500)
    assert find_stretches(np.full(10, np.nan, dtype=np.float32), FS) == (Stretch("missing", 0, 10),)
    assert find_stretches(np.empty(0, dtype=np.float32), FS) == ()


def test_missing_samples_are_filled_by_straight_lines() -> None:
    holes = np.array([np.nan, 1.0, np.nan, 3.0, np.nan], dtype=np.float32)
    assert fill_missing(holes).tolist() == [1.0, 1.0, 2.0, 3.0, 3.0]
    assert fill_missing(np.full(3, np.nan, dtype=np.float32)).tolist() == [0.0, 0.0, 0.0]


def test_polarity_turns_with_the_signal(signal: np.ndarray) -> None:
    upright, turned = measure_polarity(signal, FS), measure_polarity(-signal, FS)
    assert upright is not None
    assert turned is not None
    assert (upright.inverted, turned.inverted) == (False, True)
    assert upright.up == pytest.approx(turned.down)
    assert measure_polarity(np.zeros(2500), FS) is None
    assert measure_polarity(signal[:300], FS) is None


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_formulas_are_escaped(text: str) -> None:
    assert escape_cell(text) == "'" + text


@pytest.mark.parametrize("mark", ["+", "-", "=", "@"])
def test_a_mark_alone_is_no_formula(mark: str) -> None:
    assert escape_cell(mark) == mark


def test_written_csv_keeps_numbers_and_says_what_it_is() -> None:
    text = write_csv(("lead", "mV"), [("=cmd|' /C calc'!A0", -0.5), ('a, "b"', 1)])
    assert text.splitlines()[0] == NOT_A_MEDICAL_DEVICE
    rows = list(csv.reader(io.StringIO(text.split("\r\n", 1)[1])))
    assert rows == [["lead", "mV"], ["'=cmd|' /C calc'!A0", "-0.5"], ['a, "b"', "1"]]
