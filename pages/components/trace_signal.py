"""The samples of a trace on their way to the browser: whole, or of a long record in pieces on demand.

A day at 250 Hz is 43 MB a lead. Of such a record the browser gets the minimum and maximum of every `BIN` samples, which
is all that a pixel can show of more than a few minutes, and the samples of the pieces around what it shows. It asks for
others as they come near.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np

from ecgmodel.records.record import Record
from pages.components.packets import Packet, pack

GAP = -32768
"""The int16 that stands for a sample without a value."""

STEP_MV = 0.001
"""Resolution of the samples sent, in mV, where the signal's range allows it: a fifth of the step of MIT-BIH."""

WHOLE_SAMPLES = 2_000_000
"""A record of up to so many samples travels whole: half an hour at 1 kHz, two hours at 250 Hz."""

PIECE_SAMPLES = 2**17
"""Nine minutes at 250 Hz, a quarter of a megabyte a lead."""

BIN = 64
"""Samples of one minimum and maximum; as in `assets/components/trace/data.js`."""

MAX_PIECES = 8
"""Pieces that the browser may ask for at a time; as in `assets/components/trace/pieces.js`."""

CENTRE_SAMPLES = 1_000_000
"""About so many samples tell where a lead lies on the paper."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSignal:
    """What the browser gets of some leads of a record at once.

    Attributes
    ----------
    packet : Packet
        Every sample, or the minima and maxima of a long record.
    leads : tuple of str
    step_mv : tuple of float
        What one step of the int16 stands for, by lead.
    in_pieces : bool
        Whether the samples travel by `encode_pieces`.
    """

    packet: Packet
    leads: tuple[str, ...]
    step_mv: tuple[float, ...]
    in_pieces: bool


class _SignalsByArray:
    """Encoded signals by the array that they were made from; each goes when its array goes.

    The array itself is the key, so a packet is found only by who holds the record: one visitor's upload is never
    another's, and a record that was read again is encoded again.
    """

    PER_ARRAY = 2  # both leads, as Records shows them, and the one that Predict reads

    def __init__(self) -> None:
        self._signals: dict[int, dict[tuple, EncodedSignal]] = {}

    def find(self, array: np.ndarray, key: tuple) -> EncodedSignal | None:
        return self._signals.get(id(array), {}).get(key)

    def keep(self, array: np.ndarray, key: tuple, encoded: EncodedSignal) -> None:
        if id(array) not in self._signals:
            weakref.finalize(array, self._signals.pop, id(array), None)
        signals = self._signals.setdefault(id(array), {})
        signals[key] = encoded
        for oldest in list(signals)[: -self.PER_ARRAY]:
            signals.pop(oldest, None)


_encoded_signals = _SignalsByArray()


def encode_signal(record: Record, leads: tuple[str, ...]) -> EncodedSignal:
    """Return some leads as int16, at steps of 1 uV or the least that the range allows.

    Raises
    ------
    RecordError
        Where the record has no such lead.
    """
    key = (record.name, record.fs, leads)
    encoded = _encoded_signals.find(record.signals, key)
    if encoded is None:
        encoded = _encode_signal(record, leads)
        _encoded_signals.keep(record.signals, key, encoded)
    return encoded


def _encode_signal(record: Record, leads: tuple[str, ...]) -> EncodedSignal:
    in_pieces = record.n_samples > WHOLE_SAMPLES
    described, steps, arrays = [], [], {}
    for i, name in enumerate(leads):
        signal = record.lead(name)
        some = signal[:: max(1, len(signal) // CENTRE_SAMPLES)]
        finite = some[np.isfinite(some)]
        low, high = np.percentile(finite, (0.2, 99.8)) if finite.size else (0.0, 0.0)
        step_mv = max(STEP_MV, _largest(signal) / 32767)
        steps.append(step_mv)
        described.append(
            {
                "name": name,
                "step_mv": step_mv,
                "centre_mv": round(float(low + high) / 2, 4),
                "span_mv": round(float(high - low), 4),
            }
        )
        if in_pieces:
            arrays[f"low_{i}"], arrays[f"high_{i}"] = _thin(signal, step_mv)
        else:
            arrays[f"lead_{i}"] = _to_steps(signal, step_mv)
    fields = {"name": record.name, "fs": record.fs, "n_samples": record.n_samples, "leads": described}
    if in_pieces:
        fields["piece_samples"] = PIECE_SAMPLES
    return EncodedSignal(pack(fields, arrays), leads, tuple(steps), in_pieces)


def encode_pieces(
    record: Record, encoded: EncodedSignal, start_s: float, window_s: float, asked: dict | None
) -> dict[int, Packet]:
    """Return the pieces around a view, and those that the browser asked for, by their number.

    Parameters
    ----------
    record : Record
    encoded : EncodedSignal
        Of this record.
    start_s, window_s : float
        The view.
    asked : dict or None
        What the browser said last: `{"signal": id of the packet, "index": numbers of pieces}`.

    Returns
    -------
    dict of int to Packet
        Empty where every sample is in the browser at once.
    """
    if not encoded.in_pieces:
        return {}
    n_pieces = -(-record.n_samples // PIECE_SAMPLES)
    wanted: list[int] = []
    if asked is not None and asked["signal"] == encoded.packet.id:
        wanted = [int(index) for index in asked["index"][:MAX_PIECES] if 0 <= index < n_pieces]
    first = max(start_s - window_s, 0) * record.fs
    last = min((start_s + 2 * window_s) * record.fs, record.n_samples - 1)
    around = range(int(first) // PIECE_SAMPLES, int(last) // PIECE_SAMPLES + 1)
    if len(around) <= MAX_PIECES:
        wanted += around
    return {index: _encode_piece(record, encoded, index) for index in sorted(set(wanted))}


def _encode_piece(record: Record, encoded: EncodedSignal, index: int) -> Packet:
    part = slice(index * PIECE_SAMPLES, (index + 1) * PIECE_SAMPLES)
    arrays = {
        f"lead_{i}": _to_steps(record.lead(name)[part], step_mv)
        for i, (name, step_mv) in enumerate(zip(encoded.leads, encoded.step_mv, strict=True))
    }
    return pack({"of": encoded.packet.id, "index": index}, arrays)


def _largest(signal: np.ndarray) -> float:
    """Return the largest finite magnitude, 0 where there is none."""
    parts = (signal[start : start + PIECE_SAMPLES] for start in range(0, len(signal), PIECE_SAMPLES))
    return max((float(np.abs(part[np.isfinite(part)]).max(initial=0.0)) for part in parts), default=0.0)


def _to_steps(signal: np.ndarray, step_mv: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        samples = np.rint(signal / np.float32(step_mv))
    return np.where(np.isfinite(samples), samples, GAP).astype(np.int16)


def _thin(signal: np.ndarray, step_mv: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the minimum and maximum of every `BIN` samples as int16; 32767 and `GAP` where all are gaps."""
    n_bins = -(-len(signal) // BIN)
    low, high = np.empty(n_bins, np.int16), np.empty(n_bins, np.int16)
    for first in range(0, n_bins, PIECE_SAMPLES // BIN):
        samples = _to_steps(signal[first * BIN : first * BIN + PIECE_SAMPLES], step_mv)
        bins = np.pad(samples, (0, -len(samples) % BIN), constant_values=GAP).reshape(-1, BIN)
        high[first : first + len(bins)] = bins.max(axis=1)
        low[first : first + len(bins)] = np.where(bins == GAP, 32767, bins).min(axis=1)
    return low, high
