"""Any file that a visitor drops: text, EDF, WFDB files or a zip of these, told apart by what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports import text_file as csv_import
from ecgmodel.records.imports.annotation_text import is_annotation_text, read_annotation_text
from ecgmodel.records.imports.archives import is_zip, unpack
from ecgmodel.records.imports.edf import WFDB_SUFFIXES, DeviceFile, is_edf, read_edf, read_wfdb
from ecgmodel.records.imports.evidence import Finding, chosen, say, weigh
from ecgmodel.records.imports.notes import describe_timing
from ecgmodel.records.imports.source import Source, decode_head, refuse_foreign
from ecgmodel.records.imports.text.units import PER_MV, Scale
from ecgmodel.records.imports.text_file import BeatTable, Cancel, Progress, Recording
from ecgmodel.records.imports.understanding import FileKind, ImportSettings, Understanding
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.signal.quality import measure_polarity

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".log", ".dat.txt")
DEVICE_SUFFIXES = (".edf", *WFDB_SUFFIXES)

Files = Mapping[str, bytes | Path]


@dataclass(frozen=True, slots=True)
class AnnotationList:
    """A file that was read as annotations without signals.

    Attributes
    ----------
    annotations : Annotations
        Samples from the start of the record that they belong to, at its own rate.
    record : str
        The name of that record as the file's name has it: "100" of `100annotations.txt`.
    """

    annotations: Annotations
    record: str


def read_files(
    files: Files,
    settings: ImportSettings | None = None,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Recording | BeatTable | AnnotationList:
    """Read what a visitor dropped: one file, a zip archive, the files of a WFDB record, or samples with their
    annotations.

    Parameters
    ----------
    files : mapping of str to bytes or Path
        By the name that the browser gave.
    settings : ImportSettings or None
    progress, cancel : callable or None
        As of `csv_import.read_csv`.

    Returns
    -------
    Recording, BeatTable or AnnotationList

    Raises
    ------
    QuestionError
        Where a file does not say something that is needed, and `settings` does not either.
    ImportFileError
        Where the files cannot be read.
    """
    settings = settings or ImportSettings()
    files = _unpack(files)
    if any(name.lower().endswith(WFDB_SUFFIXES) and not _is_text(name, data) for name, data in files.items()):
        return _from_device(read_wfdb(_plain_names(files), settings.leads), "wfdb", settings)
    marks = {name: data for name, data in files.items() if _is_annotation_file(name, data)}
    rest = {name: data for name, data in files.items() if name not in marks}
    if len(marks) > 1 or len(rest) > 1:
        raise ImportFileError(
            "There are {count} files, which are not one record: {names}. Choose the files of one record.",
            count=len(files),
            names=", ".join(list(files)[:6]),
        )
    annotations = None
    if marks:
        source = Source(next(iter(marks.values())), next(iter(marks)))
        encoding = weigh(csv_import.EVIDENCE["encoding"], source.head()).value
        annotations = read_annotation_text(source, str(encoding))
        if not rest:
            return AnnotationList(annotations, source.stem.removesuffix("annotations"))
    name, data = next(iter(rest.items()))
    source = Source(data, name)
    if is_edf(source.head(4096)):
        return _from_device(read_edf(source, settings.leads), "edf", settings)
    found = csv_import.read_csv(data, name, settings, progress=progress, cancel=cancel)
    return found if annotations is None else _annotate(found, annotations)


def sniff_files(files: Files, settings: ImportSettings | None = None) -> Understanding:
    """Understand what a visitor dropped, of long text without reading it all.

    Parameters
    ----------
    files : mapping of str to bytes or Path
    settings : ImportSettings or None

    Raises
    ------
    ImportFileError
        Where the files cannot be read.
    """
    settings = settings or ImportSettings()
    files = _unpack(files)
    rest = {name: data for name, data in files.items() if not _is_annotation_file(name, data)}
    if len(rest) == 1:
        name, data = next(iter(rest.items()))
        if not is_edf(Source(data, name).head(4096)) and (
            not name.lower().endswith(WFDB_SUFFIXES) or _is_text(name, data)
        ):
            return csv_import.sniff_csv(data, name, settings)
    found = read_files(files, settings)
    if isinstance(found, AnnotationList):
        nothing = Finding(None)
        return Understanding("annotations", settings, *[nothing] * 12)
    return found.understanding


def _unpack(files: Files) -> Files:
    """Return the files, with those of a zip archive in its place."""
    if not files:
        raise ImportFileError("No file was chosen. Choose a CSV, an EDF, or the .hea and .dat of a WFDB record.")
    if len(files) != 1:
        return files
    name, data = next(iter(files.items()))
    source = Source(data, name)
    if not (name.lower().endswith(".zip") and is_zip(source.head(4))):
        return files
    unpacked = unpack(source, (*TEXT_SUFFIXES, *DEVICE_SUFFIXES))
    if not unpacked:
        raise ImportFileError("The archive has no CSV, EDF or WFDB file. Pack the files of one record.")
    return unpacked


def _plain_names(files: Files) -> Files:
    return {name.replace("\\", "/").rsplit("/", 1)[-1]: data for name, data in files.items()}


def _is_text(name: str, data: bytes | Path) -> bool:
    """Whether a `.dat` file is text after all, as some boards write it; a `.hea` without `.dat` is none."""
    if not name.lower().endswith(".dat"):
        return False
    try:
        refuse_foreign(Source(data, name).head(4096))
    except ImportFileError:
        return False
    return True


def _is_annotation_file(name: str, data: bytes | Path) -> bool:
    head = Source(data, name).head(4096)
    return not is_edf(head) and b"\0" not in head and is_annotation_text(decode_head(head, "utf-8"))


def _annotate(found: Recording | BeatTable, annotations: Annotations) -> Recording:
    if isinstance(found, BeatTable):
        raise ImportFileError("Beats without their recording cannot have annotations. Choose one of the two files.")
    last = int(annotations.sample[-1])
    if last >= found.record.n_samples:
        raise ImportFileError(
            "The annotations go on to sample {last}, and the recording has {samples}. Choose two files of one record.",
            last=last,
            samples=found.record.n_samples,
        )
    return replace(found, record=replace(found.record, annotations=annotations))


def _from_device(file: DeviceFile, kind: FileKind, settings: ImportSettings) -> Recording:
    signals = -file.signals if settings.flip else file.signals
    if not any(np.isfinite(column).any() and np.nanmax(column) > np.nanmin(column) for column in signals.T):
        raise ImportFileError(
            "Lead '{lead}' is the same in all {samples} samples. The electrode was off, or another column is the ECG.",
            lead=file.leads[0],
            samples=len(signals),
        )
    record = Record(file.name or "upload", signals, file.leads, file.fs, file.annotations, Header(), "upload")
    said = (say("the file's header says so"),)
    nothing = Finding(None)
    polarity = measure_polarity(file.signals[:, 0], file.fs)
    inverted = None if polarity is None else polarity.inverted
    understanding = Understanding(
        kind=kind,
        settings=settings,
        encoding=nothing,
        delimiter=nothing,
        decimal=nothing,
        first_line=nothing,
        header=Finding((*file.leads, *file.others), said),
        time_column=nothing,
        time_unit=nothing,
        rate=Finding(file.fs, said),
        unit=Finding(file.units[0], said),
        scale=Finding(Scale(0.0, PER_MV.get(file.units[0], 1.0)), said),
        leads=chosen(file.leads, Finding(None, alternatives=file.others))
        if settings.leads
        else Finding(file.leads, said, file.others),
        polarity=Finding({True: "inverted", False: "upright", None: None}[inverted], certain=False),
    )
    return Recording(record, understanding, (), describe_timing((), 0, 0, file.fs, record.duration_s))
