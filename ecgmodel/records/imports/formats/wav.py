"""WAV files of a lab course's amplifier or a sound card: a rate, and samples of no unit."""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence, round_figures, say
from ecgmodel.records.imports.formats.signal_file import DAMAGE, Signal, SignalFile, assemble
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ
from ecgmodel.records.imports.text.timing import MAX_SAMPLES

TARGET_HZ = 1000.0
"""What sound cards sample faster is averaged down to about this; no wave of an ECG needs more."""

MAX_CHANNELS = 16


def is_wav(head: bytes) -> bool:
    """Whether a file begins as a WAV file, with 32-bit or 64-bit lengths."""
    return head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE"


def read_wav(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read a WAV file; what is sampled at the rate of sound is averaged down.

    Raises
    ------
    ImportFileError
        Where the file is damaged, or compressed.
    """
    from scipy.io import wavfile  # loads slowly, and a CSV never needs it

    if source.size > 4 * MAX_SAMPLES:
        raise ImportFileError("The WAV file is larger than {size:,.0f} MB. Cut it.", size=4 * MAX_SAMPLES / 1e6)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of chunks that are none of ours
            fs, samples = wavfile.read(io.BytesIO(source.read()))
    except (*DAMAGE, MemoryError, struct.error, UnboundLocalError) as error:  # the last where a chunk is not there
        raise ImportFileError(
            "The WAV file is damaged, or compressed. Save it as plain PCM, or export the ECG as CSV."
        ) from error
    samples = samples[:, None] if samples.ndim == 1 else samples
    if samples.ndim != 2 or not 1 <= samples.shape[1] <= MAX_CHANNELS or fs <= 0 or len(samples) == 0:
        raise ImportFileError("The WAV file has no samples, or too many channels. Save one recording.")
    fs, notes = float(fs), ()
    rate: Finding = Finding(fs, (say("the file's header says so"),))
    if fs > 2 * TARGET_HZ:
        samples, slow = _average(samples, fs)
        notes = (_say_averaged(fs, slow),)
        rate = Finding(slow, (say("the file's header says {fs:,g} Hz", fs=fs), notes[0]))
    signals = [
        Signal("ECG" if samples.shape[1] == 1 else f"ECG {i + 1}", "raw", samples[:, i])
        for i in range(samples.shape[1])
    ]
    reasons = (say("the file names no leads"),)
    return assemble("wav", source.stem, signals, rate, leads, notes=notes, lead_reasons=reasons)


def _average(samples: np.ndarray, fs: float) -> tuple[np.ndarray, float]:
    """Return the means of runs of samples, and their rate."""
    run = max(1, min(round(fs / TARGET_HZ), int(fs / FS_RANGE_HZ[0])))
    n_runs = len(samples) // run
    means = np.empty((n_runs, samples.shape[1]), dtype=np.float32)
    for start in range(0, n_runs, 1 << 16):
        piece = samples[start * run : (start + (1 << 16)) * run]
        piece = piece[: len(piece) // run * run]
        means[start : start + (1 << 16)] = piece.reshape(-1, run, samples.shape[1]).mean(axis=1, dtype=np.float64)
    return means, fs / run


def _say_averaged(fs: float, slow: float) -> Sentence:
    return say(
        "The file has {fs:,g} samples a second, as sound has; they were averaged to {slow:,g}.",
        fs=fs,
        slow=round_figures(slow, 6),
    )
