"""A record and its annotations as WFDB files in memory, written and read."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.labels import SYMBOL_NAMES
from ecgmodel.private_folder import private_folder
from ecgmodel.records.annotation_file import parse_annotations
from ecgmodel.records.exports.csv_text import NOT_A_MEDICAL_DEVICE
from ecgmodel.records.record import Annotations, Record

NOTE_SYMBOL = '"'
"""PhysioBank's code of a comment, which is no beat."""

README = (
    "Written by ecgmodel. Not a medical device: for teaching and research.\n"
    "A WFDB record: .hea is its header, .dat its samples, .atr its annotations "
    "(https://physionet.org/content/wfdb).\n"
)


def wfdb_name(name: str) -> str:
    """Return a record's name as WFDB allows it: letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name.removeprefix("upload: ")).strip("-")[:60] or "record"


def add_note(annotations: Annotations) -> Annotations:
    """Return annotations behind a comment that says what they are not: an .atr alone has no other place for it."""
    first = (
        min(int(annotations.sample[0]), 1) if len(annotations.sample) else 1
    )  # readers keep comments at 0 for settings
    return Annotations(
        np.concatenate(([first], annotations.sample)).astype(np.int64),
        np.concatenate(([NOTE_SYMBOL], annotations.symbol)),
        np.concatenate(([NOT_A_MEDICAL_DEVICE.removeprefix("# ")], annotations.aux)),
    )


def format_atr(annotations: Annotations, fs: float) -> bytes:
    """Return annotations as a WFDB annotation file; empty where there are none, as such files are."""
    from ecgmodel.records.wfdb_io import write_annotations  # loads slowly

    if not len(annotations.sample):
        return b"\0\0"
    with private_folder() as folder:
        path = folder / "beats.atr"  # wfdb writes to files alone, and allows few characters in their names
        write_annotations(path, annotations, fs)
        return path.read_bytes()


def parse_atr(data: bytes) -> Annotations:
    """Read a WFDB annotation file.

    Raises
    ------
    RecordError
        Where it is none, or has more than is read.
    """
    marks = parse_annotations(data)
    known = np.isin(marks.symbol, list(SYMBOL_NAMES)).all()
    if not known or (np.diff(marks.sample) < 0).any() or (marks.sample < 0).any():
        raise ImportFileError("This is not a WFDB annotation file. Choose one that ends in .atr.")
    return marks


def format_wfdb(record: Record, annotations: Annotations | None) -> bytes:
    """Return a WFDB record as a zip archive of its `.hea`, `.dat` and, where there are annotations, `.atr`.

    Samples are written with 16 bits, at steps of 1 uV or the least that the range of a lead allows.
    """
    from ecgmodel.records.wfdb_io import write_annotations, write_record  # loads slowly

    name = wfdb_name(record.name)
    archive = io.BytesIO()
    with private_folder(record.signals.nbytes) as folder:
        write_record(folder / name, record)
        if annotations is not None and len(annotations.sample):
            write_annotations(folder / f"{name}.atr", annotations, record.fs)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for path in sorted(folder.iterdir()):
                file.write(path, path.name)
            file.writestr("README.txt", README)
    return archive.getvalue()
