"""Memory that departed visitors held goes back to the system.

Streamlit keeps the session of a visitor whose connection broke for two minutes and lets it go when somebody else's
breaks; the C library keeps what was freed, and a share of its own for each of many threads.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from contextlib import suppress

from streamlit import runtime

SWEEP_S = 30.0
"""Between two looks at who has left."""

M_ARENA_MAX = -8
"""Of `mallopt` in glibc's `malloc.h`."""
ARENAS = 2
"""Pages take turns at the interpreter's lock, so more shares than this only hold more."""


def limit_arenas() -> None:
    """Keep the C library from holding free memory for each thread apart, where it is one that does."""
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):  # another C library than GNU's
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


async def sweep() -> None:
    """Look from time to time whether visitors have left, until it is cancelled."""
    from starlette.concurrency import run_in_threadpool

    before: set[str] = set()
    while True:
        await asyncio.sleep(SWEEP_S)
        now = forget_departed()
        if before - now:
            await run_in_threadpool(give_back)
        before = now


def forget_departed() -> set[str]:
    """Let go the sessions whose time to come back is over, and return those that are left."""
    if not runtime.exists():
        return set()
    manager = getattr(runtime.get_instance(), "_session_mgr", None)
    kept = getattr(getattr(manager, "_session_storage", None), "_cache", None)
    if hasattr(kept, "expire"):
        kept.expire()
    return set() if manager is None else {info.session.id for info in manager.list_sessions()}


def give_back() -> None:
    """Collect what nobody holds any more, and return free memory to the system."""
    gc.collect()
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
