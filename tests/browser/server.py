"""Run a Streamlit script in a server of its own, as `streamlit run` does for a user."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 90.0
STOP_LIMIT_S = 10.0
END = re.compile(r"\n  Stopping\.\.\.|Shutting down")
"""What a server says when it is told to stop."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes
    ----------
    url : str
        Address of the app, without a slash at its end.
    pid : int
        Process that runs the script.
    log : Path
        What it wrote to standard output and standard error.
    """

    url: str
    pid: int
    log: Path


def find_free_port(*wishes: int) -> int:
    """Return a TCP port on which nobody listens: the first of those that are wished for, else any."""
    for port in (*wishes, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # of a server that has just ended
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("This machine has no free port.")


USUAL_PORTS = (find_free_port(), find_free_port())
"""Of this process's servers: a browser keeps what it compiled by address."""


def without_database(cache: Path) -> dict[str, str | None]:
    """Return the variables that differ on a machine without databases, whose cache is a folder of the test's own."""
    return {"ECG_DATA_DIR": None, "ECG_SVDB_DIR": None, "XDG_CACHE_HOME": str(cache)}


@contextmanager
def serve(
    script: Path, env: Mapping[str, str | None] | None = None, *, wait: bool = True, own_address: bool = False
) -> Iterator[Server]:
    """Serve `script` until the block ends; then fail if the server wrote a traceback before it was told to stop.

    Behind that it tells of browsers that it did not let in any more.

    Parameters
    ----------
    script : Path
        The Streamlit script; its folder is the working directory.
    env : mapping or None
        Variables that differ from this process's; `None` as a value removes one.
    wait : bool
        Whether to wait until the server answers. A browser that measures the start does not.
    own_address : bool
        Whether the server listens where the configuration beside the script says.
    """
    variables = dict(os.environ)
    for name, value in (env or {}).items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    port = find_free_port(*USUAL_PORTS)
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += [] if own_address else ["--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--server.fileWatcherType", "none"]
    with tempfile.TemporaryDirectory(prefix="ecgmodel-server-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, cwd=script.parent, env=variables, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
            )
            server = Server(f"http://127.0.0.1:{port}", process.pid, log)
            try:
                if wait:
                    _wait_until_healthy(server, process)
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(STOP_LIMIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        text = END.split(log.read_text(encoding="utf-8", errors="replace"), maxsplit=1)[0]
        assert "Traceback (most recent call last)" not in text, f"The server of {script.name} wrote:\n{text}"


def _wait_until_healthy(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        if process.poll() is not None:
            text = server.log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"The server ended with exit code {process.returncode} at its start:\n{text}")
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The server at {server.url} did not answer in {START_LIMIT_S:g} s.") from None
        time.sleep(0.05)  # between two looks at a process that tells nobody when it is ready
