"""How packets and code reach the browser: by an address that names their content, which a browser may keep for good.

Streamlit's messages carry everything again with each run that changes it. What is heavy therefore travels beside them:
a message names an address, and the browser fetches what it does not have. A packet can be fetched for as long as
anybody holds it: the cache of a record, or the session of a visitor whose page showed it.
"""

from __future__ import annotations

import hashlib
import weakref
import zlib
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit import config

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from pages.components.packets import Packet

PREFIX = "packets"

FOR_GOOD = "public, max-age=31536000, immutable"
NEVER_KEPT = "private, no-store"
"""What a visitor brought is kept on no disk, not even the browser's."""

LEAST_COMPRESSED = 1024
COMPRESSION = 1
"""Level of zlib: compressing a signal takes 30 ms, once, and halves it; higher levels gain only a few percent."""

HELD_BYTES = 16_000_000
LEAST_HELD = 12
"""What a session holds: the packets that its pages showed last, up to so many bytes, but at least so many."""

_HELD = "delivery.held"


class Parcel:
    """Bytes under an address.

    Attributes
    ----------
    data : bytes
    mime : str
    keep : str
        For how long a browser keeps them, as `Cache-Control` says it.
    """

    __slots__ = ("__weakref__", "_compressed", "_lock", "data", "keep", "mime")

    def __init__(self, data: bytes, mime: str, keep: str) -> None:
        self.data, self.mime, self.keep = data, mime, keep
        self._compressed: bytes | None = None
        self._lock = Lock()

    @property
    def is_worth_compressing(self) -> bool:
        """Whether it is large enough."""
        return len(self.data) >= LEAST_COMPRESSED

    def compressed(self) -> bytes:
        """Return the bytes as gzip has them; they are compressed once, however many ask at the same time."""
        with self._lock:
            if self._compressed is None:
                gzip = zlib.compressobj(COMPRESSION, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
                self._compressed = gzip.compress(self.data) + gzip.flush()
            return self._compressed


class _Shelf:
    """Parcels by name; those that nobody holds any more are gone."""

    def __init__(self) -> None:
        self._parcels: weakref.WeakValueDictionary[str, Parcel] = weakref.WeakValueDictionary()
        self._code: dict[str, Parcel] = {}
        self._lock = Lock()
        self.is_open = False

    def put(self, name: str, make: Callable[[], Parcel]) -> Parcel:
        """Return the one parcel with this name."""
        with self._lock:
            parcel = self._parcels.get(name)
            if parcel is None:
                parcel = self._parcels[name] = make()
            return parcel

    def put_code(self, name: str, code: str) -> None:
        """Keep a module for as long as the server runs."""
        self._code[name] = self.put(name, lambda: Parcel(code.encode(), "text/javascript", FOR_GOOD))

    def find(self, name: str) -> Parcel | None:
        return self._parcels.get(name)


_shelf = _Shelf()


def is_open() -> bool:
    """Tell whether this process serves packets by address; where another server runs the pages, messages carry them."""
    return _shelf.is_open


def routes() -> list[Route]:
    """Return the routes that the server has to answer, and from now on refer to packets by their address."""
    from starlette.routing import Route

    _shelf.is_open = True
    return [Route(f"{_base()}/{PREFIX}/{{name}}", _answer, methods=["GET"])]


async def _answer(request: Request) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    parcel = _shelf.find(request.path_params["name"])
    if parcel is None:
        return PlainTextResponse(
            "This packet is not here any more.", status_code=404, headers={"Cache-Control": "no-store"}
        )
    headers = {"Cache-Control": parcel.keep, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    data = parcel.data
    if parcel.is_worth_compressing and "gzip" in request.headers.get("accept-encoding", ""):
        data = await run_in_threadpool(parcel.compressed)
        headers["Content-Encoding"] = "gzip"
    return Response(data, media_type=parcel.mime, headers=headers)


def send(carrier: Callable[..., Any], key: str, packet: Packet, *, private: bool) -> None:
    """Mount an element that brings a packet.

    Parameters
    ----------
    carrier : component
        Made with `channel.js`, whose `carry` reads what it is given.
    key : str
        Of the element.
    packet : Packet
    private : bool
        Whether it holds what a visitor brought: then the browser keeps it no longer than its page.
    """
    if not _shelf.is_open:
        carrier(key=key, data=packet.data)
        return
    name = f"{packet.id}-own" if private else packet.id
    keep = NEVER_KEPT if private else FOR_GOOD
    _hold(name, _shelf.put(name, lambda: Parcel(packet.data, "application/octet-stream", keep)))
    carrier(key=key, data={"id": packet.id, "url": _address(name)})


def _hold(name: str, parcel: Parcel) -> None:
    """Keep what this session's pages showed last."""
    held: dict[str, Parcel] = st.session_state.setdefault(_HELD, {})
    held.pop(name, None)
    held[name] = parcel
    excess = sum(len(other.data) for other in held.values()) - HELD_BYTES
    for oldest in list(held)[:-LEAST_HELD]:
        if excess <= 0:
            break
        excess -= len(held.pop(oldest).data)


def module(code: str) -> str:
    """Return the code of a component: itself, or where packets have addresses, what fetches it by its own.

    The element's message so carries a line; the browser keeps the code, and what it made of it when it compiled it.
    """
    if not _shelf.is_open:
        return code
    name = f"{hashlib.blake2b(code.encode(), digest_size=12).hexdigest()}.js"
    _shelf.put_code(name, code)
    return (
        f'const loaded = import(location.origin + "{_address(name)}");\n'
        "export default async (component) => (await loaded).default(component);\n"
    )


def _address(name: str) -> str:
    return f"{_base()}/{PREFIX}/{name}"


def _base() -> str:
    path = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
