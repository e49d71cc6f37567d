"""Headers and signals of the databases as PhysioNet publishes them: WFDB's format 212, two samples in three bytes.

`wfdb` reads them too, but loads pandas and more with it: 0.4 s and 70 MB that a first trace need not wait for. It reads
what visitors bring, in any format (`wfdb_io`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DEFAULT_GAIN = 200.0
"""Steps to the mV where a header says 0: not known."""

MISSING = -2048

_GAIN = re.compile(r"([\d.]+)(?:\((-?\d+)\))?(?:/mV)?")


@dataclass(frozen=True, slots=True)
class HeaderFile:
    """What a `.hea` file says.

    Attributes
    ----------
    fs : float
        Sampling frequency in Hz.
    n_samples : int
    leads : tuple of str
    comments : tuple of str
        Its comment lines, without the `#`.
    """

    fs: float
    n_samples: int
    leads: tuple[str, ...]
    comments: tuple[str, ...]


def read_header(path: Path) -> HeaderFile:
    """Read the header of the record at `path`, which is the path of its files without their suffix."""
    (_, _, fs, n_samples), signals, comments = _read_lines(path)
    return HeaderFile(float(fs), int(n_samples), tuple(line[8] for line in signals), comments)


def read_signals(path: Path) -> np.ndarray:
    """Read the signals of the record at `path`: ndarray of shape (n_samples, n_leads), float32, in mV.

    Samples that are missing are NaN.
    """
    (_, n_leads, _, n_samples), signals, _ = _read_lines(path)
    gain, zero = np.array([_parse_gain(line) for line in signals]).T
    steps = decode(path.with_name(f"{path.name}.dat").read_bytes())
    steps = steps[: int(n_samples) * int(n_leads)].reshape(-1, int(n_leads))
    signal = steps.astype(np.float32)
    signal -= zero
    signal /= gain
    signal[steps == MISSING] = np.nan
    return signal


def decode(data: bytes) -> np.ndarray:
    """Return the samples in bytes of format 212: ndarray of int16, two for each three bytes.

    Examples
    --------
    >>> decode(bytes([0xE3, 0x33, 0xF3])).tolist()
    [995, 1011]
    """
    triples = np.frombuffer(data, dtype=np.uint8)[: len(data) // 3 * 3].reshape(-1, 3).astype(np.int16)
    steps = np.empty((len(triples), 2), dtype=np.int16)
    steps[:, 0] = triples[:, 0] | (triples[:, 1] & 0x0F) << 8
    steps[:, 1] = triples[:, 2] | (triples[:, 1] & 0xF0) << 4
    return ((steps ^ 0x800) - 0x800).reshape(-1)  # 12 bits with a sign


def _parse_gain(line: list[str]) -> tuple[float, int]:
    """Return the steps to the mV and the step of 0 mV of a signal's line: the ADC's zero, or what brackets name."""
    gain, baseline = _GAIN.fullmatch(line[2]).groups()
    return float(gain) or DEFAULT_GAIN, int(line[4] if baseline is None else baseline)


def _read_lines(path: Path) -> tuple[list[str], list[list[str]], tuple[str, ...]]:
    """Return the words of the record line and of each signal's, and the comments."""
    lines = path.with_name(f"{path.name}.hea").read_text("ascii").splitlines()
    record, *signals = (line.split(maxsplit=8) for line in lines if line and not line.startswith("#"))
    comments = tuple(line.strip(" \t#") for line in lines if line.startswith("#"))
    return record[:4], signals, comments
