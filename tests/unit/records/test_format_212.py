"""The databases' own format, beside `wfdb`, which reads all formats."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgmodel.records import format_212


def equals_wfdb(path: Path) -> None:
    record = wfdb.rdrecord(str(path), return_res=32)
    header = format_212.read_header(path)
    assert (header.fs, header.n_samples, header.leads) == (record.fs, record.sig_len, tuple(record.sig_name))
    assert header.comments == tuple(record.comments)
    signals = format_212.read_signals(path)
    assert signals.dtype == np.float32
    np.testing.assert_array_equal(signals, record.p_signal)


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.nightly)])
def test_records_of_the_databases_are_read_as_wfdb_reads_them(
    step: int, mitdb_folder: Path, svdb_folder: Path, nstdb_folder: Path
):
    """Every sample, lead, rate and comment; both orders of leads, and gains that the header leaves open."""
    for folder in (mitdb_folder, svdb_folder, nstdb_folder):
        for path in sorted(folder.glob("*.hea"))[::step]:
            equals_wfdb(path.with_suffix(""))


def test_missing_samples_and_both_ends_of_the_scale(tmp_path: Path):
    """-2048 is WFDB's mark of a missing sample; -2047 and 2047 are the ends, and a second lead has its own zero."""
    (tmp_path / "x.hea").write_text("x 2 250 3\nx.dat 212 100 12 0 0 0 0 I\nx.dat 212 0 12 24 0 0 0 II b\n# a  b \n")
    steps = np.array([-2048, 24, 2047, -2047, -1, 224]) & 0xFFF
    triples = [(a & 0xFF, a >> 8 | b >> 8 << 4, b & 0xFF) for a, b in steps.reshape(-1, 2).tolist()]
    (tmp_path / "x.dat").write_bytes(bytes(byte for triple in triples for byte in triple))
    signals = format_212.read_signals(tmp_path / "x")
    np.testing.assert_allclose(signals, [[np.nan, 0], [20.47, -10.355], [-0.01, 1]], rtol=1e-6)
    equals_wfdb(tmp_path / "x")


def test_a_gain_with_a_baseline_and_a_unit(tmp_path: Path):
    """As `wfdb` writes headers: 0 mV at the step in brackets, whatever the ADC's zero is."""
    (tmp_path / "x.hea").write_text("x 2 250 1\nx.dat 212 100.0(-20)/mV 12 7 0 0 0 I\nx.dat 212 50/mV 12 24 0 0 0 II\n")
    (tmp_path / "x.dat").write_bytes(bytes([80, 0, 124]))
    np.testing.assert_allclose(format_212.read_signals(tmp_path / "x"), [[1, 2]])
    equals_wfdb(tmp_path / "x")


def test_a_first_look_at_a_database_loads_no_tables(mitdb_folder: Path):
    """Opening a record and naming its annotated beats needs neither wfdb and pandas nor scipy.signal: 140 MB."""
    code = (
        "import sys\n"
        "from ecgmodel.classification.classify import classify_record\n"
        "from ecgmodel.network.model_file import open_shipped_model\n"
        "from ecgmodel.records.sources.catalogue import open_record\n"
        "record = open_record('100', allow_download=False)\n"
        "assert record.source == 'mitdb'\n"
        "assert len(classify_record(record, open_shipped_model('beats-gru'))) == 2273\n"
        "print(sorted({'wfdb', 'pandas', 'scipy.signal', 'tensorflow'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
