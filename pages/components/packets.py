"""What travels to a component in the browser: bytes with a name, and the code that reads them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from pages.components.delivery import module

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "components"

ELEMENT_FILES = ("shared/words.js", "shared/dom.js", "shared/theme.js")
"""What everything that draws needs: numbers and templates, elements, the colours of the page."""

CARRIER_FILES = ("shared/channel.js", "shared/carry_packet.js")
"""The code of an element that brings one packet and shows nothing, see `delivery.send`."""

FIGURE_FILES = ("shared/channel.js", *ELEMENT_FILES, "shared/draw.js")
"""What stands before the code of a figure that is one element with its data."""


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes for the browser, and the id by which an element names them."""

    id: str
    data: bytes


def pack(fields: dict, arrays: dict[str, np.ndarray]) -> Packet:
    """Pack JSON fields and arrays into one piece of bytes, see `assets/components/shared/channel.js`."""
    listed, parts, offset = [], [], 0
    for name, array in arrays.items():
        listed.append({"name": name, "type": array.dtype.name, "length": array.size, "offset": offset})
        padding = -array.nbytes % 8
        parts += [np.ascontiguousarray(array).tobytes(), b"\0" * padding]
        offset += array.nbytes + padding
    body = b"".join(parts)
    text = json.dumps([fields, listed], ensure_ascii=False).encode()
    digest = hashlib.blake2b(text + body, digest_size=12).hexdigest()
    header = json.dumps({"id": digest, "fields": fields, "arrays": listed}, ensure_ascii=False).encode()
    return Packet(digest, len(header).to_bytes(4, "little") + header + body)


def stamp(key: str, content: object) -> int:
    """Return a number for what an element is sent: it rises with each change, see `noteCall` in `shared/channel.js`.

    Parameters
    ----------
    key : str
        Of the element.
    content : object
        Compared with what was sent before.

    Returns
    -------
    int
        Milliseconds since 1970, so that a visitor whose session is lost does not start below what the browser knows.
    """
    key = f"{key}.stamp"
    before, number = st.session_state.get(key, (None, 0))
    if before != content:
        number = max(number + 1, time.time_ns() // 1_000_000)
        st.session_state[key] = (content, number)
    return number


def pack_stamped(key: str, fields: dict, arrays: dict[str, np.ndarray]) -> Packet:
    """Pack what is all that an element is sent, with its stamp among the fields."""
    return pack(fields | {"stamp": stamp(key, pack(fields, arrays).id)}, arrays)


def read_asset(name: str) -> str:
    """Return one of the files of the components."""
    return (ASSETS / name).read_text(encoding="utf-8")


def join_code(files: Sequence[str], css: str | None = None) -> str:
    """Return a component's code: the files in their order, behind the style as `CSS` where there is one.

    Where packets have addresses, so has the code, see `delivery.module`.
    """
    style = [] if css is None else [f"const CSS = {json.dumps(read_asset(css))};"]
    return module("\n".join([*style, *map(read_asset, files)]))
