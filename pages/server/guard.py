"""What stands before every request: whose name the server answers to, what browsers may load, how much is taken in.

Written for ASGI, in which Streamlit's server is a chain of such layers; a layer that passes everything on costs a
request some microseconds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamlit import config, runtime

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's page starts with a line of its own code, and loads components' code from the memory of the page.
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob: {sockets}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors {ancestors}",
    )
)
"""The browser asks no other host for anything: what a stranger's text might name, it does not load."""

FRAME_VARIABLE = "ECG_FRAME_ANCESTORS"
"""Who may show the app within a page, as `https://moodle.example.org`; the app's own host alone where it is not set."""

METRICS_VARIABLE = "ECG_METRICS"
"""Set to 1, Streamlit's figures on itself are open to everybody who can reach the app."""

VISITOR_UPLOAD_BYTES = 600_000_000
UPLOAD_BYTES = 2_000_000_000
"""Of one visitor and of all, what lies in memory of uploaded files at a time."""

_UPLOAD = "/_stcore/upload_file/"
_METRICS = "/_stcore/metrics"


class Guard:
    """A layer of the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: dict[tuple[str, str], int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = refuse_host(headers.get(b"host"))
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[:120]})
            return
        if refusal is not None:
            await _answer(send, 403, refusal)
        elif scope["path"].endswith(_METRICS) and os.environ.get(METRICS_VARIABLE) != "1":
            await _answer(send, 404, "Not found")
        elif scope["method"] == "PUT" and _UPLOAD in scope["path"]:
            await self._take_file(scope, receive, send, headers)
        else:
            await self._app(scope, receive, _with_policy(send, headers))

    async def _take_file(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, str]) -> None:
        """Let a file in where this visitor, and all together, still have room for it."""
        session, _, file = scope["path"].rpartition(_UPLOAD)[2].partition("/")
        length = headers.get(b"content-length", "")
        if not length.isdecimal() or len(length) > 15:
            await _answer(send, 411, "An upload says how long it is.")
            return
        others = sum(n for (of, _), n in self._arriving.items() if of == session)
        own, everybody = held_bytes(session)
        if own + others + int(length) > VISITOR_UPLOAD_BYTES:
            await _answer(
                send, 413, f"Your files may take {VISITOR_UPLOAD_BYTES // 1_000_000} MB together. Remove some first."
            )
        elif everybody + sum(self._arriving.values()) + int(length) > UPLOAD_BYTES:
            await _answer(send, 503, "All visitors' files together fill this server. Try again in a few minutes.")
        else:
            self._arriving[session, file] = int(length)
            try:
                await self._app(scope, receive, _with_policy(send, headers))
            finally:
                self._arriving.pop((session, file), None)


def refuse_host(host: str | None) -> str | None:
    """Return why a request by this name is not answered, `None` where it is.

    A server that listens on this machine alone answers to the names of this machine alone, or a page of a stranger's
    could let its own name point here and read what the app shows. `server.allowedHosts` says otherwise.
    """
    allowed = config.get_option("server.allowedHosts") or (
        LOOPBACK if config.get_option("server.address") in LOOPBACK else ()
    )
    if not allowed or "*" in allowed:
        return None
    try:
        name = urlsplit(f"//{host or ''}").hostname or ""
    except ValueError:
        name = ""
    name = name.rstrip(".")
    for known in (entry.strip().lower().rstrip(".") for entry in allowed):
        if name == known or (known.startswith("*.") and name.endswith(known[1:])):
            return None
    return (
        f"This server answers to {', '.join(allowed)} only. Who runs it lets other names in with "
        "--server.allowedHosts NAME, or serves a class with --server.address 0.0.0.0."
    )


def held_bytes(session: str) -> tuple[int, int]:
    """Return how many bytes of uploaded files one session holds, and how many all do."""
    if not runtime.exists():
        return 0, 0
    storage = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    sizes = {of: sum(len(file.data) for file in list(files.values())) for of, files in list(storage.items())}
    return sizes.get(session, 0), sum(sizes.values())


def _with_policy(send: Send, headers: dict[bytes, str]) -> Send:
    """Return `send` so that every answer says what a browser may do with it."""
    host = headers.get(b"host", "")
    sockets = f"ws://{host} wss://{host}" if host and all(c.isalnum() or c in ".-:[]" for c in host) else ""
    policy = POLICY.format(sockets=sockets, ancestors=os.environ.get(FRAME_VARIABLE, "'self'"))
    added = [
        (b"content-security-policy", policy.encode("latin-1")),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    ]

    async def send_with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [*message.get("headers", ()), *added]
            if not any(name.lower() == b"x-content-type-options" for name, _ in given):
                given.append((b"x-content-type-options", b"nosniff"))
            message = {**message, "headers": given}
        await send(message)

    return send_with_policy


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
