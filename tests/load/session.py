"""A visitor as the server knows one: a websocket that speaks Streamlit's messages, without a browser behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

VISIT_LIMIT_S = 120.0


class VisitError(Exception):
    """A page that was not served as a visitor expects it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as it came.

    Attributes
    ----------
    page : str
    seconds : float
        From the request to the end of the run and the last packet.
    socket_bytes, fetched_bytes : int
        Over the websocket, and over addresses that the visitor's browser had not kept.
    """

    page: str
    seconds: float
    socket_bytes: int
    fetched_bytes: int

    @property
    def n_bytes(self) -> int:
        """All bytes of the visit."""
        return self.socket_bytes + self.fetched_bytes


@dataclass(slots=True)
class Session:
    """One visitor of a server: open, visit pages, close.

    Attributes
    ----------
    url : str
        Of the server.
    """

    url: str
    _socket: ClientConnection | None = None
    _pages: dict[str, str] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    _messages: dict[str, int] = field(default_factory=dict)
    _longest_age: int = 0
    _runs: int = 0

    async def open(self) -> Visit:
        """Connect and take the first page."""
        host = urlsplit(self.url).netloc
        self._socket = await connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        return await self.visit("start")

    async def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def visit(self, page: str, **address: str) -> Visit:
        """Go to a page by its name in the address, "start" for the first, and wait until it is there.

        Raises
        ------
        VisitError
            Where the page shows an exception, or does not come.
        """
        state = ClientState(
            query_string="&".join(f"{name}={value}" for name, value in address.items()),
            cached_message_hashes=list(self._messages),
        )
        if page in self._pages:
            state.page_script_hash = self._pages[page]
        else:
            state.page_name = "" if page == "start" else page
        began = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        try:
            n_bytes, addresses = await asyncio.wait_for(self._receive_run(page), VISIT_LIMIT_S)
            fetched = sum(await asyncio.gather(*map(self._fetch, addresses - self._kept)))
        except TimeoutError:
            raise VisitError(f"Page {page} did not come within {VISIT_LIMIT_S:g} s.") from None
        return Visit(page, time.perf_counter() - began, n_bytes, fetched)

    async def _receive_run(self, page: str) -> tuple[int, set[str]]:
        """Return how many bytes a run sent, and which addresses its elements name."""
        n_bytes = 0
        addresses: set[str] = set()
        started = False
        while True:
            data = await self._socket.recv()
            n_bytes += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if message.metadata.cacheable:
                self._messages[message.hash] = self._runs
            if kind == "ref_hash":
                self._messages[message.ref_hash] = self._runs
            elif kind == "new_session":
                started = True
                self._longest_age = message.new_session.config.max_cached_message_age
            elif kind == "navigation":
                # The first page has the root; the hidden one at /start leads there, in two runs.
                for found in message.navigation.app_pages:
                    self._pages.setdefault(found.url_pathname or "start", found.page_script_hash)
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                if element.WhichOneof("type") == "exception":
                    raise VisitError(f"Page {page} shows {element.exception.type}: {element.exception.message}")
                if element.WhichOneof("type") == "bidi_component":
                    addresses |= named_addresses(element.bidi_component)
            elif kind == "script_finished" and started:
                if message.script_finished in (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_EARLY_FOR_RERUN):
                    if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                        self._age_messages()
                        return n_bytes, addresses
                else:
                    raise VisitError(f"The run of page {page} ended with status {message.script_finished}.")

    def _age_messages(self) -> None:
        """Let go what no run has used for as long as a browser would keep it."""
        self._runs += 1
        for hash_, used in list(self._messages.items()):
            if self._runs - used > self._longest_age:
                del self._messages[hash_]

    async def _fetch(self, address: str) -> int:
        """Take what a browser would keep, and return its bytes with the headers."""
        host = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        request = f"GET {address} HTTP/1.1\r\nHost: {host.netloc}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
        try:
            writer.write(request.encode())
            await writer.drain()
            answer = await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()  # or the loop ends before its transport
        head, _, _ = answer.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise VisitError(f"{address} answered {head[:100]!r}.")
        if b"immutable" in head:
            self._kept.add(address)
        return len(answer)


def named_addresses(component: BidiComponent) -> set[str]:
    """Return the addresses that a component names: of its code, and of its packet."""
    found = set(re.findall(r'import\(location\.origin \+ "([^"]+)"\)', component.js_content))
    data = json.loads(component.json) if component.json else None
    return found | ({data["url"]} if isinstance(data, dict) and "url" in data else set())
