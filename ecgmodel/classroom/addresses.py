"""Under which address other machines of this network reach this one, found without asking any of them."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import sys

_SIOCGIFADDR = {"linux": 0x8915, "darwin": 0xC0206921}
"""The request of an interface's IPv4 address, by platform."""

_VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vbox", "utun", "tun", "tap", "tailscale", "wg", "zt")
"""Interfaces under which no student's telephone finds this machine come last."""


def own_replica() -> int | None:
    """Return the number of this process among those that serve the app behind one door; `None` where it is alone."""
    number = os.environ.get("ECG_REPLICA", "")
    return int(number) if number.isdecimal() and int(number) > 0 else None


def front_address() -> str | None:
    """Return where that door listens, as in "0.0.0.0"; `None` where there is none."""
    return os.environ.get("ECG_FRONT_ADDRESS") or None


def find_own_addresses() -> tuple[str, ...]:
    """Return the IPv4 addresses of this machine, the likeliest one of a class's network first; none where it has none.

    The system is asked about its own interfaces. No socket is connected and no name is looked up elsewhere.
    """
    found = _interface_addresses() if sys.platform in _SIOCGIFADDR else _addresses_by_name()
    usable = [(name, ipaddress.IPv4Address(address)) for name, address in found]
    usable = [(name, address) for name, address in usable if not (address.is_loopback or address.is_link_local)]
    usable.sort(key=lambda pair: (pair[0].startswith(_VIRTUAL), not pair[1].is_private))
    return tuple(dict.fromkeys(str(address) for _name, address in usable))


def _interface_addresses() -> list[tuple[str, str]]:
    from fcntl import ioctl  # not on Windows

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _index, name in socket.if_nameindex():
            try:
                answer = ioctl(asking, _SIOCGIFADDR[sys.platform], struct.pack("256s", name.encode()[:15]))
            except OSError:  # an interface without an address
                continue
            found.append((name, socket.inet_ntoa(answer[20:24])))
    return found


def _addresses_by_name() -> list[tuple[str, str]]:
    try:
        return [("", address) for address in socket.gethostbyname_ex(socket.gethostname())[2]]
    except OSError:
        return []
