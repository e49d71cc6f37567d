"""A cache that is bounded in bytes, where entries differ in size or are large."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T
    n_bytes: int


class CacheBySize(Generic[T]):
    """The values made last, up to a number of bytes; the newest entry stays, however large it is.

    Two threads that ask for the same value at once share one call of `make`; others do not wait.

    Parameters
    ----------
    most_bytes : int
    size : callable
        How many bytes a value takes.
    """

    def __init__(self, most_bytes: int, size: Callable[[T], int]) -> None:
        self._most_bytes, self._size = most_bytes, size
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._makers: dict[Hashable, Lock] = {}
        self._lock = Lock()

    @property
    def n_bytes(self) -> int:
        """How many bytes the entries take."""
        with self._lock:
            return sum(entry.n_bytes for entry in self._entries.values())

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under `key`; where there is nothing, call `make` and keep its result."""
        with self._lock:
            if key in self._entries:
                entry = self._entries[key] = self._entries.pop(key)  # the newest again
                return entry.value
            maker = self._makers.setdefault(key, Lock())
        with maker:
            with self._lock:
                if key in self._entries:  # made while this one waited
                    return self._entries[key].value
            try:
                value = make()
                with self._lock:
                    self._entries[key] = _Entry(value, self._size(value))
                    self._make_room()
                return value
            finally:
                with self._lock:
                    self._makers.pop(key, None)

    def _make_room(self) -> None:
        excess = sum(entry.n_bytes for entry in self._entries.values()) - self._most_bytes
        for oldest in list(self._entries)[:-1]:
            if excess <= 0:
                return
            excess -= self._entries.pop(oldest).n_bytes


def array_bytes(value: object) -> int:
    """Return how many bytes the arrays of a dataclass, a list or a dict take."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(array_bytes, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(array_bytes, value))
    if is_dataclass(value) and not isinstance(value, type):
        return sum(array_bytes(getattr(value, field.name)) for field in fields(value))
    return 0
