"""DICOM waveforms (PS3.3 C.10.9) through `pydicom`: resting ECGs and Holters as hospitals keep them.

Only the waveforms are asked for, so that the person's name and all other identification are never read into an object.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from typing import TYPE_CHECKING

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.scp_codes import LEAD_OF_CODE
from ecgmodel.records.imports.formats.signal_file import (
    DAMAGE,
    MAX_SIGNALS,
    Signal,
    SignalFile,
    assemble,
    check_fs,
    check_size,
    choose_part,
)
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.words import lead_name

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MAX_BYTES = 512 * 1024 * 1024
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_SAMPLE_TYPES = {
    ("SB", 8): "i1",
    ("UB", 8): "u1",
    ("SS", 16): "i2",
    ("US", 16): "u2",
    ("SL", 32): "i4",
    ("UL", 32): "u4",
}


def is_dicom(head: bytes) -> bool:
    """Whether a file has DICOM's mark after its preamble."""
    return head[128:132] == b"DICM"


def read_dicom(source: Source, leads: tuple[str, ...] | None = None, part: str | None = None) -> SignalFile:
    """Read the waveform of a DICOM file.

    Parameters
    ----------
    source : Source
    leads : tuple of str or None
    part : str or None
        The label of one of its multiplex groups; `None` takes the longest.

    Raises
    ------
    ImportFileError
        Where the file is damaged, or holds pictures and no waveform.
    """
    if source.size > MAX_BYTES:
        raise ImportFileError("The DICOM file is larger than an ECG is. Choose the object with the waveform.")
    try:
        groups, big = _read_groups(source.read())
        if not groups:
            raise ImportFileError(
                "The DICOM file holds no waveform: it is a picture, a report, or measurements alone. Choose the object "
                "of the ECG itself, or export it as CSV or aECG."
            )
        return _read_group(source.stem, groups, leads, part, big=big)
    except (*DAMAGE, struct.error, MemoryError, AssertionError) as error:
        raise ImportFileError("The DICOM file is damaged: its waveform cannot be read. Export it again.") from error


def _read_groups(data: bytes) -> tuple[list[Dataset], bool]:
    """Return the multiplex groups, and whether their samples have the high byte first."""
    import pydicom  # loads slowly, and a CSV never needs it
    from pydicom.errors import InvalidDicomError

    if _DEFLATED in data:  # it would be unpacked without limit
        raise ImportFileError(
            "The DICOM file is deflated as a whole, which is not read. Export it in explicit little endian."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that break rules which do not bear on the waveform
        try:
            found = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, specific_tags=["WaveformSequence"])
        except InvalidDicomError as error:
            raise ValueError from error
        groups = list(found.get("WaveformSequence") or [])[:MAX_SIGNALS]
        return groups, str(found.file_meta.get("TransferSyntaxUID", "")) == _BIG_ENDIAN


def _read_group(
    name: str, groups: list[Dataset], leads: tuple[str, ...] | None, part: str | None, *, big: bool
) -> SignalFile:
    names: list[str] = []
    for group in groups:
        label = " ".join(str(group.get("MultiplexGroupLabel") or "group").split())[:40] or "group"
        names.append(f"{label} ({len(names) + 1})" if label in names else label)
    sizes = [int(group.get("NumberOfWaveformSamples") or 0) for group in groups]
    index, found = choose_part(names, sizes, part, say("it is the longest of {count}", count=len(names)))
    group = groups[index]
    n_samples, n_channels = sizes[index], int(group.NumberOfWaveformChannels)
    fs = float(group.SamplingFrequency)
    check_fs(fs)
    if not 1 <= n_channels <= MAX_SIGNALS or n_samples < 1:
        raise ValueError(n_channels)
    check_size(n_samples, n_channels, fs)
    kind = _SAMPLE_TYPES.get((str(group.WaveformSampleInterpretation), int(group.WaveformBitsAllocated)))
    if kind is None:
        raise ImportFileError(
            "The DICOM file has samples of the kind '{kind}', which an ECG does not have. Export it with 16 "
            "bits per sample.",
            kind=str(group.WaveformSampleInterpretation)[:10],
        )
    order = ">" if big else "<"
    raw = np.frombuffer(group.WaveformData, dtype=order + kind, count=n_samples * n_channels)
    raw = raw.reshape(n_samples, n_channels)
    padding = group.get("WaveformPaddingValue")
    missing = None if padding is None else np.frombuffer(bytes(padding)[: raw.itemsize], dtype=raw.dtype)
    definitions = group.ChannelDefinitionSequence
    signals = [_read_channel(definitions[i], i, raw[:, i], missing) for i in range(n_channels)]
    return assemble("dicom", name, signals, Finding(fs, (say("the file's header says so"),)), leads, part=found)


def _read_channel(channel: Dataset, index: int, raw: np.ndarray, missing: np.ndarray | None) -> Signal:
    values = raw.astype(np.float64)
    sensitivity = channel.get("ChannelSensitivity")
    unit = ""
    if sensitivity is not None:
        values = values * float(sensitivity) * float(channel.get("ChannelSensitivityCorrectionFactor") or 1.0)
        values += float(channel.get("ChannelBaseline") or 0.0)
        units = channel.get("ChannelSensitivityUnitsSequence")
        unit = str(units[0].get("CodeValue") or "") if units else ""
    if missing is not None and len(missing):
        values[raw == missing[0]] = np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        return Signal(_name_channel(channel, index), unit, values.astype(np.float32))


def _name_channel(channel: Dataset, index: int) -> str:
    """Return the lead's name, from the meaning of its code ("Lead II (Einthoven)"), else from the code itself."""
    sources = channel.get("ChannelSourceSequence")
    if sources:
        meaning = re.sub(r"\(.*?\)|-$", "", str(sources[0].get("CodeMeaning") or "")).strip()
        if name := lead_name(meaning):
            return name
        code = re.fullmatch(r"(?:5\.6\.3-9-|2:)(\d{1,3})", str(sources[0].get("CodeValue") or ""))
        if code and int(code[1]) in LEAD_OF_CODE:
            return LEAD_OF_CODE[int(code[1])]
        if meaning:
            return meaning
    return str(channel.get("ChannelLabel") or f"ECG {index + 1}")
