"""A small database that anyone may hold, and a server on this machine that hands it out."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from ecgmodel.records.sources import database_files
from ecgmodel.records.sources.database_files import PublishedFile

SIZES = {".dat": 400_000, ".atr": 4_000, ".hea": 150}


@dataclass
class Mirror:
    """A server with files, and with faults by file name.

    They are "500", "short", "altered", "empty", "silent", "slow", "dripping" and "dripping headers". `hung_up` is set
    once a client has left while a body dripped.
    """

    files: dict[str, bytes]
    url: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    def count(self, name: str) -> int:
        """How often the file was asked for."""
        return self.requests.count(name)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        mirror: Mirror = self.server.mirror
        name = self.path.rsplit("/", 1)[-1]
        mirror.requests.append(name)
        fault = mirror.faults.get(name)
        body = mirror.files.get(name)
        if fault == "500" or body is None:
            self.send_error(500 if fault else 404)
            return
        if fault == "altered":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if fault == "empty":
            body = b""
        if fault == "dripping headers":
            self._drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault == "dripping":
            self._drip(body)
            return
        if fault in ("short", "silent", "slow"):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if fault != "short":
                time.sleep(1.5 if fault == "silent" else 60)
            self.close_connection = True
            return
        self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        """Send a byte at a time for as long as anybody listens."""
        self.close_connection = True
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            self.server.mirror.hung_up.set()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


def serve(files: dict[str, bytes]) -> Iterator[Mirror]:
    """Serve `files` on 127.0.0.1 for as long as the generator lives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.mirror = Mirror(files, f"http://127.0.0.1:{server.server_port}/files/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.mirror
    server.shutdown()
    thread.join()
    server.socket.close()


@pytest.fixture
def small_database(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Put records 100 and 101 of random bytes in the place of the published ones, and return their files."""
    rng = np.random.default_rng(5)
    files = {f"{name}{suffix}": rng.bytes(size) for name in ("100", "101") for suffix, size in SIZES.items()}
    published = {
        name: PublishedFile(name, len(content), hashlib.sha256(content).hexdigest(), name[:3])
        for name, content in files.items()
    }
    monkeypatch.setattr(database_files, "published_files", lambda database: published)
    return files


@pytest.fixture
def mirror(small_database: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """Serve the small database in the place of PhysioNet."""
    from wfdb.io import download

    for running in serve(small_database):
        monkeypatch.setattr(download.config, "db_index_url", running.url)
        yield running
