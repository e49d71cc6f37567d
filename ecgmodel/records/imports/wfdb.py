"""WFDB records out of the files that a visitor chose: headers, signals in `.dat` or MATLAB's `.mat`, annotations.

Headers are checked before `wfdb` sees them: a count that does not fit the size of the file, or a file name that leads
elsewhere, goes no further, and comments, which may name the person, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.private_folder import private_folder
from ecgmodel.records.imports.evidence import Finding, Sentence, say
from ecgmodel.records.imports.formats.matlab import check_wfdb_matrix
from ecgmodel.records.imports.formats.signal_file import (
    DAMAGE,
    MAX_SIGNALS,
    Signal,
    SignalFile,
    assemble,
    check_fs,
    check_size,
    lay_out,
)
from ecgmodel.records.record import Annotations

SUFFIXES = (".hea", ".dat", ".mat", ".atr")
MAX_SEGMENTS = 2000
MAX_LINE = 1000
"""Characters of a header's line that are read: WFDB itself writes 255 at most."""

_RECORD_LINE = re.compile(r"(\S{1,100}?)(?:/(\d{1,5}))?\s+(\d{1,4})(?:\s+(\d+(?:\.\d*)?)(\S*)(?:\s+(\d{1,12})(.*))?)?")
_FORMAT = re.compile(r"(\d{1,3})(?::(\d{1,9}))?(?:\+(\d{1,12}))?")
"""Of a signal's samples, with how many samples late it is, and where it begins in the file."""

MAX_SKEW = 10_000
"""Samples that one signal may be late against the others."""

_FORMATS = {
    "8": 1.0,
    "16": 2.0,
    "24": 3.0,
    "32": 4.0,
    "61": 2.0,
    "80": 1.0,
    "160": 2.0,
    "212": 1.5,
    "310": 4 / 3,
    "311": 4 / 3,
}
"""Formats of WFDB signal files, and their bytes a sample."""

Files = Mapping[str, bytes | Path]


@dataclass(frozen=True, slots=True)
class _Header:
    """A checked header of one segment.

    Attributes
    ----------
    text : str
        With safe file names and no comments.
    files : tuple of str
        That it names.
    units : tuple of str
        Of each signal, as the header has it.
    without_gain : tuple of bool
        Whether the header gives no gain for a signal, so that WFDB's own, 200 steps to the mV, is taken.
    fs : float
    n_samples : int
    """

    text: str
    files: tuple[str, ...]
    units: tuple[str, ...]
    without_gain: tuple[bool, ...]
    fs: float
    n_samples: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """The signals of one segment by name, with their units."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    signals: np.ndarray


def read_wfdb(files: Files, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read a WFDB record: `.hea` with `.dat` or `.mat`, and `.atr` if there; or a record of several segments.

    Parameters
    ----------
    files : mapping of str to bytes or Path
        By their name, without folders.
    leads : tuple of str or None
        Signals to read, by name; `None` takes those that are called as a lead is, else all.

    Raises
    ------
    ImportFileError
        Where a file is missing or damaged, or the header asks for a file that is not among them.
    """
    headers = [name for name in files if name.lower().endswith(".hea")]
    masters = [name for name in headers if _is_master(_lines(files, name))]
    name = masters[0] if len(masters) == 1 else headers[0] if len(headers) == 1 else None
    if name is None:
        raise ImportFileError(
            "A WFDB record has one header, a file that ends in .hea; there are {count} here. Choose the .hea and the "
            ".dat of one record.",
            count=len(headers),
        )
    if masters:
        return _read_segments(files, name, leads)
    header = _read_header(files, name)
    piece, annotations = _read_piece(files, header, next((n for n in files if n.lower().endswith(".atr")), None))
    return _assemble(name, piece, header, leads, annotations=annotations)


