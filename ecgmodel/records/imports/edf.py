"""EDF, EDF+ (Kemp & Olivan 2003, doi 10.1016/S1388-2457(03)00123-8) and BDF, through `edfio`.

The header is checked and put right before the library sees it: a recorder that was switched off leaves -1 records, or
half of one, and some programs write limits with a decimal comma. Names, dates of birth and other identification are
not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.labels import BEAT_SYMBOLS
from ecgmodel.records.imports.evidence import Finding, Sentence, round_figures, say
from ecgmodel.records.imports.formats.signal_file import (
    DAMAGE,
    MAX_SIGNALS,
    Signal,
    SignalFile,
    assemble,
    check_fs,
    check_size,
    choose_signals,
    lay_out,
    name_signals,
)
from ecgmodel.records.imports.source import Source
from ecgmodel.records.record import Annotations

_FIELDS = (
    ("label", 16), ("transducer", 80), ("unit", 8), ("physical_min", 8), ("physical_max", 8), ("digital_min", 8),
    ("digital_max", 8), ("filters", 80), ("samples", 8), ("reserved", 32),
)  # fmt: skip
_ANNOTATIONS = ("EDF Annotations", "BDF Annotations")
_BDF = b"\xffBIOSEMI"
MAX_EVENTS = 200_000


@dataclass(frozen=True, slots=True)
class _Header:
    """What the header says, put right.

    Attributes
    ----------
    text : bytes
        With the number of records that are there, and points for decimal commas.
    signals : dict of str to list of str
        The fields of all signals.
    n_records : int
        That are whole.
    stated_records : int
        -1 where the recorder did not say.
    seconds : float
        Of one record.
    sample_bytes : int
    interrupted : bool
        Whether records may have pauses between them (EDF+D).
    """

    text: bytes
    signals: dict[str, list[str]]
    n_records: int
    stated_records: int
    seconds: float
    sample_bytes: int
    interrupted: bool

    @property
    def sizes(self) -> list[int]:
        """Samples of each signal in one record."""
        return [int(text) for text in self.signals["samples"]]


def is_edf(head: bytes) -> bool:
    """Whether a file begins as EDF, EDF+ or BDF does."""
    return (
        (head.startswith((b"0       ", _BDF)))
        and len(head) >= 256
        and re.fullmatch(rb"\d+ *", head[184:192]) is not None
    )


def read_edf(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read the ECG leads of an EDF, EDF+ or BDF file.

    Parameters
    ----------
    source : Source
    leads : tuple of str or None
        Signals to read, by name; `None` takes those that are called ECG or as a lead is, else the only one.

    Raises
    ------
    ImportFileError
        Where the file is damaged or has no such signal.
    """
    data = source.read()
    try:
        header = _read_header(data)
        return _read(source.stem, data, header, leads)
    except DAMAGE as error:
        raise ImportFileError(
            "The EDF file is damaged: its header and its size do not fit. Export it again."
        ) from error


def _read(name: str, data: bytes, header: _Header, leads: tuple[str, ...] | None) -> SignalFile:
    from edfio import read_bdf, read_edf  # loads slowly, and a CSV never needs it

    size = len(header.text) + header.n_records * sum(header.sizes) * header.sample_bytes
    whole = header.text + data[len(header.text) : size]
    file = (
        read_edf(whole, header_encoding="latin-1")
        if header.sample_bytes == 2
        else read_bdf(whole, header_encoding="latin-1")
    )
    plain = [i for i, label in enumerate(header.signals["label"]) if label not in _ANNOTATIONS]
    names = name_signals([header.signals["label"][i] for i in plain])
    units = [header.signals["unit"][i] for i in plain]
    chosen = choose_signals(names, units, leads)
    fs = header.sizes[plain[chosen[0]]] / header.seconds
    check_fs(fs)
    chosen = [i for i in chosen if header.sizes[plain[i]] / header.seconds == fs]
    n_samples = header.n_records * header.sizes[plain[chosen[0]]]
    check_size(n_samples, len(chosen), fs)
    signals = []
    for i, label in enumerate(names):
        values, unit = np.empty(0, dtype=np.float32), units[i]
        if i in chosen:
            values, unit = _scale(file.signals[i].digital, header, plain[i], unit)
        signals.append(Signal(label, unit, values))
    onsets, events = _read_events(whole, header)
    gaps, notes = (), _compare_length(header)
    if onsets is not None and header.interrupted:
        starts = np.round((onsets - onsets[0]) * fs).astype(np.int64)
        lengths = np.full(header.n_records, header.sizes[plain[chosen[0]]], dtype=np.int64)
        check_size(int(starts.max() + lengths[-1]), len(chosen), fs)
        for i in chosen:
            values, gaps = lay_out(signals[i].values, lengths, starts)
            signals[i] = Signal(signals[i].label, signals[i].unit, values)
    total = len(signals[chosen[0]].values)
    annotations = _make_annotations(events, onsets[0] if onsets is not None else 0.0, fs, total)
    rate = Finding(fs, (say("the file's header says so"),))
    picked = tuple(names[i] for i in chosen)
    return assemble("edf", name, signals, rate, picked, annotations=annotations, gaps=gaps, notes=notes)


