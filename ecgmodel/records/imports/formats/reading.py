"""Which of the formats a file is, by its first bytes, and its reader."""

from __future__ import annotations

from ecgmodel.records.imports.formats import alivecor, dicom, ishne, json_ecg, matlab, scp, wav, xml_tree
from ecgmodel.records.imports.formats.signal_file import SignalFile
from ecgmodel.records.imports.source import Source

SUFFIXES = (".xlsx", ".xlsm", ".json", ".xml", ".dcm", ".ecg", ".ann", ".atc", ".scp", ".wav", ".mat")
"""Endings of these formats, for choosing files and unpacking archives; a file is known by what is in it."""


def find_format(head: bytes) -> str | None:
    """Return the kind of a file by its first bytes, a value of `understanding.FileKind`; `None` for other files."""
    looks = (
        ("dicom", dicom.is_dicom),
        ("ishne", ishne.is_ishne),
        ("alivecor", alivecor.is_alivecor),
        ("wav", wav.is_wav),
        ("scp", scp.is_scp),
        ("xml", xml_tree.is_xml),
        ("json", json_ecg.is_json),
        ("mat", matlab.is_matlab),
    )
    return next((kind for kind, is_it in looks if is_it(head)), None)


def read_format(kind: str, source: Source, leads: tuple[str, ...] | None = None, part: str | None = None) -> SignalFile:
    """Read a file of one of the formats.

    Parameters
    ----------
    kind : str
        As `find_format` returned it.
    source : Source
    leads : tuple of str or None
    part : str or None
        Which of several recordings in it.

    Raises
    ------
    ImportFileError
        Where the file is damaged, or holds no ECG.
    """
    if kind == "xml":
        from ecgmodel.records.imports.formats.xml_ecg import read_xml

        return read_xml(source, leads, part)
    if kind == "dicom":
        return dicom.read_dicom(source, leads, part)
    if kind == "json":
        return json_ecg.read_json(source, leads, part)
    readers = {
        "ishne": ishne.read_ishne,
        "alivecor": alivecor.read_alivecor,
        "wav": wav.read_wav,
        "scp": scp.read_scp,
        "mat": matlab.read_matlab,
    }
    return readers[kind](source, leads)
