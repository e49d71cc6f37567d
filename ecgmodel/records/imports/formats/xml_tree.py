"""XML of visitors: no entity is expanded, nothing is fetched, and what would fill the memory is refused unread."""

from __future__ import annotations

import base64
import binascii
from xml.etree.ElementTree import Element, ParseError

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.source import Source
from ecgmodel.records.imports.text.numbers import LARGEST

MAX_BYTES = 64 * 1024 * 1024
MAX_MARKS = 1_000_000
"""Of `<`, of which each element has one or two."""


def is_xml(head: bytes) -> bool:
    """Whether a file begins as XML does, in any encoding that has a mark; web pages are none."""
    start = head[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<?xml", b"<annotatedecg", b"<restingecg")) or (
        start.startswith(b"<") and b"xmlns" in start and not start.startswith((b"<!doctype html", b"<html"))
    )


def parse_xml(source: Source) -> Element:
    """Return the root of a document; names are without their namespaces.

    Raises
    ------
    ImportFileError
        Where the document is too large, damaged, or defines entities.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    data = source.read() if source.size <= MAX_BYTES else None
    if data is None or data.count(b"<") > MAX_MARKS:
        raise ImportFileError(
            "The XML file is larger than an ECG of minutes or hours is. Export one recording, or export it as EDF."
        )
    try:
        root = fromstring(data)
    except DefusedXmlException as error:
        raise ImportFileError(
            "The XML file defines entities, which can fill the memory or fetch other files; it is not read. Export the "
            "recording again."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise ImportFileError(
            "The XML file is damaged: it ends early, or its tags do not match. Export it again."
        ) from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element: Element | None, path: str = "") -> str:
    """Return the text below an element, "" where it is not there."""
    found = element if element is None or not path else element.find(path)
    return "" if found is None or found.text is None else found.text.strip()


def number_of(text: str | None) -> float | None:
    """Return a number that an ECG can have, or `None` where a text is none."""
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None


def decode_base64(text: str, what: str) -> bytes:
    """Return the bytes behind a text.

    Raises
    ------
    ImportFileError
        Where it is not Base64.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise damaged_waveform(what) from error


def read_numbers(text: str, what: str) -> np.ndarray:
    """Return the numbers of a text, between blanks or commas: ndarray of shape (n,), float64.

    Raises
    ------
    ImportFileError
        Where something else stands among them.
    """
    try:
        return np.array(text.replace(",", " ").split(), dtype=np.float64)
    except ValueError as error:
        raise damaged_waveform(what) from error


def damaged_waveform(what: str) -> ImportFileError:
    """Return the error for a waveform of a document that cannot be read."""
    return ImportFileError(
        "The samples of lead '{lead}' cannot be read: they are damaged. Export it again.", lead=what[:60]
    )
