"""MATLAB files of level 4, as PhysioNet has them beside a `.hea` or alone: one matrix, a row a lead.

Level 4 is a header of five numbers, a name and the samples (MAT-File Format, appendix A), so no library is needed.
Later levels are compressed or HDF5, and say in their first bytes what they are.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.signal_file import MAX_SIGNALS, Signal, SignalFile, assemble
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.timing import MAX_SAMPLES

_HEADER_BYTES = 20
_KINDS = ("f8", "f4", "i4", "i2", "u2", "u1")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Where the samples of a level 4 file are.

    Attributes
    ----------
    kind : str
        NumPy's name of the number type, with its byte order.
    n_rows, n_columns : int
    start : int
        The first byte of the samples.
    """

    kind: str
    n_rows: int
    n_columns: int
    start: int


def is_matlab(head: bytes) -> bool:
    """Whether a file begins as a MATLAB file of any level does."""
    return head.startswith((b"MATLAB 5.0", b"MATLAB 7.3")) or _parse(head) is not None


def _parse(head: bytes) -> Matrix | None:
    if len(head) < _HEADER_BYTES:
        return None
    for order in "<>":
        code, n_rows, n_columns, imaginary, length = struct.unpack_from(f"{order}5i", head)
        number, text = code % 100 // 10, code % 10
        if not (code in range(4052) and code // 1000 == (0 if order == "<" else 1) and code % 1000 < 100):
            continue
        if number < len(_KINDS) and text == 0 and imaginary == 0 and 1 < length <= 64 and n_rows > 0 and n_columns > 0:
            name = head[_HEADER_BYTES : _HEADER_BYTES + length]
            if name.endswith(b"\0") and name[:-1].replace(b"_", b"").isalnum():
                return Matrix(order + _KINDS[number], n_rows, n_columns, _HEADER_BYTES + length)
    return None


def find_matrix(head: bytes) -> Matrix:
    """Return where the samples of a file are.

    Parameters
    ----------
    head : bytes
        Its first bytes.

    Raises
    ------
    ImportFileError
        Where the file is of another level or class.
    """
    if head.startswith(b"MATLAB"):
        raise ImportFileError(
            "The file is MATLAB's of level 5 or later, which can hold anything. Save the samples with "
            "save('ecg.mat', 'val', '-v4'), or as CSV with writematrix."
        )
    matrix = _parse(head)
    if matrix is None:
        raise ImportFileError(
            "The MATLAB file holds no matrix of numbers. Save the samples with save('ecg.mat', 'val', '-v4'), or as "
            "CSV with writematrix."
        )
    return matrix


def check_wfdb_matrix(data: bytes, name: str) -> int:
    """Return the first byte of the samples that a WFDB header names; only 16-bit integers stand beside one.

    Raises
    ------
    ImportFileError
        Where the file is of another level or class.
    """
    matrix = find_matrix(data[:200])
    if matrix.kind != "<i2":
        raise ImportFileError(
            "'{name}' holds numbers of another class than the 16-bit integers that stand beside a WFDB header. "
            "Download the record again.",
            name=name[:60],
        )
    return matrix.start


def read_matlab(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read a MATLAB file of level 4 that came without a header; it says neither its rate nor its unit.

    Raises
    ------
    ImportFileError
        Where the file is of another level or class, or cut short.
    """
    matrix = find_matrix(source.head(4096))
    count = matrix.n_rows * matrix.n_columns
    if count > MAX_SAMPLES or min(matrix.n_rows, matrix.n_columns) > MAX_SIGNALS:
        raise ImportFileError("The MATLAB file has more numbers than a recording has. Save the ECG alone.")
    data = source.read()
    if len(data) < matrix.start + count * np.dtype(matrix.kind).itemsize:
        raise ImportFileError(
            "The MATLAB file is shorter than its header says: it was not copied whole. Copy it again."
        )
    values = np.frombuffer(data, dtype=matrix.kind, count=count, offset=matrix.start)
    table = values.reshape(matrix.n_columns, matrix.n_rows)  # column by column, as MATLAB counts
    if table.shape[0] < table.shape[1]:
        table = table.T  # there are more moments than leads
    unit = "" if matrix.kind[1] == "f" and np.any(table != np.round(table)) else "raw"
    with np.errstate(over="ignore", invalid="ignore"):
        signals = [
            Signal("ECG" if table.shape[1] == 1 else f"ECG {i + 1}", unit, table[:, i].astype(np.float32))
            for i in range(table.shape[1])
        ]
    reasons = (say("the file names no leads"),)
    return assemble("mat", source.stem, signals, Finding(None, certain=False), leads, lead_reasons=reasons)
