"""All that goes through `wfdb`, or is written in its formats; no other module imports it.

Importing this module loads `wfdb`, and with it pandas and fsspec (0.4 s), so the other modules import it where they
need it and not at their top.
"""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import requests
import wfdb
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from wfdb.io import _url, download

from ecgmodel.records.annotation_file import parse_annotations
from ecgmodel.records.format_212 import HeaderFile
from ecgmodel.records.record import Annotations, Record

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 30.0
CHUNK_BYTES = 1 << 17
LOOK_EVERY_S = 0.5

PIECE_VALUES = 1 << 21
"""Of all leads together: records of databases are read whole, and a piece takes 100 MB at most."""

_FROM_ITS_START = "8"
"""The format in which each sample is a difference to the one before."""


def read_header(path: Path) -> HeaderFile:
    """Read the header of the record at `path`, which is the path of its files without their suffix."""
    header = wfdb.rdheader(str(path))
    return HeaderFile(float(header.fs), int(header.sig_len), tuple(header.sig_name), tuple(header.comments))


def read_signals(path: Path) -> np.ndarray:
    """Read the signals of the record at `path`: ndarray of shape (n_samples, n_leads), float32, in mV.

    `wfdb` takes up to 45 bytes of memory for one of a file, so a long record is read in pieces.
    """
    header = wfdb.rdheader(str(path))
    n_samples, n_leads = header.sig_len or 0, header.n_sig or 0
    piece = PIECE_VALUES // max(n_leads, 1)
    if n_samples <= piece or isinstance(header, wfdb.MultiRecord) or _FROM_ITS_START in header.fmt:
        return wfdb.rdrecord(str(path), return_res=32).p_signal
    signals = np.empty((n_samples, n_leads), dtype=np.float32)
    for first in range(0, n_samples, piece):
        last = min(first + piece, n_samples)
        signals[first:last] = wfdb.rdrecord(str(path), sampfrom=first, sampto=last, return_res=32).p_signal
    return signals


def read_annotations(path: Path) -> Annotations:
    """Read the `.atr` file of the record at `path`, see `annotation_file`."""
    return parse_annotations(path.with_name(f"{path.name}.atr").read_bytes())


def write_annotations(path: Path, annotations: Annotations, fs: float) -> None:
    """Write annotations as a WFDB file, which `rdann`, WAVE and LightWAVE read.

    Parameters
    ----------
    path : Path
        The file; its name has the form "208.atr", letters alone in the suffix.
    annotations : Annotations
    fs : float
        Sampling frequency in Hz, kept in the file.
    """
    wfdb.wrann(
        path.stem,
        path.suffix.removeprefix("."),
        sample=annotations.sample,
        symbol=annotations.symbol.tolist(),
        aux_note=annotations.aux.tolist(),
        fs=fs,
        write_dir=str(path.parent),
    )


STEPS_PER_MV = 1000.0
LARGEST_STEP = 32_000
"""Of 16 bits; the lowest value stands for a sample that is missing."""


def write_record(path: Path, record: Record) -> None:
    """Write the `.hea` and `.dat` of a record, with 16 bits a sample, at steps of 1 uV or the least that fit.

    `wfdb.wrsamp` needs several copies of the samples, and warns with pandas 3; the format is plain enough.

    Parameters
    ----------
    path : Path
        Of its files without their suffix; letters, digits, hyphens and underscores alone.
    record : Record
    """
    n_samples, n_leads = record.signals.shape
    steps = np.empty((n_samples, n_leads), dtype="<i2")
    lines = [f"{path.name} {n_leads} {record.fs:.10g} {n_samples}"]
    for column, lead in enumerate(record.leads):
        signal = record.signals[:, column]
        known = np.isfinite(signal)
        largest = float(np.abs(signal[known]).max(initial=0.0))
        gain = min(STEPS_PER_MV, LARGEST_STEP / largest) if largest > 0 else STEPS_PER_MV
        steps[:, column] = np.where(known, np.rint(np.where(known, signal, 0) * np.float32(gain)), -32768)
        values = steps[:, column].astype(np.int64)
        checksum = int(np.sum(values) & 0xFFFF)
        first = int(values[0]) if n_samples else 0
        lines.append(f"{path.name}.dat 16 {gain:.10g}(0)/mV 16 0 {first} {checksum} 0 {' '.join(lead.split())}")
    lines.append("# Not a medical device: for teaching and research.")
    path.with_suffix(".dat").write_bytes(steps.tobytes())
    path.with_suffix(".hea").write_text("\n".join(lines) + "\n", encoding="utf-8")


def detect_xqrs(signal: np.ndarray, fs: float) -> np.ndarray:
    """Find R peaks with wfdb's XQRS, the yardstick for `r_peaks.detect_r_peaks`: ndarray of shape (n_beats,), int64."""
    from wfdb import processing  # loads scipy.signal

    return np.asarray(processing.xqrs_detect(signal.astype(np.float64), fs, verbose=False), dtype=np.int64)


def remote_url(database: str, file: str) -> str:
    """Return where PhysioNet, or the mirror set with `wfdb.io.download.set_db_index_url`, keeps a file."""
    return posixpath.join(download.config.db_index_url, database, file)


def fetch(url: str) -> Iterator[bytes]:
    """Fetch a file in chunks as they arrive, and an empty chunk every `LOOK_EVERY_S` in which none does.

    `wfdb.dl_files` prints, waits without limit, and writes to the file's final place, and the layer below it gathers
    thousands of bytes before it gives any, so this reads what comes, in a thread: whoever gets the chunks can give up
    on a server that sends a byte a second, its headers included.

    Raises
    ------
    OSError
        Where the server refuses, stays silent or stops early (`requests` derives its errors from it).
    """
    _limit_waiting()
    arrived: SimpleQueue[bytes | OSError] = SimpleQueue()
    given_up = threading.Event()

    def read() -> None:
        try:
            with _url._get_session().get(url, stream=True, headers={"Accept-Encoding": "identity"}) as response:
                response.raise_for_status()
                while not given_up.is_set() and (chunk := response.raw.read1(CHUNK_BYTES)):
                    arrived.put(chunk)
            arrived.put(b"")
        except OSError as error:
            arrived.put(error)
        except HTTPError as error:  # of urllib3, which `requests` passes on where bytes are read as they come
            arrived.put(OSError(str(error)))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while True:
            try:
                chunk = arrived.get(timeout=LOOK_EVERY_S)
            except Empty:
                yield b""
                continue
            if isinstance(chunk, OSError):
                raise chunk
            if not chunk:
                return
            yield chunk
    finally:
        given_up.set()


class _ImpatientAdapter(HTTPAdapter):
    """Gives every request that names no time limit one."""

    def send(self, request, *args, timeout=None, **options) -> requests.Response:
        return super().send(request, *args, timeout=timeout or (CONNECT_TIMEOUT_S, READ_TIMEOUT_S), **options)


def _limit_waiting() -> None:
    """Set the time limits on the one session through which `wfdb` makes its requests."""
    session = _url._get_session()
    if not isinstance(session.get_adapter("https://physionet.org"), _ImpatientAdapter):
        for scheme in ("https://", "http://"):
            session.mount(scheme, _ImpatientAdapter())
