"""Recordings in formats with a header of their own: EDF and EDF+ through `edfio`, WFDB through `wfdb`.

Headers are checked before a library sees them: a count that does not fit the size of the file, or a file name that
leads elsewhere, goes no further. Names, dates of birth and other identification in a header are not kept.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ
from ecgmodel.records.imports.text.units import PER_MV
from ecgmodel.records.imports.text.words import ECG_NAME, OTHER_NAME, lead_name, signal_unit
from ecgmodel.records.record import Annotations

MAX_SIGNALS = 512
WFDB_SUFFIXES = (".hea", ".dat", ".atr")

# What libraries raise for damaged files, beside their own errors.
_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    OSError,
    EOFError,
)


@dataclass(frozen=True, slots=True, eq=False)
class DeviceFile:
    """Leads out of a file with a header.

    Attributes
    ----------
    name : str
    signals : ndarray of shape (n_samples, n_leads), float32
        In mV, NaN where samples are missing.
    leads : tuple of str
    others : tuple of str
        Names of signals that were not read.
    units : tuple of str
        Of each lead in the file.
    fs : float
        In Hz.
    annotations : Annotations or None
    """

    name: str
    signals: np.ndarray
    leads: tuple[str, ...]
    others: tuple[str, ...]
    units: tuple[str, ...]
    fs: float
    annotations: Annotations | None


def is_edf(head: bytes) -> bool:
    """Whether a file begins as EDF or EDF+ does."""
    return head.startswith(b"0       ") and len(head) >= 256 and re.fullmatch(rb"\d+ *", head[184:192]) is not None


def read_edf(source: Source, leads: tuple[str, ...] | None = None) -> DeviceFile:
    """Read the ECG leads of an EDF or EDF+ file (Kemp & Olivan 2003, doi 10.1016/S1388-2457(03)00123-8).

    Parameters
    ----------
    source : Source
    leads : tuple of str or None
        Signals to read, by name; `None` takes those that are called ECG or as a lead is, else the only one.

    Raises
    ------
    ImportFileError
        Where the file is damaged, was interrupted (EDF+D), or has no such signal.
    """
    from edfio import read_edf as read  # loads slowly, and a CSV never needs it

    size = _measure_edf(source)
    try:
        edf = read(source.read()[:size], header_encoding="latin-1")
        if edf.reserved.startswith("EDF+D") and not edf.is_continuous:
            raise ImportFileError("The EDF+ file was interrupted (EDF+D). Export it as one continuous recording.")
        names = _name_signals([signal.label for signal in edf.signals])
        chosen = _choose(names, [signal.physical_dimension for signal in edf.signals], leads)
        fs = float(edf.signals[chosen[0]].sampling_frequency)
        chosen = [i for i in chosen if edf.signals[i].sampling_frequency == fs]
        units = tuple(signal_unit(edf.signals[i].physical_dimension) or "mV" for i in chosen)
        columns = [
            (edf.signals[i].data / PER_MV.get(unit, 1.0)).astype(np.float32)
            for i, unit in zip(chosen, units, strict=True)
        ]
    except _DAMAGE as error:
        raise ImportFileError(
            "The EDF file is damaged: its header and its size do not fit. Export it again."
        ) from error
    _check_fs(fs)
    return DeviceFile(
        name=source.stem[:100],
        signals=np.column_stack(columns),
        leads=tuple(names[i] for i in chosen),
        others=tuple(name for i, name in enumerate(names) if i not in chosen),
        units=units,
        fs=fs,
        annotations=None,
    )


def read_wfdb(files: Mapping[str, bytes | Path], leads: tuple[str, ...] | None = None) -> DeviceFile:
    """Read a WFDB record out of the files that a visitor chose: `.hea` and `.dat`, and `.atr` if there.

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
    from ecgmodel.records import wfdb_io  # loads slowly, and a CSV never needs it

    headers = [name for name in files if name.lower().endswith(".hea")]
    if len(headers) != 1:
        raise ImportFileError(
            "A WFDB record has one header, a file that ends in .hea; there are {count} here. Choose the .hea and "
            "the .dat of "
            "one record.",
            count=len(headers),
        )
    header = _read_wfdb_header(files, headers[0])
    with tempfile.TemporaryDirectory(prefix="ecg-upload-") as folder:
        path = Path(folder) / "record"
        path.with_suffix(".hea").write_text(header.text, encoding="latin-1")
        for i, name in enumerate(header.files):
            (Path(folder) / f"signal{i}.dat").write_bytes(_bytes(files[name]))
        marks = next((name for name in files if name.lower().endswith(".atr")), None)
        try:
            signals = wfdb_io.read_signals(path)
            names = _name_signals(list(wfdb_io.read_header(path).leads))
            annotations = None
            if marks is not None:
                path.with_suffix(".atr").write_bytes(_bytes(files[marks]))
                annotations = wfdb_io.read_annotations(path)
        except _DAMAGE as error:
            raise ImportFileError(
                "The WFDB record is damaged: its files do not fit its header. Download it again."
            ) from error
    if signals is None or len(signals) == 0 or len(names) != signals.shape[1]:
        raise ImportFileError("The WFDB record has no samples. Download it again.")
    if annotations is not None:
        inside = (annotations.sample >= 0) & (annotations.sample < len(signals))
        annotations = Annotations(annotations.sample[inside], annotations.symbol[inside], annotations.aux[inside])
    chosen = _choose(names, ["mV"] * len(names), leads)
    return DeviceFile(
        name=Path(headers[0]).stem[:100],
        signals=np.column_stack([signals[:, i] / PER_MV.get(header.units[i], 1.0) for i in chosen]).astype(np.float32),
        leads=tuple(names[i] for i in chosen),
        others=tuple(name for i, name in enumerate(names) if i not in chosen),
        units=tuple(header.units[i] for i in chosen),
        fs=header.fs,
        annotations=annotations,
    )


