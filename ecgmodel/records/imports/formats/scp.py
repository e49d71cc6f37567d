"""SCP-ECG (EN 1064, ISO 11073-91064): sections of leads, reference beat and rhythm.

Of the sections only those of the signals are read; section 1, which names the person, is passed over.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.scp_codes import LEAD_OF_CODE
from ecgmodel.records.imports.formats.scp_huffman import Table, decode, read_tables, undo_differences
from ecgmodel.records.imports.formats.signal_file import MAX_SIGNALS, Signal, SignalFile, assemble, check_fs
from ecgmodel.records.imports.source import Source

_PREAMBLE_BYTES = 6
_SECTION_BYTES = 16
_POINTER_BYTES = 10
MAX_VALUES = 3_000_000
"""Samples of all leads: four minutes of twelve leads at 1,000 Hz. The format is one of resting ECGs, and is unpacked
bit by bit."""

_HUFFMAN, _LEADS, _QRS, _REFERENCE, _RHYTHM = 2, 3, 4, 5, 6


@dataclass(frozen=True, slots=True)
class _Lead:
    """Where a lead begins and ends, in samples from 1, and its code."""

    first: int
    last: int
    code: int

    @property
    def n_samples(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class _Waves:
    """The samples of all leads of section 5 or 6, with nanovolts per ADC unit and microseconds per sample."""

    samples: list[np.ndarray]
    nanovolts: int
    interval_us: int


def is_scp(head: bytes) -> bool:
    """Whether a file begins as SCP-ECG does: a sum, a length, and section 0 with its pointers."""
    if len(head) < 32:
        return False
    length, section, pointers = struct.unpack_from("<I", head, 2)[0], *struct.unpack_from("<HI", head, 8)
    return (
        section == 0
        and pointers >= _SECTION_BYTES + _POINTER_BYTES
        and (pointers - _SECTION_BYTES) % _POINTER_BYTES == 0
        and _PREAMBLE_BYTES + pointers <= length
        and (head[16:22] == b"SCPECG" or struct.unpack_from("<H4xI", head, 22) == (0, _PREAMBLE_BYTES + 1))
    )


def read_scp(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read the rhythm of an SCP-ECG file, with its reference beat put back where it was taken out.

    Raises
    ------
    ImportFileError
        Where the file is damaged, or compressed in the way that leaves samples out.
    """
    try:
        return _read(source, leads)
    except (struct.error, IndexError) as error:
        raise _damaged() from error


def _read(source: Source, leads: tuple[str, ...] | None) -> SignalFile:
    sections = _find_sections(source.read())
    if _LEADS not in sections or _RHYTHM not in sections:
        raise ImportFileError("The SCP-ECG file holds no rhythm, only measurements. Export the recording itself.")
    layout = sections[_LEADS]
    n_leads, flags = layout[0], layout[1]
    places = [_Lead(*struct.unpack_from("<IIB", layout, 2 + 9 * i)) for i in range(n_leads)]
    if not 1 <= n_leads <= MAX_SIGNALS or any(not 1 <= lead.first <= lead.last for lead in places):
        raise _damaged()
    tables = read_tables(sections[_HUFFMAN]) if _HUFFMAN in sections else None
    interval = struct.unpack_from("<H", sections[_RHYTHM], 2)[0]
    if interval == 0:
        raise _damaged()
    fs = 1e6 / interval
    check_fs(fs)
    if sum(lead.n_samples for lead in places) > MAX_VALUES:
        raise _damaged()
    rhythm = _read_waves(sections[_RHYTHM], [lead.n_samples for lead in places], tables)
    if flags & 1:
        rhythm = _put_back(rhythm, places, sections, tables)
    elif sections[_RHYTHM][5]:
        raise ImportFileError(
            "The SCP-ECG file is compressed in two rates (bimodal), which is not read. Export it without that, or as "
            "DICOM or CSV."
        )
    start = min(lead.first for lead in places)
    signals = []
    for i, (lead, samples) in enumerate(zip(places, rhythm.samples, strict=True)):
        shifted = np.full(lead.first - start + len(samples), np.nan, dtype=np.float32)
        shifted[lead.first - start :] = samples
        unit = "nV" if rhythm.nanovolts else "raw"
        signals.append(Signal(LEAD_OF_CODE.get(lead.code, f"ECG {i + 1}"), unit, shifted * (rhythm.nanovolts or 1)))
    sentence = say("the file's header says that a sample takes {us:,} µs", us=interval)
    return assemble("scp", source.stem, signals, Finding(float(f"{fs:.9g}"), (sentence,)), leads)


