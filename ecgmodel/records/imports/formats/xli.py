"""XLI, the packing of Philips' XML: second differences in LZW codes of ten bits, lead by lead.

The layout was published with `sierra-ecg-tools`: of each lead four bytes of length, two that are unused, two of the
first difference, then the codes. Unpacked, the first half of the bytes are the high and the second half the low bytes.
"""

from __future__ import annotations

import numpy as np

from ecgmodel.errors import ImportFileError

_HEADER_BYTES = 8
_CODE_BITS = 10
_LAST_CODE = (1 << _CODE_BITS) - 2
_BIAS = 64
MAX_LEADS = 64


def unpack_xli(data: bytes, max_samples: int) -> list[np.ndarray]:
    """Return the samples of each lead.

    Parameters
    ----------
    data : bytes
    max_samples : int
        A lead that unpacks to far more is damaged.

    Returns
    -------
    list of ndarray of shape (n_samples,), float64

    Raises
    ------
    ImportFileError
        Where a lead is cut short or its codes make no sense.
    """
    leads = []
    place = 0
    while place + _HEADER_BYTES <= len(data) and len(leads) < MAX_LEADS:
        size = int.from_bytes(data[place : place + 4], "little")
        start = int.from_bytes(data[place + 6 : place + 8], "little", signed=True)
        place += _HEADER_BYTES
        if not 0 < size <= len(data) - place:
            raise _damaged()
        words = _join_bytes(_decode_lzw(data[place : place + size], 2 * max_samples + 4096))
        if len(words) < 2:
            raise _damaged()
        leads.append(_undo_differences(words, start))
        place += size
    return leads


def _decode_lzw(data: bytes, max_bytes: int) -> bytes:
    """Decode codes of ten bits, the highest bit first; the table stops growing when it is full."""
    strings = [bytes([value]) for value in range(256)]
    before = b""
    pieces = bytearray()
    bits, n_bits = 0, 0
    for byte in data:
        bits, n_bits = bits << 8 | byte, n_bits + 8
        if n_bits < _CODE_BITS:
            continue
        n_bits -= _CODE_BITS
        code = bits >> n_bits
        bits &= (1 << n_bits) - 1
        if code > _LAST_CODE:
            break
        if code < len(strings):
            found = strings[code]
        elif before:
            found = before + before[:1]
        else:
            raise _damaged()
        if before and len(strings) <= _LAST_CODE:
            strings.append(before + found[:1])
        before = found
        pieces += found
        if len(pieces) > max_bytes:
            raise _damaged()
    return bytes(pieces)


def _join_bytes(data: bytes) -> list[int]:
    raw = np.frombuffer(data + b"\0" * (len(data) % 2), dtype=np.uint8).astype(np.uint16)
    half = len(raw) // 2
    return (raw[:half] << 8 | raw[half:]).view(np.int16).tolist()


def _undo_differences(words: list[int], start: int) -> np.ndarray:
    """Return the samples: the first two stand as they are, each later one is the line through the two before, less
    the difference that stands one place ahead.
    """
    samples = np.empty(len(words))
    samples[:2] = first, second = words[:2]
    last = start
    for i in range(2, len(words)):
        first, second = second, 2 * second - first - last
        last = words[i] - _BIAS
        samples[i] = second
    return samples


def _damaged() -> ImportFileError:
    return ImportFileError("The Philips file is damaged: its packed samples cannot be unpacked. Export it again.")
