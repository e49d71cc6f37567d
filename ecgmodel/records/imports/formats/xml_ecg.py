"""ECGs in XML: told apart by the root of the document, never by the file's name."""

from __future__ import annotations

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.formats.aecg import read_aecg
from ecgmodel.records.imports.formats.muse import read_muse
from ecgmodel.records.imports.formats.philips import read_philips
from ecgmodel.records.imports.formats.signal_file import SignalFile
from ecgmodel.records.imports.formats.xml_tree import parse_xml
from ecgmodel.records.imports.source import Source

_READERS = {"annotatedecg": read_aecg, "restingecg": read_muse, "restingecgdata": read_philips}


def read_xml(source: Source, leads: tuple[str, ...] | None = None, part: str | None = None) -> SignalFile:
    """Read an ECG out of an XML file: HL7 aECG, GE MUSE or Philips.

    Parameters
    ----------
    source : Source
    leads : tuple of str or None
    part : str or None
        Which recording of the file; `None` takes the longest.

    Raises
    ------
    ImportFileError
        Where the document is none of these, or is damaged.
    """
    root = parse_xml(source)
    name = str(root.tag).lower()
    if name == "healthdata":
        raise ImportFileError(
            "This is the export.xml of Apple Health, which holds no samples of ECGs. Choose a CSV of the folder "
            "electrocardiograms beside it."
        )
    reader = _READERS.get(name)
    if reader is None:
        raise ImportFileError(
            "The XML file begins with '{root}', which is not an ECG format that this app reads; it reads HL7 "
            "aECG, GE MUSE and Philips. Export the ECG as one of these, as DICOM, or as CSV.",
            root=str(root.tag)[:60],
        )
    return reader(root, source.stem, leads, part)