def _find_sections(data: bytes) -> dict[int, bytes]:
    """Return the content of the sections by their number, without their headers."""
    n_pointers = (struct.unpack_from("<I", data, 10)[0] - _SECTION_BYTES) // _POINTER_BYTES
    sections: dict[int, bytes] = {}
    for i in range(min(n_pointers, 64)):
        place = _PREAMBLE_BYTES + _SECTION_BYTES + _POINTER_BYTES * i
        number, length, index = struct.unpack_from("<HII", data, place)
        if number == 0 or length <= _SECTION_BYTES or index == 0:
            continue
        if index - 1 + length > len(data):
            raise _damaged()
        sections.setdefault(number, data[index - 1 + _SECTION_BYTES : index - 1 + length])
    return sections


def _read_waves(body: bytes, sizes: list[int], tables: list[Table] | None) -> _Waves:
    """Read section 5 or 6: a scale, an interval, the order of differences, bytes a lead, and the leads."""
    nanovolts, interval, order = struct.unpack_from("<HHB", body)
    lengths = struct.unpack_from(f"<{len(sizes)}H", body, 6)
    place = 6 + 2 * len(sizes)
    if order > 2 or place + sum(lengths) > len(body):
        raise _damaged()
    samples = []
    for size, length in zip(sizes, lengths, strict=True):
        piece = body[place : place + length]
        place += length
        if tables is not None:
            values = decode(piece, size, tables)
        else:
            if 2 * size > length:
                raise _damaged()
            values = np.frombuffer(piece, dtype="<i2", count=size).astype(np.int64)
        samples.append(undo_differences(values, order))
    return _Waves(samples, nanovolts, interval)


def _put_back(rhythm: _Waves, places: list[_Lead], sections: dict[int, bytes], tables: list[Table] | None) -> _Waves:
    """Add the reference beat to the rhythm wherever a beat of its kind was subtracted."""
    if _QRS not in sections or _REFERENCE not in sections:
        raise _damaged()
    length_ms, fiducial, n_beats = struct.unpack_from("<HHH", sections[_QRS])
    interval = struct.unpack_from("<H", sections[_REFERENCE], 2)[0]
    if interval != rhythm.interval_us or sections[_RHYTHM][5]:
        raise ImportFileError(
            "The SCP-ECG file is compressed in two rates (bimodal), which is not read. Export it without that, or as "
            "DICOM or CSV."
        )
    reference = _read_waves(sections[_REFERENCE], [round(length_ms * 1000 / interval)] * len(places), tables)
    if not reference.nanovolts or not rhythm.nanovolts:
        raise _damaged()
    step = math.gcd(reference.nanovolts, rhythm.nanovolts)
    beats = [struct.unpack_from("<HIII", sections[_QRS], 6 + 14 * i) for i in range(n_beats)]
    whole = []
    for lead, rest, beat in zip(places, rhythm.samples, reference.samples, strict=True):
        signal, beat = rest * (rhythm.nanovolts // step), beat * (reference.nanovolts // step)
        for kind, first, peak, last in beats:
            if kind != 0:
                continue
            first = max(first, lead.first, peak - fiducial + 1)
            last = min(last, lead.last, peak - fiducial + len(beat))
            if first <= last:
                skipped = first - 1 - (peak - fiducial)
                signal[first - lead.first : last - lead.first + 1] += beat[skipped : skipped + last - first + 1]
        whole.append(signal)
    return _Waves(whole, step, interval)


def _damaged() -> ImportFileError:
    return ImportFileError("The SCP-ECG file is damaged: its sections do not fit its length. Export it again.")
