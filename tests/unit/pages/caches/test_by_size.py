"""A cache that is bounded in bytes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest

from ecgmodel.records.sources.embedded import open_embedded
from pages.caches.by_size import CacheBySize, array_bytes


def test_the_oldest_make_room():
    """What was asked for last stays, as much as has room."""
    made = []

    def ask(key, n_bytes=40):
        return cache.get(key, lambda: made.append(key) or bytes(n_bytes))

    cache = CacheBySize(100, len)
    for key in ("a", "b", "a", "c", "a", "b"):  # c takes the place of b, then b that of c
        ask(key)
    assert made == ["a", "b", "c", "b"]
    assert cache.n_bytes == 80


def test_the_newest_stays_however_large():
    """A record larger than the cache is read once a page, not once a line."""
    cache = CacheBySize(100, len)
    cache.get("a", lambda: bytes(50))
    assert cache.get("b", lambda: bytes(500)) is cache.get("b", lambda: bytes(1))
    assert cache.n_bytes == 500


def test_fifty_ask_and_one_makes():
    """A class that opens the same record at once reads it once, and who opens another does not wait."""
    cache = CacheBySize(100, len)
    made, slow, began = [], Event(), Event()
    together = Barrier(8)

    def make():
        began.set()
        slow.wait(10)
        made.append(1)
        return b"record"

    def ask():
        together.wait(10)
        return cache.get("same", make)

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask) for _ in range(8)]
        assert began.wait(10)
        assert cache.get("other", lambda: b"other") == b"other"
        slow.set()
        assert {future.result() for future in asked} == {b"record"}
    assert made == [1]


def test_what_cannot_be_made_is_asked_again():
    """A damaged file that was mended is read the next time."""
    cache = CacheBySize(100, len)
    with pytest.raises(OSError, match="damaged"):
        cache.get("a", _fail)
    assert cache.get("a", lambda: b"mended") == b"mended"


def _fail():
    raise OSError("damaged")


def test_a_record_takes_what_its_arrays_take():
    """Signals and marks are what a record costs."""
    record = open_embedded("simulated-mixed")
    marks = record.annotations
    assert array_bytes(record) == sum(
        part.nbytes for part in (record.signals, marks.sample, marks.symbol, marks.aux) if isinstance(part, np.ndarray)
    )
