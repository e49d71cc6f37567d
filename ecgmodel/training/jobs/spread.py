"""Work spread over a cluster, one task a piece, in which no piece drags another down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ecgmodel.training.jobs.connection import lacks_package, lost_cluster

if TYPE_CHECKING:
    from distributed import Client, Future

IN_FLIGHT = 1000
"""Pieces that the scheduler holds at once; the others wait here, so that a million do not burden it."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Result]):
    """How a piece ended.

    Attributes
    ----------
    item : object
    result : object or None
        `None` where it failed.
    error : Exception or None
        What its task raised; `KilledWorker` where its workers died although it ran alone.
    """

    item: Item
    result: Result | None
    error: Exception | None


def spread(
    client: Client, function: Callable[..., Result], items: Iterable[Item], arguments: Callable[[Item], tuple]
) -> Iterator[Outcome[Item, Result]]:
    """Yield how every piece ended, in the order in which they end.

    A worker that dies costs its own pieces a second try, on another. Where workers die under a piece as often as the
    scheduler allows, the piece need not be at fault: others were on the same workers. It is tried again alone, when all
    others are done.

    Parameters
    ----------
    client : Client
    function : callable
        What workers call; they import it.
    items : iterable
    arguments : callable
        Of an item; what `function` gets.

    Raises
    ------
    ClusterSilentError
        Where the scheduler went away.
    ConfigError
        Where the workers lack the project.
    """
    suspects: list[Item] = []
    yield from _spread(client, function, items, arguments, IN_FLIGHT, suspects)
    yield from _spread(client, function, iter(tuple(suspects)), arguments, 1, None)


def _spread(
    client: Client,
    function: Callable[..., Result],
    items: Iterable[Item],
    arguments: Callable[[Item], tuple],
    in_flight: int,
    suspects: list[Item] | None,
) -> Iterator[Outcome[Item, Result]]:
    """Yield outcomes; a piece whose workers died goes to `suspects`, where there is such a list."""
    from distributed import KilledWorker, as_completed

    address = client.scheduler.address
    left = iter(items)
    item_of: dict[Future, Item] = {}
    ended = as_completed(loop=client.loop)

    def fill() -> None:
        for item in left:
            # Not pure: two files of the same name and size are not the same work.
            future = client.submit(function, *arguments(item), pure=False)
            item_of[future] = item
            ended.add(future)
            if len(item_of) >= in_flight:
                return

    fill()
    for future in ended:
        item = item_of.pop(future)
        error = future.exception()
        if isinstance(error, ImportError):
            raise lacks_package(error)
        try:
            outcome = Outcome(item, None if error else future.result(), error)
        except (CancelledError, OSError) as gone:
            raise lost_cluster(address) from gone
        if suspects is not None and isinstance(outcome.error, KilledWorker):
            suspects.append(item)
        else:
            yield outcome
        fill()
