"""Philips XML (`restingecgdata`, versions 1.03 to 1.04.02): samples of 16 bits in Base64, plain or packed as XLI."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.signal_file import (
    MAX_SIGNALS,
    Signal,
    SignalFile,
    assemble,
    check_fs,
    check_size,
)
from ecgmodel.records.imports.formats.xli import unpack_xli
from ecgmodel.records.imports.formats.xml_tree import damaged_waveform, decode_base64, number_of, read_numbers, text_of

_LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
_TWELVE = (*_LIMB_LEADS, "V1", "V2", "V3", "V4", "V5", "V6")
_PLAIN = ("", "uncompressed", "none")


def read_philips(root: Element, name: str, leads: tuple[str, ...] | None, part: str | None) -> SignalFile:
    """Read a Philips document.

    Raises
    ------
    ImportFileError
        Where it holds no waveform, or one that makes no sense.
    """
    waveforms = next(root.iter("parsedwaveforms"), None)
    if waveforms is None or part is not None:
        raise ImportFileError("The Philips file holds no waveform, only results. Export the recording itself.")
    details = next(root.iter("signalcharacteristics"), None)
    fs = number_of(waveforms.get("samplespersecond")) or number_of(text_of(details, "samplingrate"))
    duration_ms = number_of(waveforms.get("durationperchannel"))
    if fs is None or duration_ms is None or duration_ms <= 0:
        raise ImportFileError("The Philips file does not say how its waveform is sampled. Export it again.")
    check_fs(fs)
    labels = _name_leads(waveforms, details)
    n_samples = round(duration_ms * fs / 1000)
    check_size(n_samples, len(labels), fs)
    method = (waveforms.get("compressmethod") or waveforms.get("compression") or "").lower()
    text = "".join(waveforms.itertext())
    if method in _PLAIN:
        values = _read_plain(waveforms, text)
        if len(values) < n_samples * len(labels):
            raise damaged_waveform(labels[len(values) // n_samples])
        columns = [values[i * n_samples : (i + 1) * n_samples] for i in range(len(labels))]
    elif method == "xli":
        columns = [c[:n_samples] for c in unpack_xli(decode_base64(text, labels[0]), n_samples + 2)]
        if len(columns) < len(labels) or any(len(column) < n_samples for column in columns[: len(labels)]):
            raise damaged_waveform(labels[min(len(columns), len(labels) - 1)])
    else:
        raise ImportFileError(
            "The Philips file is compressed by the method '{method}', which is not read. Export it uncompressed.",
            method=method[:20],
        )
    columns = _rebuild_limb_leads(labels, columns, packed=method == "xli")
    microvolts = (
        number_of(waveforms.get("resolution"))
        or number_of(text_of(details, "resolution"))
        or number_of(text_of(details, "signalresolution"))
    )
    zero = number_of(waveforms.get("signaloffset")) or number_of(text_of(details, "signaloffset")) or 0.0
    signals = [
        Signal(label, "uV" if microvolts else "raw", ((column - zero) * (microvolts or 1.0)).astype(np.float32))
        for label, column in zip(labels, columns, strict=False)
    ]
    return assemble("philips", name, signals, Finding(fs, (say("the file's header says so"),)), leads)


def _name_leads(waveforms: Element, details: Element | None) -> list[str]:
    labels = (waveforms.get("leadlabels") or "").split()
    count = number_of(waveforms.get("numberofleads")) or number_of(text_of(details, "numberchannelsallocated"))
    count = int(count) if count is not None and 1 <= count <= MAX_SIGNALS else len(labels)
    if not labels and count <= len(_TWELVE):
        labels = list(_TWELVE)
    if not 1 <= count <= max(len(labels), 1) or not labels:
        raise ImportFileError("The Philips file does not name its leads. Export it again.")
    return labels[:count]


def _read_plain(waveforms: Element, text: str) -> np.ndarray:
    if (waveforms.get("dataencoding") or "Base64").lower() == "plain":
        return read_numbers(text, "I")
    data = decode_base64(text, "I")
    signed = (waveforms.get("signalsigned") or "true").lower() != "false"
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2" if signed else "<u2").astype(np.float64)


def _rebuild_limb_leads(labels: list[str], columns: list[np.ndarray], *, packed: bool) -> list[np.ndarray]:
    """Return the leads with III, aVR, aVL and aVF whole again.

    The packed form, and some that is plain, keeps of these only what differs from what I and II say of them.
    """
    if tuple(labels[:6]) != _LIMB_LEADS:
        return columns
    one, two, three, avr, avl, avf = (column.astype(np.float64) for column in columns[:6])
    implied = two - one
    if not packed and np.std(three - implied) <= np.std(three):
        return columns
    three = implied - three
    avr = -avr - np.floor((one + two) / 2)
    avl = np.floor((one - three) / 2) - avl
    avf = np.floor((two + three) / 2) - avf
    return [one, two, three, avr, avl, avf, *columns[6:]]
