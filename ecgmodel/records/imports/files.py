"""Any file that a visitor drops: text, a workbook, a device's own format or a zip of these, told apart by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports import text_file
from ecgmodel.records.imports.annotation_text import is_annotation_text, read_annotation_text
from ecgmodel.records.imports.archives import is_zip, unpack
from ecgmodel.records.imports.edf import is_edf, read_edf
from ecgmodel.records.imports.evidence import Finding, weigh
from ecgmodel.records.imports.formats import workbook
from ecgmodel.records.imports.formats.ishne_beats import MAGIC as ISHNE_BEATS
from ecgmodel.records.imports.formats.ishne_beats import read_ishne_beats
from ecgmodel.records.imports.formats.reading import SUFFIXES, find_format, read_format
from ecgmodel.records.imports.formats.settle import make_recording, understand_signals
from ecgmodel.records.imports.formats.signal_file import SignalFile
from ecgmodel.records.imports.source import Source, decode_head, refuse_foreign
from ecgmodel.records.imports.text_file import BeatTable, Cancel, Progress, Recording
from ecgmodel.records.imports.understanding import ImportSettings, Understanding
from ecgmodel.records.imports.wfdb import SUFFIXES as WFDB_SUFFIXES
from ecgmodel.records.imports.wfdb import read_wfdb
from ecgmodel.records.record import Annotations, Record

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".log", ".dat.txt")
DEVICE_SUFFIXES = (".edf", ".bdf", *WFDB_SUFFIXES, *SUFFIXES)
HEAD_BYTES = 4096

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
        As of `text_file.read_csv`.

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
    if _is_wfdb(files):
        return make_recording(read_wfdb(_plain_names(files), settings.leads), settings)
    marks = _annotation_files(files)
    rest = {name: data for name, data in files.items() if name not in marks}
    if len(marks) > 1 or len(rest) > 1:
        raise ImportFileError(
            "There are {count} files, which are not one record: {names}. Choose the files of one record.",
            count=len(files),
            names=", ".join(list(files)[:6]),
        )
    annotations = None
    if marks:
        annotations, source = _read_annotations(*next(iter(marks.items())))
        if not rest:
            return AnnotationList(annotations, source.stem.removesuffix("annotations"))
    name, data = next(iter(rest.items()))
    source = Source(data, name)
    file = _read_signals(source, settings)
    if file is not None:
        found: Recording | BeatTable = make_recording(file, settings)
    elif _is_workbook(source):
        sheet = workbook.read_sheet(source, settings.part, sniff=False)
        found = text_file.read_csv(sheet.data, name, sheet.settle(settings), progress=progress, cancel=cancel)
        found = replace(found, understanding=sheet.describe(found.understanding, settings))
    else:
        found = text_file.read_csv(data, name, settings, progress=progress, cancel=cancel)
    return found if annotations is None else _annotate(found, annotations)


def open_recording(*paths: str | Path, **settings: object) -> Record:
    """Read the recording in a file, or in the files of one WFDB record.

    Parameters
    ----------
    *paths : str or Path
    **settings : object
        Those of `ImportSettings`, for what the files do not say, as `fs` in Hz.

    Raises
    ------
    QuestionError
        Where a file does not say something that is needed, and `settings` does not either.
    ImportFileError
        Where the files cannot be read, or hold single heartbeats, intervals or annotations alone.
    """
    found = read_files({Path(path).name: Path(path) for path in paths}, ImportSettings(**settings))
    if not isinstance(found, Recording):
        raise ImportFileError(
            "{name} holds no recording. Give a file with the samples of an ECG.", name=Path(paths[0]).name
        )
    return found.record


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
    marks = _annotation_files(files)
    rest = {name: data for name, data in files.items() if name not in marks}
    if _is_wfdb(files):
        return understand_signals(read_wfdb(_plain_names(files), settings.leads), settings)
    if len(rest) == 1:
        name, data = next(iter(rest.items()))
        source = Source(data, name)
        file = _read_signals(source, settings)
        if file is not None:
            return understand_signals(file, settings)
        if _is_workbook(source):
            sheet = workbook.read_sheet(source, settings.part, sniff=True)
            return sheet.describe(text_file.sniff_csv(sheet.data, name, sheet.settle(settings)), settings)
        return text_file.sniff_csv(data, name, settings)
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
    if not (name.lower().endswith(".zip") and is_zip(source.head(4))) or _is_workbook(source):
        return files
    unpacked = unpack(source, (*TEXT_SUFFIXES, *DEVICE_SUFFIXES))
    if not unpacked:
        raise ImportFileError(
            "The archive has no file that is read. Pack a CSV, an EDF, or the .hea and .dat of a WFDB record."
        )
    return unpacked


def _read_signals(source: Source, settings: ImportSettings) -> SignalFile | None:
    """Read a file that has a header of its own; `None` for text and workbooks."""
    head = source.head(HEAD_BYTES)
    if is_edf(head):
        return read_edf(source, settings.leads)
    kind = find_format(head)
    return None if kind is None else read_format(kind, source, settings.leads, settings.part)


def _is_workbook(source: Source) -> bool:
    """Whether a file is a workbook; documents of other office programs are refused by their name."""
    if not is_zip(source.head(4)):
        return False
    names = workbook.list_archive(source)
    workbook.refuse_document(names)
    return workbook.is_workbook(names)


def _is_wfdb(files: Files) -> bool:
    """Whether files belong to a WFDB record; MATLAB's stand alone where there is no header."""
    names = [name.lower() for name, data in files.items() if not _is_text(name, data)]
    has_header = any(name.endswith(".hea") for name in names)
    return has_header or any(name.endswith((".dat", ".atr")) for name in names)


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


def _annotation_files(files: Files) -> Files:
    """Return the files that hold annotations alone; ISHNE's say less by themselves than the sentence of its reader."""
    return {
        name: data
        for name, data in files.items()
        if _is_annotation_text(name, data) or (len(files) > 1 and Source(data, name).head(8) == ISHNE_BEATS)
    }


def _is_annotation_text(name: str, data: bytes | Path) -> bool:
    head = Source(data, name).head(4096)
    return not is_edf(head) and b"\0" not in head and is_annotation_text(decode_head(head, "utf-8"))


def _read_annotations(name: str, data: bytes | Path) -> tuple[Annotations, Source]:
    source = Source(data, name)
    if source.head(8) == ISHNE_BEATS:
        return read_ishne_beats(source), source
    encoding = weigh(text_file.EVIDENCE["encoding"], source.head()).value
    return read_annotation_text(source, str(encoding)), source


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
