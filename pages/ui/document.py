"""The HTML document in which Streamlit draws every page: what has to be there before its first script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from pages.session import choices

HEAD_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "head.js"
HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}
"""What `<html lang>` says of a language: which Chinese it is, so that fonts and voices are the right ones."""

_HEAD = b"<head>"
_UNCOMPRESSED = (b"accept-encoding", b"if-none-match", b"if-modified-since")
_OF_THE_FILE = (b"content-length", b"etag", b"last-modified")

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class DocumentHead:
    """ASGI middleware that puts `assets/head.js` into the head of each document that Streamlit sends.

    Parameters
    ----------
    app : callable
        What answers.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Callable, send: Callable) -> None:
        """Answer a request; one that may be for a document is answered whole and uncompressed."""
        headers = scope.get("headers", ())
        if scope["type"] != "http" or not any(name == b"accept" and b"text/html" in value for name, value in headers):
            await self._app(scope, receive, send)
            return
        asked = dict(scope, headers=[header for header in headers if header[0] not in _UNCOMPRESSED])
        start: Message = {}
        body = bytearray()

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            if not _is_document(start):
                if start:
                    await send(dict(start))
                    start.clear()
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await send_document()

        async def send_document() -> None:
            page = bytes(body).replace(_HEAD, _HEAD + head_script(), 1)
            kept = [header for header in start["headers"] if header[0].lower() not in _OF_THE_FILE]
            await send(dict(start, headers=[*kept, (b"content-length", str(len(page)).encode())]))
            await send({"type": "http.response.body", "body": page})

        await self._app(asked, receive, gather)


def _is_document(start: Message) -> bool:
    return start.get("status") == 200 and any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"]
    )


def head_script() -> bytes:
    """Return the element with the first script of the document."""
    base = "/" + (st.get_option("server.baseUrlPath") or "").strip("/")
    code = HEAD_SCRIPT.read_text(encoding="utf-8")
    return f'<script data-base="{escape(base)}">(() => {{\n{code}}})();</script>'.encode()


def tell_language() -> None:
    """Let the document say which language it is in."""
    code = HTML_LANGUAGES[choices.language()]
    st.html(f"<script>document.documentElement.lang = '{code}'</script>", unsafe_allow_javascript=True)
