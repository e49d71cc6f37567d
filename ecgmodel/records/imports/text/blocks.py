"""The blocks of a table: their lines are counted in order, and large ones are read ahead, while others are used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.source import Source, utf8_blocks
from ecgmodel.records.imports.text.labelled import Labels
from ecgmodel.records.imports.text.plan import TablePlan

AHEAD = 2
"""Blocks that are read while the one before them is used."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines of a file.

    Attributes
    ----------
    data : bytes
        UTF-8, with LF or CR LF at the ends of lines.
    first_line : int
        Line of its first row, from 1.
    bytes_read : int
        Of the whole file so far.
    """

    data: bytes
    first_line: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class BlockAhead(Generic[Read]):
    """A block, and what a thread makes of it; `None` where it was not given to one."""

    block: Block
    read: Future[Read] | None


def number_blocks(source: Source, plan: TablePlan, labels: Labels | None) -> Iterator[Block]:
    """Yield the blocks of a file from `plan.first_line` on, without what `labels` takes off."""
    line, done = 1, 0
    for data in utf8_blocks(source, plan.encoding):
        done += len(data)
        if labels is not None:
            data = labels.strip(data)
        count = data.count(b"\n")
        first = line
        line += count
        if first < plan.first_line:
            skip = plan.first_line - first
            if skip > count:
                continue
            position = 0
            for _ in range(skip):
                position = data.index(b"\n", position) + 1
            data, first = data[position:], plan.first_line
        yield Block(data, first, done)


def read_ahead(blocks: Iterator[Block], least: float, read: Callable[[Block], Read]) -> Iterator[BlockAhead[Read]]:
    """Yield blocks in order; threads read those of at least as many bytes while earlier ones are used.

    Raises
    ------
    ImportFileError
        What `blocks` raises, once those before are used: what is wrong with an earlier line is said first.
    """
    waiting: deque[BlockAhead[Read]] = deque()
    error = None
    pool = ThreadPoolExecutor(AHEAD)  # no thread starts before there is a large block
    try:
        while True:
            try:
                block = next(blocks)
            except StopIteration:
                break
            except ImportFileError as raised:
                error = raised
                break
            waiting.append(BlockAhead(block, pool.submit(read, block) if len(block.data) >= least else None))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)  # whoever asked may have stopped listening
    if error is not None:
        raise error
