"""The bytes of a visitor's file: what kind of file they are, in which encoding, and line by line or block by block."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Vote, say

HEAD_BYTES = 512 * 1024
"""What is looked at before a file is read. A line that is longer is refused, so this also bounds a line's memory."""

BLOCK_BYTES = 4 * 1024 * 1024

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "gb18030")

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# What a file is by its first bytes, where it is neither text nor one of the formats that are read elsewhere.
_FOREIGN = (
    (rb"%PDF-", say("The file is a PDF document. Export the ECG as CSV or as text and choose that file.")),
    (
        rb"PK\x03\x04|PK\x05\x06",
        say("The file is a zip archive or an Excel or Word document. Export the ECG as CSV, or name an archive .zip."),
    ),
    (
        rb"\xd0\xcf\x11\xe0",
        say("The file is an old Excel or Word document. Export the ECG as CSV and choose that file."),
    ),
    (rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!", say("The file is compressed. Unpack it and choose what is in it.")),
    (
        rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*",
        say("The file is a picture. Choose the recording as CSV or as text."),
    ),
    (
        rb"\s*<(?:!doctype html|html|head|body)",
        say("The file is a web page. Download the recording itself and choose that."),
    ),
    (rb"\{\\rtf", say("The file is a text document with formatting (RTF). Save it as plain text.")),
    (rb"MATLAB 5|\x89HDF|\x93NUMPY|PAR1", say("The file is a binary data file. Export the ECG as CSV or as text.")),
    (rb"\x7fELF|MZ[^\n]\x00", say("The file is a program. Choose a recording as CSV or as text.")),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came: its bytes, or the path of the session's copy.

    Attributes
    ----------
    data : bytes or Path
    name : str
        The name that the visitor's browser gave, without its folder.
    """

    data: bytes | Path
    name: str

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data) if isinstance(self.data, bytes) else self.data.stat().st_size

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePath(self.name.replace("\\", "/")).stem

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first `size` bytes."""
        return next(self.blocks(size), b"")

    def read(self) -> bytes:
        """Return all bytes."""
        return self.data if isinstance(self.data, bytes) else self.data.read_bytes()

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Yield the bytes in blocks."""
        if isinstance(self.data, bytes):
            for start in range(0, len(self.data), size):
                yield self.data[start : start + size]
        else:
            with self.data.open("rb") as file:
                while block := file.read(size):
                    yield block


def refuse_foreign(head: bytes) -> None:
    """Raise `ImportFileError` where a file is not text.

    Parameters
    ----------
    head : bytes
        The first bytes of the file.
    """
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise ImportFileError("The file is empty. Choose a file that has one ECG sample a line.")
    start = head.removeprefix(codecs.BOM_UTF8)[:1024]
    for pattern, sentence in _FOREIGN:
        if re.match(pattern, start, re.IGNORECASE):
            raise ImportFileError(sentence.template)
    if any(head.startswith(mark) for mark, _ in _MARKS) or _has_utf16_zeros(head):
        return
    odd = len(head) - len(head.translate(None, bytes([*range(9), *range(14, 27), *range(28, 32), 127])))
    if odd > 0.02 * len(head):
        raise ImportFileError(
            "The file is binary, not text. Export the ECG as CSV, or choose EDF, or WFDB files with their header."
        )
    if b"\0" in head:
        raise nul_error(head, 1)


def nul_error(block: bytes, first_line: int) -> ImportFileError:
    """Return the error for a block with a NUL byte."""
    return ImportFileError(
        "Line {line} holds a NUL byte: the file was damaged while it was written or copied. Copy it again, or delete "
        "that line.",
        line=first_line + block.count(b"\n", 0, block.index(b"\0")),
    )


def long_line_error(line: int) -> ImportFileError:
    """Return the error for a line that is too long to be a line of samples."""
    return ImportFileError(
        "Line {line} is longer than {limit} characters. Put one sample a line, with a line end after each.",
        line=line,
        limit=HEAD_BYTES,
    )


def _has_utf16_zeros(head: bytes) -> str | None:
    """Return the UTF-16 kind of ASCII-like text without a mark: every second byte is zero."""
    even, odd = head[:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > 0.9 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > 0.9 * len(even) and odd.count(0) == 0 else None


# -- The encoding: rules over the first bytes --------------------------------------------------------------------------


def vote_byte_order_mark(head: bytes) -> Iterator[Vote]:
    """A byte order mark names its encoding."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            yield Vote(name, say("the file begins with a byte order mark"))


def vote_utf16_zeros(head: bytes) -> Iterator[Vote]:
    """Text of Western letters in UTF-16 has a zero in every second byte."""
    if name := _has_utf16_zeros(head):
        yield Vote(name, say("every second byte is zero"))


def vote_utf8(head: bytes) -> Iterator[Vote]:
    """Text in another encoding is hardly ever valid UTF-8 by accident."""
    if head.isascii():
        yield Vote("utf-8", say("every byte is ASCII"))
        return
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return
    yield Vote("utf-8", say("all bytes are valid UTF-8"))


def vote_gbk_pairs(head: bytes) -> Iterator[Vote]:
    """Chinese text in GBK has its high bytes in pairs; a lone µ or ü of Windows-1252 has none beside it."""
    high = len(head) - len(head.translate(None, bytes(range(128, 256))))
    paired = sum(len(pair) for pair in re.findall(rb"(?:[\xa1-\xf7][\xa1-\xfe])+", head))
    if high and paired >= 0.9 * high:
        yield Vote("gb18030", say("the bytes above 127 come in pairs, as in Chinese text"))


def vote_cp1252(head: bytes) -> Iterator[Vote]:
    """What is nothing else is Windows-1252, which fits nearly every byte."""
    yield Vote("cp1252", say("bytes above 127 stand alone, as µ and ü do in Windows-1252"))


# -- Text -----------------------------------------------------------------------------------------------------------


def decode_head(head: bytes, encoding: str) -> str:
    """Return the first bytes as text; a character cut in two at the end is left out."""
    return _one_line_end(codecs.getincrementaldecoder(encoding)(errors="replace").decode(head).removeprefix("\ufeff"))


def utf8_blocks(source: Source, encoding: str) -> Iterator[bytes]:
    """Yield the whole file as UTF-8 in blocks of whole lines, with LF or CR LF at their ends.

    Raises
    ------
    ImportFileError
        For NUL bytes and for a line longer than `HEAD_BYTES`; names the line.
    """
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)(errors="replace")
    rest, line, first = b"", 1, True
    bare_returns = b"\n" not in source.head().replace(b"\0", b"")
    for block in source.blocks():
        if decoder is not None:
            block = decoder.decode(block).encode("utf-8", errors="replace")
        if first:
            block, first = block.removeprefix(codecs.BOM_UTF8), False
        if bare_returns:
            block = block.replace(b"\r", b"\n")
        block = rest + block
        if b"\0" in block:
            raise nul_error(block, line)
        cut = block.rfind(b"\n") + 1
        block, rest = block[:cut], block[cut:]
        if len(rest) > HEAD_BYTES:
            raise long_line_error(line + block.count(b"\n"))
        if block:
            yield block
            line += block.count(b"\n")
    if rest:
        yield rest


def _one_line_end(text: str) -> str:
    return text if "\n" in text else text.replace("\r", "\n")
