"""Several servers of the app behind one nginx: `python deploy/replicas.py --replicas 2 --port 8500`.

Each replica is a process of its own, all with the same folders of data and runs. One that ends is started again; its
visitors' pages connect to another meanwhile. Ends with Ctrl-C or SIGTERM, and everything that it started with it.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPLICA_VARIABLE = "ECG_REPLICA"
"""What a replica knows itself by; `?replica=` of a link leads to it."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

FRONT_VARIABLE = "ECG_FRONT_ADDRESS"
"""Where nginx listens: a replica itself listens to nobody else, and tells a class that address."""

REST_S = 1.0
"""Before an ended process is started again."""
STOP_LIMIT_S = 15.0


def parse_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicas", type=int, default=2, metavar="N", help="processes of the app here (default: 2)")
    parser.add_argument("--port", type=int, default=8500, help="port of nginx (default: 8500)")
    parser.add_argument("--address", default="127.0.0.1", help="0.0.0.0 for others (default: this machine alone)")
    parser.add_argument(
        "--first-port", type=int, help="port of the first replica, the others follow (default: free ports)"
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="a replica that runs elsewhere, with the same STREAMLIT_SERVER_COOKIE_SECRET; may be given again",
    )
    return parser.parse_args(arguments)


def write_config(listen: str, replicas: Sequence[str], folder: Path) -> str:
    """Return the configuration of nginx.

    Parameters
    ----------
    listen : str
        `ADDRESS:PORT` of nginx.
    replicas : sequence of str
        `HOST:PORT` of each.
    folder : Path
        For what nginx keeps while it runs.
    """
    server = "        server {address} max_fails=1 fail_timeout=2s{role};"
    upstreams = []
    for number in range(1, len(replicas) + 1):
        lines = [f"    upstream replica_{number} {{", f"        zone replica_{number} 64k;"]
        for other, address in enumerate(replicas, start=1):
            lines.append(server.format(address=address, role="" if other == number else " backup"))
        upstreams.append("\n".join([*lines, "    }"]))
    numbers = list(enumerate(replicas, start=1))
    parts = {
        "folder": folder.as_posix(),
        "listen": listen,
        "any": "\n".join(server.format(address=address, role="") for address in replicas),
        "upstreams": "\n".join(upstreams),
        "targets": "\n".join(f"        {number} replica_{number};" for number, _ in numbers),
        "used": "\n".join(
            f'        "~(^|[ ,]){address.replace(".", "[.]")}$" {number};' for number, address in numbers
        ),
    }
    text = (HERE / "nginx.conf").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


class Keeper:
    """Keeps processes running until it is told to stop."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def keep(self, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        """Start a command, and again whenever it ends."""
        thread = threading.Thread(target=self._run, args=(name, command, env))
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        """Wait for the end of all."""
        while not self.ended.wait(3600):
            pass
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        while not self.ended.is_set():
            try:
                process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
            except OSError as error:
                say(f"{name} cannot be started: {error}")
                self.ended.set()
                return
            say(f"{name} is process {process.pid}")
            while process.poll() is None and not self.ended.wait(0.2):
                pass
            if self.ended.is_set():
                process.terminate()
                try:
                    process.wait(STOP_LIMIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                return
            say(f"{name} ended with {process.returncode} and is started again")
            self.ended.wait(REST_S)


def say(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def let_in(address: str) -> dict[str, str]:
    """Return the variables that tell replicas whom to answer, unless they are set already.

    They listen on this machine alone and would answer to its own names alone, while nginx passes on the name by which
    a visitor found it.
    """
    return {} if address in LOOPBACK else {"STREAMLIT_SERVER_ALLOWED_HOSTS": "*"}


def find_free_ports(count: int) -> list[int]:
    """Return ports of this machine on which nobody listens."""
    sockets = [socket.socket() for _ in range(count)]
    for probe in sockets:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in sockets]
    for probe in sockets:
        probe.close()
    return ports


def find_nginx() -> str | None:
    """Return the program nginx, which Debian keeps where ordinary users do not look."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal; return an exit code."""
    options = parse_options(arguments)
    nginx = find_nginx()
    if nginx is None:
        say("There is no nginx on this machine. Install it (Debian: apt-get install nginx-light) and start this again.")
        return 2
    first = options.first_port
    ports = find_free_ports(options.replicas) if first is None else [first + k for k in range(options.replicas)]
    # A form and an upload hold a token of the server's secret: one for all, or another replica would refuse them.
    env = {"STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32), **let_in(options.address)} | os.environ
    keeper = Keeper()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: keeper.ended.set())
    with tempfile.TemporaryDirectory(prefix="ecgmodel-nginx-") as folder:
        os.chmod(folder, 0o755)  # nginx may work as another user than it was started by
        replicas = [f"127.0.0.1:{port}" for port in ports] + options.also
        config = Path(folder) / "nginx.conf"
        config.write_text(write_config(f"{options.address}:{options.port}", replicas, Path(folder)), encoding="utf-8")
        tested = subprocess.run([nginx, "-t", "-q", "-e", "stderr", "-c", str(config)], check=False)
        if tested.returncode:
            return 2
        for number, port in enumerate(ports, start=1):
            command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1"]
            command += ["--server.port", str(port)]
            own = {REPLICA_VARIABLE: str(number), FRONT_VARIABLE: options.address}
            keeper.keep(f"replica {number}", command, env | own)
        keeper.keep("nginx", [nginx, "-e", "stderr", "-c", str(config)], dict(os.environ))
        say(f"http://{options.address}:{options.port}")
        keeper.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
