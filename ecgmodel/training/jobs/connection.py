"""A connection to a cluster of `dask.distributed` that others run, or one sentence about why there is none.

Certificates for `tls://` come from Dask's own configuration (`distributed.comm.tls`), in which its scheduler and its
workers have theirs.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.errors import ConfigError

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

SCHEMES = ("tcp", "tls")
TIMEOUT_S = 30.0


class ClusterSilentError(ConfigError):
    """The cluster at a given address does not answer; it may later."""


def connect(address: str, timeout_s: float = TIMEOUT_S, security: Security | None = None) -> Client:
    """Return a connection to a scheduler.

    Parameters
    ----------
    address : str
        As `tcp://HOST:PORT` or `tls://HOST:PORT`; without a scheme it is `tcp`.
    timeout_s : float
    security : Security or None
        The keys; `None` takes those of Dask's configuration.

    Raises
    ------
    ClusterSilentError
        Where nobody answers.
    ConfigError
        Where waiting would not help: the address is not one, or the certificates do not match.
    """
    from distributed import Client

    _check(address)
    # By itself first: a client that could not connect keeps trying to close itself, for 20 s at the end of Python.
    _try(address, timeout_s, security)
    try:
        return Client(address, timeout=timeout_s, set_as_default=False, security=security)
    except OSError as error:
        raise _silent(address) from error


def check_workers(client: Client, paths: Sequence[Path], timeout_s: float = TIMEOUT_S) -> None:
    """Check that there are workers, and that all of them see some files or folders.

    Raises
    ------
    ClusterSilentError
        Where no worker comes.
    ConfigError
        Where one does not see a path, or lacks the project.
    """
    address = client.scheduler.address
    try:
        client.wait_for_workers(1, timeout=timeout_s)
    except TimeoutError as error:
        raise no_workers(address) from error
    for path in paths:
        seen = client.run(_sees, str(path), on_error="return")
        for answer in seen.values():
            if isinstance(answer, ImportError):
                raise lacks_package(answer)
        blind = sorted(worker for worker, answer in seen.items() if answer is False)
        if blind:
            raise ConfigError(
                "{path} is not there for {count} of the {total} workers of the cluster, as for {worker}. Give all of "
                "them the same folders as this machine.",
                path=path,
                count=len(blind),
                total=len(seen),
                worker=blind[0],
            )


def no_workers(address: str) -> ClusterSilentError:
    """Return the sentence for a scheduler without workers."""
    return ClusterSilentError(
        "The cluster at {address} has no workers. Start some where the project is installed: dask worker {address}",
        address=address,
    )


def lost_cluster(address: str) -> ClusterSilentError:
    """Return the sentence for a scheduler that went away in the middle of the work."""
    return ClusterSilentError(
        "The cluster at {address} went away. What was done is kept; start the same command again to go on.",
        address=address,
    )


def lacks_package(error: ImportError) -> ConfigError:
    """Return the sentence for a worker on which the project is not installed."""
    return ConfigError(
        "A worker of the cluster lacks a package ({reason}). Install there what requirements.txt lists, and start "
        "`dask worker` in the folder of the project.",
        reason=error,
    )


def _check(address: str) -> None:
    """Raise where an address is not one or its host is unknown; Dask's own errors do not say so."""
    from distributed.comm.addressing import parse_address, parse_host_port

    try:
        scheme, place = parse_address(address)
        host, port = parse_host_port(place)
    except ValueError as error:
        raise _no_address(address) from error
    if scheme not in SCHEMES or not host or not 0 < port < 65_536:
        raise _no_address(address)
    try:
        socket.getaddrinfo(host, port)
    except OSError as error:
        raise ClusterSilentError(
            "The training cluster at {address} cannot be found: there is no machine called '{host}'.",
            address=address,
            host=host,
        ) from error


def _try(address: str, timeout_s: float, security: Security | None) -> None:
    """Connect once, and raise what is wrong in words."""
    from distributed.comm.core import FatalCommClosedError, connect
    from distributed.security import Security

    async def try_once(settings: dict[str, object]) -> None:
        comm = await connect(address, timeout=timeout_s, **settings)
        await comm.close()

    try:
        settings = (security or Security()).get_connection_args("client")
    except (OSError, ValueError) as error:  # OpenSSL's own errors are OSErrors
        raise _no_certificates(address, error.strerror if isinstance(error, OSError) else str(error)) from error
    if address.startswith("tls://") and settings["ssl_context"] is None:
        raise _no_certificates(address, "none are named")
    try:
        # In a thread of its own: the caller's may have a loop that runs.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(try_once(settings))).result()
    except FatalCommClosedError as error:
        raise ConfigError(
            "The cluster at {address} refuses the connection by TLS: it does not speak TLS, or its certificate and "
            "this machine's are not signed by the same ca-file. Compare distributed.comm.tls in Dask's configuration "
            "on both sides.",
            address=address,
        ) from error
    except OSError as error:
        raise _silent(address) from error


def _no_certificates(address: str, reason: str) -> ConfigError:
    return ConfigError(
        "The cluster at {address} wants TLS, and Dask has no certificates for it here ({reason}). Name them in Dask's "
        "configuration: ca-file, client.cert and client.key under distributed.comm.tls.",
        address=address,
        reason=reason,
    )


def _silent(address: str) -> ClusterSilentError:
    return ClusterSilentError(
        "The training cluster at {address} does not answer. Look whether its scheduler runs there, and whether it "
        "wants tls:// in place of tcp://.",
        address=address,
    )


def _no_address(address: str) -> ConfigError:
    return ConfigError(
        "DASK_SCHEDULER_ADDRESS is '{address}', which is not the address of a scheduler. Give it as tcp://HOST:8786 or "
        "tls://HOST:8786.",
        address=address,
    )


def _sees(path: str) -> bool:
    return Path(path).exists()
