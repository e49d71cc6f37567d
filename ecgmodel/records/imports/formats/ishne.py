"""ISHNE Holter files (Badilini 1998, http://thew-project.org/papers/Badilini.ISHNE.Holter.Standard.pdf)."""

from __future__ import annotations

import struct

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence, round_figures, say
from ecgmodel.records.imports.formats.signal_file import Signal, SignalFile, assemble, check_fs, check_size
from ecgmodel.records.imports.source import Source

HEADER_BYTES = 522
_LEADS = (
    *("lead", "lead", "X", "Y", "Z", "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"),
    *("ES", "AS", "AI"),
)
"""Names by the codes of the standard; 0 is unknown and 1 a bipolar lead of no name."""

_FAULT = -32768


def is_ishne(head: bytes) -> bool:
    """Whether a file begins as an ISHNE Holter file, or as its file of annotations."""
    return head.startswith((b"ISHNE1.0", b"ANN  1.0"))


def read_ishne(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read an ISHNE Holter file; of its header only what bears on the signals.

    Raises
    ------
    ImportFileError
        Where the file is damaged or holds annotations alone.
    """
    data = source.read()
    if data.startswith(b"ANN"):
        raise ImportFileError(
            "The file holds the annotations of an ISHNE recording and no signal. Choose the recording itself, the .ecg."
        )
    try:
        claimed, start = struct.unpack_from("<i", data, 14)[0], struct.unpack_from("<i", data, 22)[0]
        count, *codes = struct.unpack_from("<13h", data, 156)
        steps = struct.unpack_from("<12h", data, 206)
        fs = float(struct.unpack_from("<h", data, 272)[0])
    except struct.error as error:
        raise _damaged() from error
    if not 1 <= count <= 12 or not HEADER_BYTES <= start < len(data) or claimed < 0:
        raise _damaged()
    check_fs(fs)
    n_samples = (len(data) - start) // (2 * count)
    check_size(n_samples, count, fs)
    samples = np.frombuffer(data, dtype="<i2", count=n_samples * count, offset=start).reshape(n_samples, count)
    signals = []
    for i in range(count):
        code = codes[i] if 0 <= codes[i] < len(_LEADS) else 0
        values = samples[:, i].astype(np.float32)
        values[samples[:, i] == _FAULT] = np.nan
        label = _LEADS[code] if code > 1 else f"ECG {i + 1}"
        signals.append(Signal(label, "nV" if steps[i] > 0 else "raw", values * steps[i] if steps[i] > 0 else values))
    rate = Finding(fs, (say("the file's header says so"),))
    return assemble("ishne", source.stem, signals, rate, leads, notes=_compare_length(claimed, n_samples, count, fs))


def _compare_length(claimed: int, n_samples: int, count: int, fs: float) -> tuple[Sentence, ...]:
    """Say so where samples are missing at the end; files count samples of one lead or of all."""
    if claimed in (0, n_samples, n_samples * count) or claimed < n_samples:
        return ()
    stated = claimed if claimed < n_samples * count or count == 1 else claimed / count
    return (
        say(
            "The file was cut short: its header promises {stated:,g} s, and {found:,g} s are there.",
            stated=round_figures(stated / fs, 6),
            found=round_figures(n_samples / fs, 6),
        ),
    )


def _damaged() -> ImportFileError:
    return ImportFileError("The ISHNE file is damaged: its header makes no sense. Export it again.")
