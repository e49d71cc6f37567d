"""The length of QRS: of beats drawn with known borders, and of records whose conduction experts have named."""

import numpy as np
import pytest

from ecgmodel.records.signal.qrs_width import measure_qrs
from ecgmodel.records.sources.catalogue import open_record

FS = 360.0


def bump(n_samples, start_s, stop_s, mv):
    """Return a raised cosine that is 0 up to one time and from another on."""
    share = (np.arange(n_samples) / FS - start_s) / (stop_s - start_s)
    return np.where((share > 0) & (share < 1), mv * 0.5 * (1 - np.cos(2 * np.pi * share)), 0.0)


def draw(width_s, noise_mv, late_lead=False):
    """Return twenty beats in two leads, and their R peaks: QRS is exactly `width_s` long, between a P and a T wave."""
    n = round(20.5 * FS)
    first, second = np.zeros(n), np.zeros(n)
    peaks = 0.6 + np.arange(20.0)
    for r in peaks:
        start, stop = r - 0.4 * width_s, r + 0.6 * width_s
        first += bump(n, r - 0.21, r - 0.11, 0.12) + bump(n, r + 0.19, r + 0.41, 0.25)
        first += bump(n, start, start + 0.3 * width_s, -0.15) + bump(n, r - 0.25 * width_s, r + 0.25 * width_s, 1.3)
        late = bump(n, r + 0.2 * width_s, stop, -0.5)
        second += bump(n, start + 0.1 * width_s, r + 0.1 * width_s, -0.6)
        if late_lead:
            second += late
        else:
            first += late
    rng = np.random.default_rng(1)
    wander = 0.1 * np.sin(2 * np.pi * 0.3 * np.arange(n) / FS)
    signals = np.stack([first + wander, second - wander], axis=1) + rng.normal(0, noise_mv, (n, 2))
    return signals, np.round(peaks * FS).astype(int)


@pytest.mark.parametrize("late_lead", [False, True])
@pytest.mark.parametrize("noise_mv", [0.0, 0.02])
@pytest.mark.parametrize("width_ms", [70, 90, 110, 130, 150])
def test_known_widths(width_ms, noise_mv, late_lead):
    """Of drawn beats it is right to 12 ms, also where the end of QRS shows in the other lead alone."""
    signals, peaks = draw(width_ms / 1000, noise_mv, late_lead)
    span = measure_qrs(signals, FS, int(peaks[9]), peaks)
    assert span.n_beats >= 3
    assert abs(span.ms(FS) - width_ms) <= 12
    assert span.start < peaks[9] < span.stop


def typical_ms(name, symbol):
    """Return the median of seven beats over a record."""
    record = open_record(name)
    beats = record.annotations.sample[record.annotations.symbol == symbol]
    chosen = beats[np.linspace(5, len(beats) - 6, 7).astype(int)]
    spans = [measure_qrs(record.signals, record.fs, int(r), beats) for r in chosen]
    return float(np.median([span.ms(record.fs) for span in spans if span is not None]))


@pytest.mark.parametrize("name", ["100", "101", "103", "112", "115", "119", "123", "209", "222", "234"])
def test_normal_conduction(mitdb_folder, name):
    """Normal beats take 65 to 110 ms: the normal range is 70 to 110, and two leads may miss a little."""
    assert 65 <= typical_ms(name, "N") <= 110


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("109", "L"), ("111", "L"), ("207", "L"), ("214", "L"), ("118", "R"), ("124", "R"), ("212", "R"), ("232", "R")],
)
def test_bundle_branch_blocks(mitdb_folder, name, symbol):
    """A complete block takes at least 120 ms (Surawicz et al. 2009, doi 10.1161/CIRCULATIONAHA.108.191095)."""
    assert 120 <= typical_ms(name, symbol) <= 190


def test_ventricular_beats(mitdb_folder):
    """The ventricular beats of 119 and 208 take at least 120 ms, far longer than the normal ones beside them."""
    for name in ("119", "208"):
        assert typical_ms(name, "V") >= max(120, typical_ms(name, "N") + 40)


@pytest.mark.parametrize("r", [0, 5, 360, 719])
def test_nothing_is_said_of_nothing(r):
    """A flat line, a beat at the border and one that nobody resembles have no measure."""
    flat = np.zeros((720, 2), np.float32)
    assert measure_qrs(flat, FS, r, np.array([r] * 5)) is None
    signals, peaks = draw(0.09, 0.0)
    assert measure_qrs(signals, FS, int(peaks[3]), peaks[3:4]) is None
