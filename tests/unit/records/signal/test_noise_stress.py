"""Noise on a clean ECG, against what PhysioNet says of its Noise Stress Test Database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.signal.noise_stress import add_noise, find_gain, is_noisy, measure_noise, measure_qrs, stress
from ecgmodel.records.sources.noise_records import read_noise


def make_record(seconds: int) -> Record:
    """Return a lead with a triangle of 2 mV each second."""
    signal = np.zeros((seconds * 360, 1), dtype=np.float32)
    beats = np.arange(180, seconds * 360, 360)
    for offset, height in ((-2, 0.5), (-1, 1.0), (0, 2.0), (1, 1.0), (2, 0.5)):
        signal[beats + offset, 0] = height
    annotations = Annotations(beats, np.array(["N"] * len(beats)), np.array([""] * len(beats)))
    return Record("made", signal, ("MLII",), 360.0, annotations, Header(), "upload")


def test_noise_takes_turns_after_five_minutes():
    """Noise from 5:00 to 7:00, from 9:00 to 11:00, and so on."""
    noisy = is_noisy(30 * 60, fs=1.0)
    assert np.flatnonzero(np.diff(noisy.astype(int)) != 0)[:4].tolist() == [299, 419, 539, 659]


def test_ratio_of_a_sine_is_that_of_its_power():
    """A sine as high as the QRS complexes, from peak to peak, is noise at 0 dB; a tenth of it, at 20 dB."""
    record = make_record(400)
    sine = np.sin(2 * np.pi * 5 * np.arange(400 * 360) / 360)
    assert measure_qrs(record) == pytest.approx(2.0)
    assert measure_noise(sine, 360.0) == pytest.approx(np.sqrt(0.5), rel=1e-3)
    assert find_gain(record, sine, 0.0) == pytest.approx(1.0, rel=1e-3)
    assert find_gain(record, sine, 20.0) == pytest.approx(0.1, rel=1e-3)


def test_no_step_where_the_gain_changes():
    """An offset of the noise is not added with it."""
    gain = np.repeat([0.0, 2.0, 0.0], 50)
    noise = np.full(150, 7.0)
    np.testing.assert_allclose(add_noise(np.zeros(150), noise, gain), 0.0)


def test_clean_turns_keep_the_signal():
    """The first five minutes are the record's own."""
    record = make_record(400)
    noisy = stress(record, np.random.default_rng(0).standard_normal(1000), 0.0)
    np.testing.assert_array_equal(noisy[: 300 * 360], record.lead()[: 300 * 360])
    assert np.std(noisy[301 * 360 :] - record.lead()[301 * 360 :]) > 0.3


def test_noise_records(nstdb_folder: Path):
    """Each noise has half an hour of two channels, as PhysioNet says."""
    for name in ("bw", "em", "ma"):
        assert read_noise(name).signals.shape == (650_000, 2)


def test_altered_noise_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that is missing or not as published is named, with where to fetch it."""
    monkeypatch.setenv("ECG_NSTDB_DIR", str(tmp_path))
    with pytest.raises(RecordError, match=r"em\.dat.*physionet\.org/content/nstdb"):
        read_noise("em")
    (tmp_path / "em.dat").write_bytes(b"no noise")
    with pytest.raises(RecordError, match=r"em\.dat.*altered"):
        read_noise("em")
    monkeypatch.delenv("ECG_NSTDB_DIR")
    with pytest.raises(RecordError, match="ECG_NSTDB_DIR"):
        read_noise("em")
