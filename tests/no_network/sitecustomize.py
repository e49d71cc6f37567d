"""Refuse every connection that would leave this machine, at once, as a machine without a network does.

`conftest.py` installs it in the test process; with this folder on `PYTHONPATH`, Python installs it at the start of the
servers and commands that tests run as processes of their own.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None)

attempts: list[str] = []
"""Hosts that were asked for."""

NOTES = "ECG_TEST_ATTEMPTS"
"""Variable that names a file in which a process that a test starts notes the hosts it asked for, one a line."""

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


def is_outside(host: object) -> bool:
    """Whether `host` is another machine."""
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return host not in LOOPBACK_HOSTS and not str(host).startswith("127.")


def _note(host: object) -> None:
    attempts.append(str(host))
    if os.environ.get(NOTES):
        with open(os.environ[NOTES], "a", encoding="utf-8") as notes:
            notes.write(f"{host}\n")


def _refuse(host: object) -> None:
    _note(host)
    raise OSError(errno.ENETUNREACH, f"Network is unreachable (tests refuse {host})")


def _guard(call):
    def guarded(self: socket.socket, address: object):
        if self.family in (socket.AF_INET, socket.AF_INET6) and is_outside(address[0]):
            _refuse(address[0])
        return call(self, address)

    return guarded


def _guarded_getaddrinfo(host: object, *args: object, **kwargs: object):
    if is_outside(host):
        _note(host)
        raise socket.gaierror(socket.EAI_NONAME, f"Name or service not known (tests refuse {host})")
    return _getaddrinfo(host, *args, **kwargs)


def install() -> None:
    """Put the guard in place for this process."""
    socket.socket.connect = _guard(_connect)
    socket.socket.connect_ex = _guard(_connect_ex)
    socket.getaddrinfo = _guarded_getaddrinfo


if __name__ == "sitecustomize" and "pytest" not in sys.modules:
    install()
