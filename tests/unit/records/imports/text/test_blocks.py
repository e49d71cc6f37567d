"""Blocks that are read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.text.blocks import AHEAD, Block, read_ahead


def test_blocks_come_in_order_and_their_fault_last() -> None:
    """Large ones with what was read of them; what is wrong with a later block waits for those before it."""

    def blocks() -> Iterator[Block]:
        for line in range(1, 6):
            yield Block(b"1\n" * (line % 2 + 1), line, line)
        raise ImportFileError("Line 6 holds a NUL byte.")

    read = read_ahead(blocks(), 4, lambda block: block.data.count(b"1"))
    seen = [(ahead.block.first_line, ahead.read and ahead.read.result()) for ahead in islice(read, 5)]
    assert seen == [(1, 2), (2, None), (3, 2), (4, None), (5, 2)]
    with pytest.raises(ImportFileError, match="Line 6"):
        next(read)


def test_no_more_is_read_than_is_used_soon() -> None:
    """Of a long file, `AHEAD` blocks beyond the one in use."""
    taken = []

    def blocks() -> Iterator[Block]:
        for line in range(1, 100):
            taken.append(line)
            yield Block(b"1\n", line, line)

    read = read_ahead(blocks(), 1, lambda block: block.data)
    next(read)
    assert len(taken) == AHEAD + 1
    read.close()