@dataclass(frozen=True, slots=True)
class _WfdbHeader:
    """A checked header: its text with safe file names and no comments, the files that it names, units, and rate."""

    text: str
    files: tuple[str, ...]
    units: tuple[str, ...]
    fs: float


_RECORD_LINE = re.compile(r"(\S{1,100})\s+(\d{1,4})(?:\s+(\d+(?:\.\d*)?)(\S*)(?:\s+(\d{1,12})(.*))?)?")
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


def _read_wfdb_header(files: Mapping[str, bytes | Path], name: str) -> _WfdbHeader:
    lines = [line.strip() for line in _bytes(files[name])[:200_000].decode("latin-1").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    match = _RECORD_LINE.fullmatch(lines[0]) if lines else None
    if match is None or "/" in match[1]:
        raise ImportFileError("The WFDB header '{name}' does not begin with a record of one segment.", name=name[:60])
    count, fs = int(match[2]), float(match[3] or 250.0)
    _check_fs(fs)
    if not 1 <= count <= MAX_SIGNALS or len(lines) <= count:
        raise ImportFileError("The WFDB header '{name}' does not describe its signals.", name=name[:60])
    known: list[str] = []
    units: list[str] = []
    text: list[str] = []
    need: dict[str, float] = {}
    n_samples = int(match[5] or 0)
    for line in lines[1 : count + 1]:
        words = line.split()
        if len(words) < 2 or words[0] not in files:
            raise ImportFileError(
                "The WFDB header asks for a file '{name}' that is not here. Choose it together with the header.",
                name=words[0][:60],
            )
        kind = re.match(r"\d+", words[1])
        if kind is None or kind[0] not in _FORMATS or re.search(r"x", words[1]):
            raise ImportFileError(
                "The WFDB signal format '{format}' is not read. Convert the record to format 16.", format=words[1][:20]
            )
        if words[0] not in known:
            known.append(words[0])
        need[words[0]] = need.get(words[0], 0.0) + n_samples * _FORMATS[kind[0]]
        gain = re.fullmatch(r"[^/]*(?:/(\S+))?", words[2]) if len(words) > 2 else None
        units.append(signal_unit(gain[1]) or "mV" if gain and gain[1] else "mV")
        text.append(" ".join([f"signal{known.index(words[0])}.dat", *words[1:]]))
    for file, size in need.items():
        if len(_bytes(files[file])) < 0.999 * size - 16:
            raise ImportFileError(
                "'{name}' is shorter than the WFDB header says: it was not copied whole. Copy it again.", name=file[:60]
            )
    first = f"record {count} {match[3] or '250'}{match[4] or ''}" + (f" {match[5]}" if match[5] else "")
    return _WfdbHeader("\n".join([first, *text, ""]), tuple(known), tuple(units), fs)


def _measure_edf(source: Source) -> int:
    """Return the size that an EDF file has by its header's counts, which must fit the file that is there."""
    head = source.head()
    size = 0
    try:
        count, records = int(head[252:256]), int(head[236:244])
        lengths = head[256 + 216 * count : 256 + 224 * count]
        samples = [int(lengths[8 * i : 8 * i + 8]) for i in range(count)]
        size = 256 * (count + 1) + 2 * sum(samples) * records
        fits = 1 <= count <= MAX_SIGNALS and min(samples) >= 1 and records >= 1 and size <= source.size
    except ValueError:
        fits = False
    if not fits:
        raise ImportFileError("The EDF file is damaged: its header and its size do not fit. Export it again.")
    return size


def _name_signals(labels: list[str]) -> list[str]:
    names: list[str] = []
    for i, label in enumerate(labels):
        name = lead_name(label) or " ".join(label.split())[:60] or f"signal {i + 1}"
        names.append(f"{name} ({i + 1})" if name in names else name)
    return names


def _choose(names: list[str], units: list[str], leads: tuple[str, ...] | None) -> list[int]:
    """Return the indices of the signals to read."""
    if leads is not None:
        for lead in leads:
            if lead not in names:
                raise ImportFileError(
                    "The file has no signal '{name}'; it has {known}. Choose one of these.",
                    name=lead,
                    known=", ".join(names[:40]),
                )
        return [names.index(lead) for lead in leads]
    named = [i for i, name in enumerate(names) if lead_name(name.split(" (")[0]) or ECG_NAME.search(name)]
    plain = [i for i, name in enumerate(names) if signal_unit(units[i]) and not OTHER_NAME.search(name)]
    chosen = named or plain
    if not chosen:
        raise ImportFileError(
            "No signal of the file is called ECG; it has {known}. Choose one of these.", known=", ".join(names[:40])
        )
    return chosen


def _check_fs(fs: float) -> None:
    if not FS_RANGE_HZ[0] <= fs <= FS_RANGE_HZ[1]:
        raise ImportFileError(
            "A sampling rate of {fs} Hz cannot be an ECG's, which is between {low:g} and {high:g} Hz.",
            fs=fs,
            low=FS_RANGE_HZ[0],
            high=FS_RANGE_HZ[1],
        )


def _bytes(data: bytes | Path) -> bytes:
    return data if isinstance(data, bytes) else data.read_bytes()