def _read_header(data: bytes) -> _Header:
    """Read the header, and put right what is known to be wrong in some files.

    Raises
    ------
    ValueError
        Where it makes no sense.
    """
    count = int(data[252:256])
    length = 256 * (count + 1)
    if not 1 <= count <= MAX_SIGNALS or len(data) < length:
        raise ValueError(count)
    text = bytearray(data[:length])
    signals: dict[str, list[str]] = {}
    place = 256
    for field, width in _FIELDS:
        values = []
        for i in range(count):
            start = place + i * width
            value = text[start : start + width].decode("latin-1").strip(" \0")
            if field in ("physical_min", "physical_max", "digital_min", "digital_max"):
                value = _with_point(value)
                text[start : start + width] = value[:width].ljust(width).encode("latin-1")
            values.append(value)
        signals[field] = values
        place += count * width
    duration = _with_point(text[244:252].decode("latin-1").strip(" \0"))
    text[244:252] = duration.ljust(8).encode("latin-1")
    seconds = float(duration)
    sample_bytes = 3 if data.startswith(_BDF) else 2
    record_bytes = sample_bytes * sum(int(samples) for samples in signals["samples"])
    stated = int(text[236:244])
    there = (len(data) - length) // record_bytes
    n_records = there if stated == -1 else min(stated, there)
    if min(int(samples) for samples in signals["samples"]) < 1 or n_records < 1 or stated < -1 or not 0 < seconds < 1e6:
        raise ValueError(n_records)
    text[184:192] = str(length).ljust(8).encode("ascii")
    text[236:244] = str(n_records).ljust(8).encode("ascii")
    interrupted = text[192:197] in (b"EDF+D", b"BDF+D")
    return _Header(bytes(text), signals, n_records, stated, seconds, sample_bytes, interrupted)


def _with_point(text: str) -> str:
    """Return a number with a decimal point where it is written with a comma."""
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", text) else text


def _scale(digital: np.ndarray, header: _Header, index: int, unit: str) -> tuple[np.ndarray, str]:
    """Return a signal in the unit of its header; where the limits make no sense, its ADC units."""
    values = digital.astype(np.float64)
    try:
        low, high, bottom, top = (
            float(header.signals[field][index])
            for field in ("physical_min", "physical_max", "digital_min", "digital_max")
        )
        gain = (high - low) / (top - bottom)
    except (ValueError, ZeroDivisionError):
        gain = 0.0
    if gain == 0.0 or not np.isfinite(gain):
        return values.astype(np.float32), "raw"
    with np.errstate(over="ignore", invalid="ignore"):
        return ((values - bottom) * gain + low).astype(np.float32), unit


def _compare_length(header: _Header) -> tuple[Sentence, ...]:
    """Say so where the recording ends before its header says that it does."""
    if header.stated_records <= header.n_records:
        return ()
    return (
        say(
            "The file was cut short: its header promises {stated:,g} s, and {found:,g} s are there.",
            stated=round_figures(header.stated_records * header.seconds, 6),
            found=round_figures(header.n_records * header.seconds, 6),
        ),
    )


# -- Annotations: onset, duration and texts, in a signal of their own --------------------------------------------------

_EVENT = re.compile(rb"([+-]\d{1,9}(?:\.\d{0,9})?)(?:\x15\d{0,9}(?:\.\d{0,9})?)?\x14([^\0]{0,2000}?)\x14?\0")


def _read_events(data: bytes, header: _Header) -> tuple[np.ndarray | None, list[tuple[float, str]]]:
    """Return when each record begins, in seconds, and all annotations with a text.

    The onsets are `None` where the file is no EDF+, or one without interruptions.
    """
    index = next((i for i, label in enumerate(header.signals["label"]) if label in _ANNOTATIONS), None)
    if index is None:
        return None, []
    width = header.sample_bytes
    record_bytes = width * sum(header.sizes)
    table = np.frombuffer(data, dtype=np.uint8, offset=len(header.text)).reshape(header.n_records, record_bytes)
    first = width * sum(header.sizes[:index])
    onsets = np.full(header.n_records, np.nan)
    events: list[tuple[float, str]] = []
    for record in range(header.n_records):
        texts = table[record, first : first + width * header.sizes[index]].tobytes()
        for number, match in enumerate(_EVENT.finditer(texts)):
            onset = float(match[1])
            words = [word for word in match[2].decode("utf-8", errors="replace").split("\x14") if word.strip()]
            if number == 0 and not words:
                onsets[record] = onset
            elif len(events) < MAX_EVENTS:
                events += [(onset, word) for word in words]
    if not np.isfinite(onsets).all():
        return None, events
    return onsets, events


def _make_annotations(events: list[tuple[float, str]], start: float, fs: float, n_samples: int) -> Annotations | None:
    """Return annotations as PhysioBank has them: symbols of beats as they are, rhythms as `+`, others as comments."""
    rows = []
    for onset, text in events:
        place = round(min(max((onset - start) * fs, -1.0), 1e12))
        text = "".join(mark for mark in " ".join(text.split()) if mark.isprintable())[:255]
        if not 0 <= place < n_samples or not text:
            continue
        if text in BEAT_SYMBOLS:
            rows.append((place, text, ""))
        else:
            rows.append((place, "+" if text.startswith("(") else '"', text))
    if not rows:
        return None
    rows.sort(key=lambda row: row[0])
    sample, symbol, aux = zip(*rows, strict=True)
    return Annotations(np.array(sample, dtype=np.int64), np.array(symbol, dtype=str), np.array(aux, dtype=str))