def _assemble(name: str, piece: _Piece, header: _Header, leads: tuple[str, ...] | None, **more: object) -> SignalFile:
    signals = [
        Signal(label, unit, piece.signals[:, i])
        for i, (label, unit) in enumerate(zip(piece.names, piece.units, strict=True))
    ]
    rate = Finding(header.fs, (say("the file's header says so"),))
    notes: tuple[Sentence, ...] = ()
    if any(header.without_gain):
        notes = (say("The header does not say how many ADC units make 1 mV; WFDB takes 200 for that."),)
    return assemble("wfdb", Path(name).stem, signals, rate, leads, notes=notes, **more)


# -- Headers -----------------------------------------------------------------------------------------------------------


def _bytes(data: bytes | Path) -> bytes:
    return data if isinstance(data, bytes) else data.read_bytes()


def _lines(files: Files, name: str) -> list[str]:
    """Return the lines of a header, without comments."""
    lines = [line.strip()[:MAX_LINE] for line in _bytes(files[name])[:400_000].decode("latin-1").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _is_master(lines: list[str]) -> bool:
    match = _RECORD_LINE.fullmatch(lines[0]) if lines else None
    return match is not None and match[2] is not None


def _read_header(files: Files, name: str) -> _Header:
    lines = _lines(files, name)
    match = _RECORD_LINE.fullmatch(lines[0]) if lines else None
    if match is None or "/" in match[1] or match[2] is not None:
        raise ImportFileError("The WFDB header '{name}' does not begin with a record of one segment.", name=name[:60])
    count, fs = int(match[3]), float(match[4] or 250.0)
    check_fs(fs)
    if not 1 <= count <= MAX_SIGNALS or len(lines) <= count:
        raise ImportFileError("The WFDB header '{name}' does not describe its signals.", name=name[:60])
    known: list[str] = []
    units: list[str] = []
    without_gain: list[bool] = []
    text: list[str] = []
    need: dict[str, float] = {}
    per_sample: dict[str, float] = {}
    n_samples = int(match[6] or 0)
    check_size(n_samples, count, fs)
    for line in lines[1 : count + 1]:
        words = line.split()
        if len(words) < 2 or words[0] not in files:
            raise ImportFileError(
                "The WFDB header asks for a file '{name}' that is not here. Choose it together with the header.",
                name=words[0][:60],
            )
        kind = _FORMAT.fullmatch(words[1])
        if kind is None or kind[1] not in _FORMATS or int(kind[2] or 0) > MAX_SKEW:
            raise ImportFileError(
                "The WFDB signal format '{format}' is not read. Convert the record to format 16.", format=words[1][:20]
            )
        if words[0] not in known:
            known.append(words[0])
            need[words[0]] = float(kind[3] or 0)
            per_sample[words[0]] = 0.0
            if words[0].lower().endswith(".mat"):
                check_wfdb_matrix(_bytes(files[words[0]])[:400], words[0])
        need[words[0]] += n_samples * _FORMATS[kind[1]]
        per_sample[words[0]] += _FORMATS[kind[1]]
        gain = re.fullmatch(r"([\d.eE+-]*)(?:\([^)]*\))?(?:/(\S+))?", words[2]) if len(words) > 2 else None
        units.append(gain[2] if gain and gain[2] else "mV")
        without_gain.append(not (gain and re.search(r"[1-9]", gain[1])))
        text.append(" ".join([f"signal{known.index(words[0])}.dat", *words[1:]]))
    for file, size in need.items():
        if len(_bytes(files[file])) < 0.999 * size - 16:
            raise ImportFileError(
                "'{name}' is shorter than the WFDB header says: it was not copied whole. Copy it again.", name=file[:60]
            )
    if n_samples == 0:  # as long as its files are
        n_samples = min(int((len(_bytes(files[file])) - need[file]) / per_sample[file]) for file in known)
        check_size(n_samples, count, fs)
    first = f"record {count} {match[4] or '250'}{match[5] or ''} {n_samples}"
    return _Header("\n".join([first, *text, ""]), tuple(known), tuple(units), tuple(without_gain), fs, n_samples)


# -- Signals -----------------------------------------------------------------------------------------------------------


def _read_piece(files: Files, header: _Header, marks: str | None) -> tuple[_Piece, Annotations | None]:
    """Read one segment, and annotations where a file of them is named."""
    from ecgmodel.records import wfdb_io  # loads slowly, and a CSV never needs it

    signal_files = [_bytes(files[name]) for name in header.files]
    with private_folder(sum(map(len, signal_files))) as folder:  # `wfdb` reads files alone
        path = folder / "record"
        path.with_suffix(".hea").write_text(header.text, encoding="latin-1")
        for i, data in enumerate(signal_files):
            (folder / f"signal{i}.dat").write_bytes(data)
        try:
            signals = wfdb_io.read_signals(path)
            names = wfdb_io.read_header(path).leads
            annotations = None
            if marks is not None:
                path.with_suffix(".atr").write_bytes(_bytes(files[marks]))
                annotations = wfdb_io.read_annotations(path)
        except DAMAGE as error:
            raise ImportFileError(
                "The WFDB record is damaged: its files do not fit its header. Download it again."
            ) from error
    if signals is None or len(signals) == 0 or len(names) != signals.shape[1]:
        raise ImportFileError("The WFDB record has no samples. Download it again.")
    if annotations is not None:
        inside = (annotations.sample >= 0) & (annotations.sample < len(signals))
        annotations = Annotations(annotations.sample[inside], annotations.symbol[inside], annotations.aux[inside])
    return _Piece(tuple(name or "" for name in names), header.units, signals), annotations


def _read_segments(files: Files, name: str, leads: tuple[str, ...] | None) -> SignalFile:
    """Read a record of several segments, which stand one behind the other or have pauses (`~`) between them."""
    lines = _lines(files, name)
    match = _RECORD_LINE.fullmatch(lines[0])
    assert match is not None  # it is a master header
    count, fs = int(match[2]), float(match[4] or 250.0)
    check_fs(fs)
    rows = [re.fullmatch(r"(\S{1,100})\s+(\d{1,12})", line) for line in lines[1 : count + 1]]
    if not 1 <= count <= MAX_SEGMENTS or len(rows) < count or not all(rows):
        raise ImportFileError("The WFDB header '{name}' does not describe its segments.", name=name[:60])
    pieces: list[tuple[int, _Piece]] = []
    headers: list[_Header] = []
    place = 0
    for row in rows:
        assert row is not None
        segment, n_samples = row[1], int(row[2])
        if segment != "~" and n_samples > 0:  # a segment of no samples is the layout of a record that changes
            if f"{segment}.hea" not in files:
                raise ImportFileError(
                    "The WFDB header asks for a file '{name}' that is not here. Choose it together with the header.",
                    name=f"{segment}.hea"[:60],
                )
            header = _read_header(files, f"{segment}.hea")
            if header.fs != fs:
                raise ImportFileError(
                    "The segments of the WFDB record have different sampling rates. Choose one of them."
                )
            piece, _ = _read_piece(files, header, None)
            pieces.append((place, piece))
            headers.append(header)
        place += n_samples
        check_size(place, 1, fs)
    if not pieces:
        raise ImportFileError("The WFDB record has no samples. Download it again.")
    names = tuple(dict.fromkeys(label for _, piece in pieces for label in piece.names))
    units = {label: unit for _, piece in reversed(pieces) for label, unit in zip(piece.names, piece.units, strict=True)}
    check_size(place, len(names), fs)
    lengths = np.array([len(piece.signals) for _, piece in pieces], dtype=np.int64)
    stacked = np.full((int(lengths.sum()), len(names)), np.nan, dtype=np.float32)
    start = 0
    for _, piece in pieces:
        for i, (label, unit) in enumerate(zip(piece.names, piece.units, strict=True)):
            if unit == units[label]:
                stacked[start : start + len(piece.signals), names.index(label)] = piece.signals[:, i]
        start += len(piece.signals)
    whole, gaps = lay_out(stacked, lengths, np.array([at for at, _ in pieces], dtype=np.int64))
    piece = _Piece(names, tuple(units[label] for label in names), whole)
    return _assemble(name, piece, headers[0], leads, gaps=gaps)
