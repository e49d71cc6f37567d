"""How often each figure is measured: in full, or quickly."""

from __future__ import annotations

from contextvars import ContextVar

QUICK: ContextVar[bool] = ContextVar("quick", default=False)
"""Whether this is a quick look, see `--quick`."""


def runs(full: int) -> int:
    """Return how often to measure: `full`, or a third of it in a quick look, but at least twice."""
    return max(2, full // 3) if QUICK.get() else full
