"""AliveCor's `.atc`: blocks of a name, a length, the content and a sum of its bytes (Alive File Format, version 4).

Only the block of the format and those of the leads are looked at; the block `info`, which names the person's phone and
the time, is passed over.
"""

from __future__ import annotations

import struct

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, say
from ecgmodel.records.imports.formats.signal_file import Signal, SignalFile, assemble
from ecgmodel.records.imports.source import Source

SIGNATURE = b"ALIVE\0\0\0"
_LEADS = dict(
    zip(
        (b"ecg ", *(b"ecg" + mark.encode() for mark in "23456789abc")),
        "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6".split(),
        strict=True,
    )
)
_FORMAT = b"fmt "
_SIXTEEN_BITS = 1


def is_alivecor(head: bytes) -> bool:
    """Whether a file begins as an AliveCor `.atc`."""
    return head.startswith(SIGNATURE)


def read_alivecor(source: Source, leads: tuple[str, ...] | None = None) -> SignalFile:
    """Read an AliveCor file.

    Raises
    ------
    ImportFileError
        Where the file is cut short, or its samples are written in a way that is not known.
    """
    blocks, whole = _read_blocks(source.read())
    header = blocks.get(_FORMAT)
    if header is None or len(header) < 6:
        raise ImportFileError("The AliveCor file is damaged: its blocks are not whole. Export it again.")
    kind, fs, nanovolts = struct.unpack_from("<BHH", header)
    if kind != _SIXTEEN_BITS:
        raise ImportFileError(
            "The AliveCor file has samples of kind {kind}, which is not known. Export the recording as CSV or EDF.",
            kind=kind,
        )
    signals = [
        Signal(
            name,
            "nV" if nanovolts else "raw",
            np.frombuffer(blocks[block][: len(blocks[block]) // 2 * 2], dtype="<i2").astype(np.float32)
            * (nanovolts or 1),
        )
        for block, name in _LEADS.items()
        if block in blocks
    ]
    rate = Finding(float(fs), (say("the file's header says so"),))
    notes = () if whole else (say("The bytes of a block do not add up to its sum: some samples may be damaged."),)
    return assemble("alivecor", source.stem, signals, rate, leads, notes=notes)


def _read_blocks(data: bytes) -> tuple[dict[bytes, bytes], bool]:
    """Return the content of the blocks, the first of each name, and whether their sums hold."""
    blocks: dict[bytes, bytes] = {}
    whole = True
    place = len(SIGNATURE) + 4
    while place + 8 <= len(data):
        name, length = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        stop = place + 8 + length
        if stop + 4 > len(data):
            break
        if name == _FORMAT or name in _LEADS:
            content, stated = data[place + 8 : stop], struct.unpack_from("<I", data, stop)[0]
            inside, outside = _sum(content), _sum(data[place : place + 8])
            # Writers differ in whether the name and the length are part of the sum.
            whole = whole and stated in (inside & 0xFFFFFFFF, (inside + outside) & 0xFFFFFFFF)
            blocks.setdefault(name, content)
        place = stop + 4
    return blocks, whole


def _sum(data: bytes) -> int:
    return int(np.frombuffer(data, dtype=np.uint8).sum(dtype=np.uint64))
